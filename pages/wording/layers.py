"""Hidden layers as text, read the same way on every page: 32-32 or 32, 32, or none; and in words."""

import re
from collections.abc import Sequence

from pages.wording.listed import listed
from polycore import PolycoreError
from polycore.quoting import quoted

NONE = "none"
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
# pasted text often has a dash of another kind
HYPHEN = re.compile(r"\s*[-\u2010-\u2014\u2212]\s*")
_SEPARATOR = re.compile(rf"{HYPHEN.pattern}|\s*,\s*|\s+")
_NEURONS = re.compile(r"[0-9]{1,6}")


def from_text(label: str, text: str) -> tuple[int, ...]:
    """Return the number of neurons in each hidden layer of a network; () for "none".

    Raises PolycoreError, which begins with the input's `label`, for any other text.
    """
    text = text.strip()
    if text.lower() == NONE:
        return ()
    layers = _SEPARATOR.split(text)
    if not all(map(_NEURONS.fullmatch, layers)):
        got = quoted(text, 40) if text else "nothing"
        raise PolycoreError(
            f"{label}: got {got}; expected the number of neurons in each layer, such as 32-32, "
            f"or {NONE} for straight borders."
        )
    return tuple(map(int, layers))


def in_words(hidden: Sequence[int]) -> str:
    """Return the hidden layers in words: "one layer of 8", "two layers of 32", "layers of 32, 16 and 8"."""
    if not hidden:
        return "no hidden layer"
    if len(hidden) == 1:
        return f"one layer of {hidden[0]}"
    if len(set(hidden)) == 1:
        return f"{_COUNTS.get(len(hidden), len(hidden))} layers of {hidden[0]}"
    return f"layers of {listed(map(str, hidden))}"
