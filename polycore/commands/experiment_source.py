"""Where a command takes its experiment from: a name, a file, standard input or a link."""

import sys
from pathlib import Path
from urllib.parse import parse_qsl

from polycore.errors import PolycoreError
from polycore.experiment.experiment import MAX_JSON, Experiment
from polycore.links import link
from polycore.quoting import quoted

PRESETS = {"recommended": Experiment.recommended, "tutorial": Experiment.tutorial}
STANDARD_INPUT = "-"
HELP = (
    "a JSON file as Experiment.to_json writes it, or one that holds a link; - for either on standard input; "
    "a link to the dashboard, or the query behind its ?; or one of " + ", ".join(PRESETS)
)

# what addresses of the dashboard have besides: a page's own words, and the weights of a trained network
_PASSED_OVER = ("v", "weights", "look", "game", "score", "seconds", "embed", "embed_options")
_MOST_PARTS = 100
_MOST_BYTES = 4 * MAX_JSON  # UTF-8 has at most four a character


def experiment_from(source: str) -> Experiment:
    """Return the experiment that an argument names. Raises PolycoreError where it names none."""
    if source in PRESETS:
        return PRESETS[source]()
    if source == STANDARD_INPUT:
        return _read(sys.stdin.buffer.read(_MOST_BYTES + 1), "standard input")
    try:
        with Path(source).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in a path
        if "=" in source:
            return _linked(source)
        raise PolycoreError(
            f"the experiment {quoted(source, 40)} is no file that can be read, no link and none of "
            f"{', '.join(PRESETS)}. Give one of these."
        ) from error
    return _read(content, "the file")


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolycoreError("the experiment is no UTF-8 text. Give JSON or a link.") from error
    if len(text) > MAX_JSON:
        raise PolycoreError(f"the experiment has more than {MAX_JSON:,} characters. Give JSON or a link.")
    return text.strip()


def _read(content: bytes, where: str) -> Experiment:
    text = _text(content)
    if text.startswith("{"):
        return Experiment.from_json(text)
    if "=" in text:
        return _linked(text)
    raise PolycoreError(
        f"{where} begins with {quoted(text, 40)}; expected an experiment, as JSON or as a link's words."
    )


def _linked(text: str) -> Experiment:
    query = text.split("?", 1)[-1].split("#", 1)[0]
    try:
        parts = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_PARTS)
    except ValueError as error:
        raise PolycoreError(
            f"the link {quoted(text, 40)} has a part that is not name=words. docs/link.md tells its words."
        ) from error
    words: dict[str, str] = {}
    for name, said in parts:
        if name not in (*link.NAMES, *_PASSED_OVER):
            raise PolycoreError(
                f"the link's part {quoted(name, 40)} is not known: it may be misspelt. Known are "
                f"{', '.join(link.NAMES)}."
            )
        if name in words:
            raise PolycoreError(f"the link has the part {name} twice. Remove one.")
        words[name] = said
    return link.experiment_of(words)
