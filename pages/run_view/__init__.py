"""A run as pages show it: map, figures and charts."""
