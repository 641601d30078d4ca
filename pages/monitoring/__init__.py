"""What the operator of this server sees of it: metrics, a line in the log while runs compute, its health."""
