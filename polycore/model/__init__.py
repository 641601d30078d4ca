"""Models: a trained network with its metadata, its weight file, its predictions and its evaluation."""
