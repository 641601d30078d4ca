"""The parts of Home, and the dashboard embedded in another page."""
