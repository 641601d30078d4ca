"""Choices: many experiments out of one, by settings that each have several values to choose from."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import islice, product
from numbers import Integral
from typing import Any

import numpy as np

from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment

MAX_EXPERIMENTS = 10_000

Values = tuple[Any, ...]


def grid(base: Experiment, /, **choices: Iterable[Any]) -> tuple[Experiment, ...]:
    """Return every combination of the choices, each in place of what `base` has.

    `choices` are named as Experiment's fields, each with its values: `grid(base, seed=range(5),
    hidden=[(12,), (32, 32)])` gives ten. The last one changes fastest: seed 0 with (12,), then with (32, 32).

    Raises PolycoreError, naming it, if `base` is no Experiment, a name is no field, a value is given twice, a
    combination is no valid experiment, or there are more than MAX_EXPERIMENTS of them.
    """
    values = _checked(base, choices)
    count = _combinations(values)
    if count > MAX_EXPERIMENTS:
        raise PolycoreError(
            f"these choices make {count:,} experiments; at most {MAX_EXPERIMENTS:,} are allowed. "
            "Leave values out, or take random_choices."
        )
    return _distinct(base, values, product(*values.values()))


def random_choices(
    base: Experiment, count: int, seed: int, /, **choices: Iterable[Any]
) -> tuple[Experiment, ...]:
    """Return `count` different experiments, each setting of each drawn on its own, in the order drawn.

    `choices` are as in `grid`; all values of a choice are as likely. `seed` decides what is drawn, and is not
    that of the experiments, which may be among the choices.

    Raises PolycoreError as `grid` does, and where there are fewer than `count` combinations.
    """
    values = _checked(base, choices)
    _check_whole("count", count)
    _check_whole("seed", seed)
    if seed < 0:
        raise PolycoreError(f"seed is {seed:,}; expected 0 or more.")
    most = min(_combinations(values), MAX_EXPERIMENTS)
    if not 1 <= count <= most:
        raise PolycoreError(
            f"count is {count:,}; wanted 1 to {most:,}: these choices have {_combinations(values):,} "
            f"combinations, and at most {MAX_EXPERIMENTS:,} are allowed."
        )
    return _distinct(base, values, _drawn(values, count, seed))


def _drawn(values: Mapping[str, Values], count: int, seed: int) -> Iterator[Values]:
    rng = np.random.default_rng(seed)
    sizes = [len(found) for found in values.values()]
    drawn: dict[tuple[int, ...], None] = {}
    while len(drawn) < count:
        drawn[tuple(rng.integers(sizes).tolist())] = None
    for places in drawn:
        yield tuple(found[place] for found, place in zip(values.values(), places, strict=True))


def _check_whole(name: str, found: object) -> None:
    if isinstance(found, bool) or not isinstance(found, Integral):
        raise PolycoreError(f"{name} is {found!r:.40}; expected a whole number.")


def _checked(base: Experiment, choices: Mapping[str, Iterable[Any]]) -> dict[str, Values]:
    check_kind("base", base, Experiment, "Give the experiment whose settings stay as they are.")
    names = [field.name for field in fields(Experiment)]
    for name in choices:
        if name not in names:
            raise PolycoreError(f"{name} is no field of an experiment; choose among {', '.join(names)}.")
    return {name: _values(name, found) for name, found in choices.items()}


def _values(name: str, found: object) -> Values:
    if not isinstance(found, Iterable) or isinstance(found, str | bytes):
        raise PolycoreError(f"{name} is {found!r}; wanted the values to choose from, such as [{found!r}].")
    values = tuple(islice(found, MAX_EXPERIMENTS + 1))
    if not 1 <= len(values) <= MAX_EXPERIMENTS:
        raise PolycoreError(
            f"{name} has {'no values' if not values else 'too many values'} to choose from; "
            f"wanted 1 to {MAX_EXPERIMENTS:,}."
        )
    return values


def _combinations(values: Mapping[str, Values]) -> int:
    return math.prod(len(found) for found in values.values())


def _distinct(
    base: Experiment, values: Mapping[str, Values], combinations: Iterable[Values]
) -> tuple[Experiment, ...]:
    found: dict[Experiment, str] = {}
    for combination in combinations:
        changes = dict(zip(values, combination, strict=True))
        words = ", ".join(f"{name}={value!r}" for name, value in changes.items())
        experiment = _changed(base, changes, words)
        if experiment in found:
            raise PolycoreError(f"{words} is the same experiment as {found[experiment]}. Leave one out.")
        found[experiment] = words
    return tuple(found)


def _changed(base: Experiment, changes: dict[str, Any], words: str) -> Experiment:
    try:
        return replace(base, **changes)
    except PolycoreError as error:
        raise PolycoreError(f"{words} is no valid experiment: {error}") from error
