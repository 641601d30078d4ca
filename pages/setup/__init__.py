"""The inputs that describe an experiment, and the buttons that drive its run."""
