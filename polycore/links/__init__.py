"""Links and code: experiments and weights as text for an address or a script."""
