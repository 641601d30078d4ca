"""A run as pages show it: its map, its figures and its charts."""
