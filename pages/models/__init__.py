"""The model in use: its name, its map's layers, the links and files that pass it on."""
