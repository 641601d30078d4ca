"""The link: an experiment as a readable query string of an address, and back.

One more part may hold the weights of the network that the experiment trained. A part that is damaged or
exceeds a limit is reported, and the usual value is used instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.experiment.experiment import MOST_POINTS_IN_JSON, Experiment
from polycore.experiment.kinds import OrNone
from polycore.experiment.settings import SETTINGS, Setting
from polycore.links.compact_points import points_from, points_text
from polycore.links.compact_weights import model_from
from polycore.model.model import Model
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.point_set import PointSet
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS

FIRST_VERSION, VERSION = "1", "2"
LONGEST_PART = 12_000  # characters; 24 polynomials with every digit of their coefficients need about 7,000

WEIGHTS, POINTS = "weights", "points"
# what else the pages read from an address, and what Streamlit reads or services add that links pass through
_OTHERS = ("v", WEIGHTS, "look", "guesses", "inside", "compare", "speed", "pause", "game", "score", "seconds")
_FOREIGN = re.compile(r"(embed|utm_|mc_|_g).*|authuser|usp|.*clk?id", re.DOTALL)
_NEWER = f"neither {FIRST_VERSION} nor {VERSION}: it may come from a newer polycore"
IN_A_FILE = "in-a-file"


@dataclass(frozen=True)
class Opened:
    """An opened link: the experiment, and a sentence for each part that could not be used.

    Attributes
    ----------
    weights
        The text of the part with the weights; None if it cannot be used.
    model
        Its model; None if it cannot be used.
    """

    experiment: Experiment
    problems: tuple[str, ...]
    weights: str | None = None
    model: Model | None = None


def to_query(experiment: Experiment) -> dict[str, str]:
    """Return the parts of the query: those in which the experiment differs from the defaults of Experiment.

    Raises
    ------
    PolycoreError
        Unless `experiment` is an Experiment, and if it has more than 300 points of its own.
    """
    check_type("experiment", experiment, Experiment, "Give the experiment of a run or a model.")
    return _without_points(experiment) | (
        {} if experiment.data is None else {POINTS: points_text(experiment.data)}
    )


def _without_points(experiment: Experiment) -> dict[str, str]:
    """Return the parts of the query without the user's own points, which may be many."""
    names = NAMES_OF_POLYNOMIALS if experiment.data is None else NAMES_OF_POINTS
    changed = (
        name
        for name in names
        if name != POINTS and getattr(experiment, PARTS[name].field) != PARTS[name].default
    )
    return {"v": VERSION} | {name: written(experiment, name) for name in changed}


def written(experiment: Experiment, name: str) -> str:
    """Return the part of that name as a link writes it, also if links leave it out."""
    value = getattr(experiment, PARTS[name].field)
    return points_text(value) if name == POINTS else PARTS[name].kind.written(value)


def query_of_page(experiment: Experiment) -> dict[str, str]:
    """Return the parts of the query as `to_query` does, for any experiment.

    If its points are too many for a link, they are said to be in a file, and opening the query says so.
    """
    if experiment.data is not None and len(experiment.data) > MOST_POINTS_IN_JSON:
        return _without_points(experiment) | {POINTS: IN_A_FILE}
    return to_query(experiment)


def to_address(page: str, experiment: Experiment, weights: str | None = None) -> str:
    """Return the link to a page. See `query_of_page` for points that are too many.

    Parameters
    ----------
    page
        An address without a query.
    weights
        The text from `compact`.
    """
    words = query_of_page(experiment)
    if weights is not None:
        words[WEIGHTS] = weights
    return f"{page}?{urlencode(words)}"


def from_query(query: Mapping[str, str]) -> Opened:
    """Return the experiment of a query. Unknown parts are ignored.

    A missing part has the default of Experiment; in a query of version 1 or without a version the value that
    it had when those were written: see docs/link.md. Without any part it is the recommended experiment.

    Raises
    ------
    PolycoreError
        Unless `query` is a mapping.
    """
    check_type("query", query, Mapping, "Convert a text with dict(urllib.parse.parse_qsl(text)).")
    problems: list[str] = []
    experiment, of_points = _with_points(_defaults(query), query, problems)
    if not _is_known_version(query):
        problems.append(f"The link's version is {_NEWER}. The parts that are known here are used.")
    for name in NAMES_OF_POINTS if of_points else NAMES_OF_POLYNOMIALS:
        if name not in query or name == POINTS:
            continue
        try:
            field, value = field_of(name, query[name])
            changes: dict[str, Any] = {field: value}
            experiment = replace(experiment, **changes)
        except PolycoreError as error:
            problems.append(f"{_with_part_name(name, error)} {_instead(experiment, name)}")
    return _with_weights(Opened(experiment, tuple(problems)), query)


