"""Runs on this server: one that trains, several that race, a sweep, and what they cost."""
