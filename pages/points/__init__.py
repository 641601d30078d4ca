"""Points that a user uploads."""
