"""Experiments: the network, the points and the settings of a run."""
