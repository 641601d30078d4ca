"""Where polynomials meet: there no network can tell them apart."""

import math
from bisect import insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from polycore import Polynomial
from polycore.polynomials.crossings import crossings_of_pairs

MOST_NAMED = 8  # pairs in one line; 24 polynomials have 276
NEAR = 1e-9  # of the range of x: crossings that are so near are one, of three curves or more

Pair = tuple[int, int]


@dataclass(frozen=True)
class CrossingsTable:
    """Of all pairs of places: `rows` of the pair and the x, y of a crossing, sorted by pair and x.

    apart: pairs that never meet in the range. alike: pairs that are the same there but for rounding.
    """

    rows: tuple[tuple[Pair, float, float], ...]
    apart: tuple[Pair, ...]
    alike: tuple[Pair, ...]


@dataclass(frozen=True)
class Meeting:
    """A place (x, y) where two curves or more cross or touch; `curves` are their places, sorted."""

    x: float
    y: float
    curves: tuple[int, ...]

    @property
    def name(self) -> str:
        """Their names, such as "p0 & p3"."""
        return name_of(self.curves)


@lru_cache(maxsize=64)
def table_of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> CrossingsTable:
    """Return where each pair of two different polynomials crosses or touches within `x_range`."""
    rows: list[tuple[Pair, float, float]] = []
    apart: list[Pair] = []
    alike: list[Pair] = []
    for pair, crossings in crossings_of_pairs(polynomials, *x_range).items():
        if crossings is None:
            alike.append(pair)
            continue
        rows += [(pair, x, polynomials[pair[0]](x)) for x in crossings]
        if not crossings:
            apart.append(pair)
    return CrossingsTable(tuple(rows), tuple(apart), tuple(alike))


@lru_cache(maxsize=64)
def meetings_of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> tuple[Meeting, ...]:
    """Return the places within `x_range` where curves meet, sorted by x and y, each once."""
    near = NEAR * (x_range[1] - x_range[0])
    found: list[Meeting] = []
    for pair, x, y in sorted(table_of(polynomials, x_range).rows, key=lambda row: row[1]):
        curves = set(pair)
        # a pair may join two others that were found before it
        while (same := _met_before(found, x - near, curves)) is not None:
            found.remove(same)
            curves.update(same.curves)
            x, y = same.x, same.y
        insort(found, Meeting(x, y, tuple(sorted(curves))), key=lambda meeting: meeting.x)
    return tuple(sorted(found, key=lambda meeting: (meeting.x, meeting.y)))


def meeting_at(meetings: Sequence[Meeting], x: float, y: float) -> int | None:
    """Return the place in `meetings` of the one that is at (x, y), to nine digits; None where none is."""
    for place, meeting in enumerate(meetings):
        if math.isclose(x, meeting.x, rel_tol=NEAR, abs_tol=NEAR) and math.isclose(
            y, meeting.y, rel_tol=NEAR, abs_tol=NEAR
        ):
            return place
    return None


def name_of(curves: Sequence[int]) -> str:
    """Return the name of a pair or more, such as "p0 & p3"."""
    return " & ".join(f"p{place}" for place in curves)


def listed(pairs: Sequence[Pair]) -> str:
    """Return the names of the pairs, the first few where there are many."""
    named = ", ".join(map(name_of, pairs[:MOST_NAMED]))
    more = len(pairs) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _met_before(found: Sequence[Meeting], low: float, curves: Collection[int]) -> Meeting | None:
    """Return the last of the meetings from `low` on, sorted by x, that shares a curve."""
    for meeting in reversed(found):
        if meeting.x < low:
            return None
        if not set(meeting.curves).isdisjoint(curves):
            return meeting
    return None