def says_anything(query: Mapping[str, str]) -> bool:
    """Return whether a query has any part of a link: a version, an experiment's part, or weights."""
    return any(name in PARTS or name in ("v", WEIGHTS) for name in query)


def unknown_names(query: Mapping[str, str]) -> list[str]:
    """Return the names in a query that no page reads. Those that services add to addresses are left out."""
    known = {*PARTS, *_OTHERS}
    return [name for name in query if name not in known and not _FOREIGN.fullmatch(name)]


def experiment_of(query: Mapping[str, str]) -> Experiment:
    """Return the experiment of a query by the rules of `from_query`.

    Raises
    ------
    PolycoreError
        If a part cannot be used, with its name.
    """
    if not _is_known_version(query):
        raise PolycoreError(f"v: the link's version is {_NEWER}. Use that version.")
    return with_words(_defaults(query), query)


def with_words(experiment: Experiment, words: Mapping[str, str]) -> Experiment:
    """Return the experiment changed by the parts in `words`. Unknown parts are ignored.

    If they name an optimizer that needs all samples every step, such as lbfgs, fixed samples are used unless
    they say which. Points among the words replace polynomials and their samples.

    Raises
    ------
    PolycoreError
        If a part cannot be used, with its name.
    """
    if POINTS in words:
        _, data = field_of(POINTS, words[POINTS])
        experiment = experiment.on_points(data)
    if "optimizer" in words:
        _, optimizer = field_of("optimizer", words["optimizer"])
        experiment = experiment.with_optimizer(optimizer)
    if "activation" in words:
        _, activation = field_of("activation", words["activation"])
        experiment = experiment.with_activation(activation)
    known = [name for name in words if name in PARTS and name != POINTS]
    if POINTS in words:
        known = [name for name in known if name in NAMES_OF_POINTS]
    changes = dict(field_of(name, words[name]) for name in known)
    try:
        return replace(experiment, **changes)
    except PolycoreError as error:
        raise PolycoreError(in_words(str(error))) from error


def field_of(name: str, words: str) -> tuple[str, Any]:
    """Return the experiment's field that the part `name` of a query sets, and its value.

    Experiment has not yet checked the value.

    Raises
    ------
    PolycoreError
        If the part is malformed, with its name.
    """
    try:
        _check_length(words)
        return PARTS[name].field, _points_read(words) if name == POINTS else PARTS[name].kind.read(words)
    except PolycoreError as error:
        raise PolycoreError(_with_part_name(name, error)) from error


def in_words(reason: str) -> str:
    """Return why an experiment was refused, with a link's names and words for the fields' and None."""
    return _FIELD_NAME.sub(lambda match: _PART_OF_FIELD[match[1]], with_words_for_none(reason))


def with_words_for_none(reason: str) -> str:
    """Return why an experiment was refused, with what users write or type where a program says None."""
    field = _FIELD_WITH_NONE.search(reason)
    return reason if field is None else re.sub(r"\bNone\b", _WORDS_FOR_NONE[field[1]], reason)


def _with_part_name(name: str, error: PolycoreError) -> str:
    text = in_words(str(error))
    # a field of the same name names it already
    return text if text.startswith(f"{name}: ") else f"{name}: {text}"


def _is_known_version(query: Mapping[str, str]) -> bool:
    return query.get("v", VERSION) in (FIRST_VERSION, VERSION)


def _defaults(query: Mapping[str, str]) -> Experiment:
    """Return the experiment whose values replace missing and unusable parts."""
    version = query.get("v")
    if version not in (None, FIRST_VERSION):
        experiment = Experiment()
    elif not any(name in PARTS for name in query):
        experiment = Experiment.recommended()
    elif version is None:
        experiment = _USUAL
    else:
        lacking = {name: value for name, value in _OLDER.items() if name not in query}
        experiment = replace(_USUAL, **lacking)
    optimizer = OPTIMIZERS.get(query.get("optimizer", ""))
    if optimizer is not None and optimizer.needs_full_batch:
        # before the parts are read, so that a part that does not fit it is the one that is reported
        experiment = experiment.with_optimizer(optimizer.name)
    return experiment


