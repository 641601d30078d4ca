"""The version of polycore, written here alone."""

__version__ = "0.4.0.dev0"
