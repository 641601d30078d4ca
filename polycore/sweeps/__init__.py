"""Many runs of different experiments, and tables of what came of them."""
