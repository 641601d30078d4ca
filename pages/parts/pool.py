"""The workers that compute the runs of this server."""

from pages.parts.hosted import is_hosted
from polycore.workers import Workers

BEHIND_PAGES = 10  # on a hosted demo a page has ten times a worker's claim to a core

workers = Workers(niceness=BEHIND_PAGES if is_hosted() else 0)
