"""Optimizers, one a file, in one registry; and the schedules of their learning rate."""
