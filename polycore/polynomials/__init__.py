"""Polynomials: values, text, crossings, ready-made sets, and points sampled on them."""
