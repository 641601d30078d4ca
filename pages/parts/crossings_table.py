"""Where polynomials meet: there no network can tell them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from polycore import PolycoreError, Polynomial, crossings

MOST_NAMED = 8  # pairs in one line; 24 polynomials have 276

Pair = tuple[int, int]


@dataclass(frozen=True)
class CrossingsTable:
    """Of all pairs of places: `rows` of the pair and the x, y of a crossing, sorted by pair and x.

    apart: pairs that never meet in the range. alike: pairs that are the same there but for rounding.
    """

    rows: tuple[tuple[Pair, float, float], ...]
    apart: tuple[Pair, ...]
    alike: tuple[Pair, ...]


@lru_cache(maxsize=64)
def table_of(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> CrossingsTable:
    """Return where each pair of two different polynomials crosses or touches within `x_range`."""
    rows: list[tuple[Pair, float, float]] = []
    apart: list[Pair] = []
    alike: list[Pair] = []
    for pair in combinations(range(len(polynomials)), 2):
        p, q = (polynomials[place] for place in pair)
        try:
            found = crossings(p, q, *x_range)
        except PolycoreError:
            alike.append(pair)
            continue
        rows += [(pair, x, p(x)) for x in found]
        if not found:
            apart.append(pair)
    return CrossingsTable(tuple(rows), tuple(apart), tuple(alike))


def name_of(pair: Pair) -> str:
    """Return a pair's name, such as "p0 & p3"."""
    return " & ".join(f"p{place}" for place in pair)


def listed(pairs: Sequence[Pair]) -> str:
    """Return the names of the pairs, the first few where there are many."""
    named = ", ".join(map(name_of, pairs[:MOST_NAMED]))
    more = len(pairs) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
