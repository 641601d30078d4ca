"""The points at which curves meet: no method can tell them apart there."""

import math
from bisect import insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from pages.plane.scene import Scene, short_name
from polycore import Polynomial
from polycore.polynomials.crossings import crossings_of_pairs

NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
MAX_LISTED = 8  # pairs in one line; 24 polynomials have 276
NEAR = 1e-9  # share of the x range: crossings this close together are one crossing of three or more curves

Pair = tuple[int, int]


@dataclass(frozen=True)
class CrossingsTable:
    """The crossings of each pair of polynomials within an x range. A pair is two indices, the lower first.

    rows: pair, x and y of each crossing, sorted by pair and x.
    apart: the pairs that never meet in the range.
    alike: the pairs that are equal in the range, up to rounding.
    """

    rows: tuple[tuple[Pair, float, float], ...]
    apart: tuple[Pair, ...]
    alike: tuple[Pair, ...]


@dataclass(frozen=True)
class Meeting:
    """A point (x, y) at which two or more curves cross or touch.

    curves: their indices, sorted. name: their names, such as "p0 & p3".
    """

    x: float
    y: float
    curves: tuple[int, ...]
    name: str


@lru_cache(maxsize=64)
def table_of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> CrossingsTable:
    """Return the points at which each pair of polynomials crosses or touches within `x_range`."""
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
def meetings_of(scene: Scene) -> tuple[Meeting, ...]:
    """Return the points at which curves meet where both are drawn, each once, sorted by x and y."""
    near = NEAR * (scene.x_range[1] - scene.x_range[0])
    meetings: list[Meeting] = []
    for pair, x, y in sorted(table_of(scene.curves, scene.x_range).rows, key=lambda row: row[1]):
        if any(not low - near <= x <= high + near for low, high in map(scene.span, pair)):
            continue
        curves = set(pair)
        # a pair may connect two earlier meetings
        while (same := _last_near(meetings, x - near, curves)) is not None:
            meetings.remove(same)
            curves.update(same.curves)
            x, y = same.x, same.y
        met = tuple(sorted(curves))
        name = " & ".join(short_name(scene.classes, label) for label in met)
        insort(meetings, Meeting(x, y, met, name), key=lambda meeting: meeting.x)
    return tuple(sorted(meetings, key=lambda meeting: (meeting.x, meeting.y)))


def meeting_at(meetings: Sequence[Meeting], x: float, y: float) -> int | None:
    """Return the index of the meeting at (x, y), compared to nine digits; None if there is none."""
    is_near = partial(math.isclose, rel_tol=NEAR, abs_tol=NEAR)
    here = (index for index, one in enumerate(meetings) if is_near(x, one.x) and is_near(y, one.y))
    return next(here, None)


def name_of(curves: Sequence[int]) -> str:
    """Return the name of two or more curves, such as "p0 & p3"."""
    return " & ".join(f"p{label}" for label in curves)


def names_of(pairs: Sequence[Pair]) -> str:
    """Return the names of the pairs; if there are many, the first few and the number of the others."""
    names = ", ".join(map(name_of, pairs[:MAX_LISTED]))
    more = len(pairs) - MAX_LISTED
    return f"{names} and {more} more" if more > 0 else names


def explained(curves: int) -> str:
    """Return two sentences: why nobody can tell apart two or more curves at a point where they meet."""
    number = NUMBERS.get(curves, str(curves))
    each = "both curves" if curves == 2 else f"all {number} curves"
    return (
        f"A point here lies on {each}, and neither its x nor its y says which one it came from. "
        f"So no method can tell, however well trained: the best guess is right once in {number}."
    )


def _last_near(meetings: Sequence[Meeting], low: float, curves: Collection[int]) -> Meeting | None:
    """Return the last of `meetings`, sorted by x, that is not left of `low` and shares one of `curves`."""
    for meeting in reversed(meetings):
        if meeting.x < low:
            return None
        if not set(meeting.curves).isdisjoint(curves):
            return meeting
    return None
