"""Words listed in a sentence."""

from collections.abc import Iterable


def listed(words: Iterable[str]) -> str:
    """Return one or more words as in a sentence: "p0", "p0 and p3", "p0, p1 and p3"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
