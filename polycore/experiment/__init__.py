"""Experiments: what to train, on which points, and how."""
