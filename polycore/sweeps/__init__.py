"""Many runs of different experiments, and tables of their outcomes."""
