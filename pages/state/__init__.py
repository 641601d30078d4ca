"""The session's state, the one door to it, and what is shown of a press that was refused."""
