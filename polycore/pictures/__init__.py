"""Small pictures that need NumPy alone: the palette, PNG files, a map, points, and what a notebook shows."""
