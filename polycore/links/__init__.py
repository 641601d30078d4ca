"""Experiments and weights as text that fits an address or a script."""