def _with_points(
    experiment: Experiment, query: Mapping[str, str], problems: list[str]
) -> tuple[Experiment, bool]:
    """Return the experiment on the points of the query and True; without usable points, as it is."""
    if POINTS not in query:
        return experiment, False
    try:
        _check_length(query[POINTS])
        return experiment.on_points(_points_read(query[POINTS])), True
    except PolycoreError as error:
        problems.append(f"{POINTS}: {error} The link opens with polynomials instead.")
        return experiment, False


def _instead(experiment: Experiment, name: str) -> str:
    if OPTIMIZERS[experiment.optimizer].needs_full_batch and name == "samples":
        return f"{experiment.samples_per_class} of each polynomial are used instead."
    if OPTIMIZERS[experiment.optimizer].needs_full_batch and name == "batch":
        return "All samples are used instead."
    return "The usual value is used instead."


def _with_weights(opened: Opened, query: Mapping[str, str]) -> Opened:
    words = query.get(WEIGHTS)
    if words is None:
        return opened
    try:
        _check_length(words)
        return replace(opened, weights=words, model=_model(words, opened.experiment))
    except PolycoreError as error:
        problem = f"{WEIGHTS}: {error} The link opens without the trained network."
        return replace(opened, problems=(*opened.problems, problem))


@lru_cache(maxsize=32)
def _model(words: str, experiment: Experiment) -> Model:
    """Return the model of a link's weights. Cached: a whole class opens a link at once; measuring is slow."""
    return model_from(words, experiment)


def _check_length(words: str) -> None:
    if len(words) > LONGEST_PART:
        raise PolycoreError(f"got {len(words):,} characters; expected at most {LONGEST_PART:,}.")


def _points_read(words: str) -> PointSet:
    if words == IN_A_FILE:
        raise PolycoreError("the points were too many for a link. Ask for the run as a file: it has them.")
    return points_from(words)


# the settings by the names of their parts, in the order of Experiment's fields
PARTS: Mapping[str, Setting] = MappingProxyType(
    {SETTINGS[field.name].word: SETTINGS[field.name] for field in fields(Experiment)}
)
NAMES = tuple(PARTS)
NAMES_OF_POLYNOMIALS = tuple(name for name, part in PARTS.items() if part.applies_to != "own points")
# polynomials, and what describes their samples, are not in a link with points
NAMES_OF_POINTS = tuple(name for name, part in PARTS.items() if part.fits_own_points)

# What parts mean that a typed query or a link of version 1 lacks: nothing in these two may ever change.
_USUAL = Experiment(
    polynomials=TUTORIAL_POLYNOMIALS,
    samples_per_class=None,
    x_range=(-1.0, 1.0),
    noise=0.0,
    hidden=(32, 32, 32, 32, 32),
    optimizer="adam",
    learning_rate=0.01,
    schedule="cosine",
    batch_size=256,
    steps=40_000,
    seed=0,
    standardize=True,
    momentum=0.9,
    initial_weights="he",
    nesterov=False,
    weight_decay=0.0,
    target_loss=None,
    patience=None,
    sampling="crossings",
    growing_batches=True,
    held_out_share=0.2,
    activation="relu",
    l1=0.0,
    l2=0.0,
    dropout=0.0,
    warmup_steps=0,
    features=("x", "y"),
)
# version 1 is older than these parts: a link that lacks them means what every experiment had before them
_OLDER: Mapping[str, Any] = {"sampling": "random", "growing_batches": False}

# None for all samples is "all" too, but "0 for all samples" is what the input on the page says
_WORDS_FOR_NONE = {part.field: part.kind.typed for part in PARTS.values() if isinstance(part.kind, OrNone)}
_FIELD_WITH_NONE = re.compile(rf"\b({'|'.join(_WORDS_FOR_NONE)}): ")
# "data" names points wherever they come from
_PART_OF_FIELD = {part.field: name for name, part in PARTS.items() if name not in (part.field, POINTS)}
_FIELD_NAME = re.compile(rf"\b({'|'.join(_PART_OF_FIELD)})(?=[:=])")
