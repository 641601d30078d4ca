"""The inputs that describe an experiment, and the buttons that control its run."""
