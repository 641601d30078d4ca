"""The sources of a command's experiment: a preset, a file, standard input or a link; and own points."""

import argparse
import os
from pathlib import Path
from urllib.parse import parse_qsl

from polycore.commands.kept_files import STANDARD_INPUT, content_at, name_of
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.experiment.json_text import MAX_JSON
from polycore.links import link
from polycore.points.point_set import PointSet
from polycore.points.table_rows import MAX_BYTES
from polycore.quoting import quoted

PRESETS = {"recommended": Experiment.recommended, "tutorial": Experiment.tutorial}
HELP = (
    "a JSON file from Experiment.to_json, or a file with a link; - for either on standard input; "
    "a link to the dashboard, or its query, the part after ?; or one of " + ", ".join(PRESETS)
)

_MOST_PARTS = 100
_MOST_BYTES = 4 * MAX_JSON  # UTF-8 has at most four a character


def experiment_from(source: str) -> Experiment:
    """Return the experiment from `source`, as HELP describes it. Raises PolycoreError if there is none."""
    if source in PRESETS:
        return PRESETS[source]()
    try:
        content = content_at(source, _MOST_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a NUL in a path
        if "=" in source:
            return _linked(source)
        raise PolycoreError(
            f"EXPERIMENT: got {quoted(source, 40)}; expected a readable file, a link or one of "
            f"{', '.join(PRESETS)}."
        ) from error
    return _read(content, "standard input" if source == STANDARD_INPUT else "the file")


def paths_of(arguments: argparse.Namespace) -> dict[str, Path]:
    """Return the paths that the experiment and its points are read from, by the names of the arguments.

    Standard input has a path too, on most systems: a shell may read it from a file.
    """
    sources = {
        "EXPERIMENT": None if arguments.experiment in PRESETS else arguments.experiment,
        "--data": arguments.data,
    }
    paths = {
        name: "/dev/stdin" if source == STANDARD_INPUT else source
        for name, source in sources.items()
        if source is not None
    }
    # what does not exist is a link, or is reported when it is read
    return {name: Path(path) for name, path in paths.items() if os.path.exists(path)}  # noqa: PTH110  # NULs too


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolycoreError("EXPERIMENT: got text that is not UTF-8; expected JSON or a link.") from error
    if len(text) > MAX_JSON:
        raise PolycoreError(f"EXPERIMENT: got more than {MAX_JSON:,} characters; expected JSON or a link.")
    return text.strip()


def _read(content: bytes, origin: str) -> Experiment:
    text = _text(content)
    if text.startswith("{"):
        return Experiment.from_json(text)
    if "=" in text:
        return _linked(text)
    raise PolycoreError(f"{origin}: got {quoted(text, 40)}; expected an experiment, as JSON or as a link.")


def _linked(text: str) -> Experiment:
    query = text.split("?", 1)[-1].split("#", 1)[0]
    try:
        parts = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_PARTS)
    except ValueError as error:
        raise PolycoreError(
            f"the link: got {quoted(text, 40)}; expected parts of the form name=value, as in docs/link.md."
        ) from error
    values: dict[str, str] = {}
    for name, value in parts:
        if link.unknown_names({name: value}):
            raise PolycoreError(
                f"the link: got a part {quoted(name, 40)}, which may be misspelled; expected "
                f"{', '.join(link.NAMES)}."
            )
        if name in values:
            raise PolycoreError(f"the link has the part {name} twice. Remove one.")
        values[name] = value
    return link.experiment_of(values)


def add_data_to(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--data",
        metavar="FILE",
        help="train on the points in this CSV file, with x, y and a label in each row, not on polynomials; "
        "- for standard input",
    )


def with_points(experiment: Experiment, source: str | None) -> Experiment:
    """Return the experiment on the points in a file; unchanged if there is none.

    Raises PolycoreError, which names the file, if it cannot be read.
    """
    if source is None:
        return experiment
    try:
        return experiment.on_points(PointSet.from_csv(content_at(source, MAX_BYTES)))
    except OSError as error:
        raise PolycoreError(f"{name_of(source)}: the file cannot be read: {error.strerror}.") from error
    except PolycoreError as error:
        raise PolycoreError(f"{name_of(source)}: {error}") from error
