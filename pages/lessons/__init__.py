"""The guided looks."""
