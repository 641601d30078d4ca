"""What a user asks for about a run and waits seconds for: its film, and its loss landscape."""
