"""The version of polycore, written here alone."""

__version__ = "0.3.0"
