"""Many experiments from one: every combination of several values for its settings, or a random selection."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import islice, product
from typing import Any

import numpy as np

from polycore.checks import check_type, checked_whole_number
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment

MAX_EXPERIMENTS = 10_000

Values = tuple[Any, ...]


def grid(base: Experiment, /, **choices: Iterable[Any]) -> tuple[Experiment, ...]:
    """Return `base` with every combination of the choices.

    The last choice varies fastest: `grid(base, seed=range(5), hidden=[(12,), (32, 32)])` returns ten, seed 0
    with (12,), then with (32, 32). Each activation has the initial weights that suit it, unless they are a
    choice or do not suit the choice of `base`.

    Parameters
    ----------
    **choices
        Fields of Experiment, each with its values.

    Raises
    ------
    PolycoreError
        If `base` is not an Experiment, a name is not a field, a value occurs twice, a combination is not a
        valid experiment, or there are more than MAX_EXPERIMENTS combinations.
    """
    values = _checked(base, choices)
    count = _combinations(values)
    if count > MAX_EXPERIMENTS:
        raise PolycoreError(
            f"choices: got {count:,} combinations; expected at most {MAX_EXPERIMENTS:,}. "
            "Leave values out, or use random_choices."
        )
    return _distinct(base, values, product(*values.values()))


def random_choices(
    base: Experiment, count: int, seed: int, /, **choices: Iterable[Any]
) -> tuple[Experiment, ...]:
    """Return `count` different experiments in random order, each setting drawn independently.

    Parameters
    ----------
    seed
        Determines the draw. It is not the seed of the experiments, which may be one of the choices.
    **choices
        As in `grid`; all values of a choice are equally likely.

    Raises
    ------
    PolycoreError
        As `grid` does, and if there are fewer than `count` combinations.
    """
    values = _checked(base, choices)
    count = checked_whole_number("count", count, 1)
    seed = checked_whole_number("seed", seed, 0)
    most = min(_combinations(values), MAX_EXPERIMENTS)
    if count > most:
        raise PolycoreError(
            f"count: got {count:,}; expected 1 to {most:,}. These choices have {_combinations(values):,} "
            f"combinations, and at most {MAX_EXPERIMENTS:,} experiments are allowed."
        )
    return _distinct(base, values, _drawn(values, count, seed))


def _drawn(values: Mapping[str, Values], count: int, seed: int) -> Iterator[Values]:
    rng = np.random.default_rng(seed)
    sizes = [len(options) for options in values.values()]
    drawn: dict[tuple[int, ...], None] = {}  # a set that keeps its order
    while len(drawn) < count:
        drawn[tuple(rng.integers(sizes).tolist())] = None
    for indices in drawn:
        yield tuple(options[index] for options, index in zip(values.values(), indices, strict=True))


def _checked(base: Experiment, choices: Mapping[str, Iterable[Any]]) -> dict[str, Values]:
    check_type("base", base, Experiment, "Pass the experiment that the choices change.")
    names = [field.name for field in fields(Experiment)]
    for name in choices:
        if name not in names:
            raise PolycoreError(
                f"choices: got {name!r:.40}; expected fields of Experiment: {', '.join(names)}."
            )
    return {name: _values(name, options) for name, options in choices.items()}


def _values(name: str, options: object) -> Values:
    if not isinstance(options, Iterable) or isinstance(options, str | bytes):
        raise PolycoreError(f"{name}: got {options!r}; expected a list of values, such as [{options!r}].")
    values = tuple(islice(options, MAX_EXPERIMENTS + 1))
    if not 1 <= len(values) <= MAX_EXPERIMENTS:
        raise PolycoreError(
            f"{name}: got {'too many' if values else 'none'}; expected 1 to {MAX_EXPERIMENTS:,} values."
        )
    return values


def _combinations(values: Mapping[str, Values]) -> int:
    return math.prod(len(options) for options in values.values())


def _distinct(
    base: Experiment, values: Mapping[str, Values], combinations: Iterable[Values]
) -> tuple[Experiment, ...]:
    experiments: dict[Experiment, str] = {}
    for combination in combinations:
        changes = dict(zip(values, combination, strict=True))
        words = ", ".join(f"{name}={value!r}" for name, value in changes.items())
        experiment = _changed(base, changes, words)
        if experiment in experiments:
            raise PolycoreError(
                f"{words} is the same experiment as {experiments[experiment]}. Leave one out."
            )
        experiments[experiment] = words
    return tuple(experiments)


def _changed(base: Experiment, changes: dict[str, Any], words: str) -> Experiment:
    try:
        if "activation" in changes and "initial_weights" not in changes:
            base = base.with_activation(changes["activation"])
        return replace(base, **changes)
    except PolycoreError as error:
        raise PolycoreError(f"{words} is not a valid experiment: {error}") from error
