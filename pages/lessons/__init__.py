"""The guided lessons."""
