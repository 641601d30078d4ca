"""Loss landscapes: losses over a plane through the space of a network's weights, and trajectories on it."""
