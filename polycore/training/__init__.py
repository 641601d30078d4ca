"""Training runs: start, advance, history, and the run file."""
