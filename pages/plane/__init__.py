"""The plane: the map of a model, the figure that draws it live, and answers about a point."""
