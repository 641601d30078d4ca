"""Pictures, with NumPy alone: the palette, the painter of maps, PNG files, ticks, what a notebook shows."""
