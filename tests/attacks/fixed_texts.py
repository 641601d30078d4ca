"""The texts a refusal may have: the fixed ones, with names, counts and shapes filled in."""

import re
import string

from polycore.model.named_arrays import NAMES, NAMES_OF_OTHERS
from polycore.model.named_arrays import RUN_NAMES as NAMES_OF_RUNS
from polycore.model.refusals import Reason
from polycore.training.run_metadata import FIELDS
from polycore.training.run_refusals import RunReason, fixed_text

# the text of Model, about the numbers in the arrays
NUMBER = "{name}: got a number that is not finite or out of range; expected {low} to {high}."
NUMBERS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){0,2}|more than 9,999,999)"
LENGTH = r"(?:[0-9]{1,7}|more than 9,999,999)"
FIELD_PATTERNS = {
    "name": "|".join([*NAMES, *NAMES_OF_OTHERS.values(), "the .npy file", *NAMES_OF_RUNS, *FIELDS]),
    "shape": rf"\(\)|\({LENGTH},\)|\({LENGTH}, {LENGTH}\)|of {NUMBERS} dimensions",
    "low": "0|-1e[+]06",
    "high": "1|1e[+]06",
}


def pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a fixed text with any allowed values filled in, and the names of either kind."""
    of_others = re.sub(r"\b(weights|biases)_l(\d)", r"layer_\1_\2", text)
    return re.compile("|".join(f"(?:{_filled(kind)})" for kind in (text, of_others)))


def _filled(text: str) -> str:
    parts = []
    for words, field, *_ in string.Formatter().parse(text):
        parts.append(re.escape(words))
        if field is not None:
            parts.append(f"(?:{FIELD_PATTERNS.get(field, NUMBERS)})")
    return "".join(parts)


PATTERNS = {reason.name: pattern(reason.value) for reason in Reason} | {"NUMBER": pattern(NUMBER)}


# the texts of the reader of run files
RUN_PATTERNS = {reason.name: pattern(reason.value) for reason in RunReason} | {
    f"any file's {reason.name}": pattern(fixed_text(reason)) for reason in Reason
}


def reasons_of(text: str) -> list[str]:
    """Return the names of the reasons whose fixed text this is."""
    return [name for name, fixed in PATTERNS.items() if fixed.fullmatch(text)]


def run_reasons_of(text: str) -> list[str]:
    """Return the same for a run file."""
    return [name for name, fixed in RUN_PATTERNS.items() if fixed.fullmatch(text)]
