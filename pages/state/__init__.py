"""The session's state, the one door to it, and what is shown when a press was refused."""
