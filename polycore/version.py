"""The version of polycore, written here alone."""

__version__ = "0.2.0"
