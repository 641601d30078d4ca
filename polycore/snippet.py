"""Earlier path of polycore.links.snippet."""

from polycore.links.snippet import *  # noqa: F403
