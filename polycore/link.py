"""Earlier path of polycore.links.link."""

from polycore.links.link import *  # noqa: F403
