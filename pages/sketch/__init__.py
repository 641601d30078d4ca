"""Points of the user's own as they are drawn: a value, and what a browser sends."""
