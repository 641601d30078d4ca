"""The game as a value: its points, its answers, and a challenge that can be sent."""
