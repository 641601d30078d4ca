"""The Polynomials page."""
