"""The model in use: its name, the layers on its map, and the links and files that share it."""
