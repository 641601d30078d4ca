"""Looking inside a network: its forward pass step by step, its folds, and its report."""
