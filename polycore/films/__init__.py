"""Films: what a run learned, step by step, as an animated image."""
