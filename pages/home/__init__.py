"""Home, and the dashboard within another page."""
