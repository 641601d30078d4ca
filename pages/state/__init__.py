"""The session's state, and the one door to it."""
