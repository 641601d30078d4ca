"""The server: what it allows, its workers, whose turn it is, and which tabs are there."""
