"""Models: a network with what is known of it, its weight file, and how good it is."""
