"""Runs on this server: a single one, a race, a sweep, and what they cost."""
