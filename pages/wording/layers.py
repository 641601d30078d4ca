"""Hidden layers as text, the same on every page: 32-32 or 32, 32, or none."""

import re

from polycore import PolycoreError
from polycore.quoting import quoted

NONE = "none"
# a pasted range often has one of the dashes
HYPHEN = re.compile(r"\s*[-\u2010-\u2014\u2212]\s*")
_SEPARATOR = re.compile(rf"{HYPHEN.pattern}|\s*,\s*|\s+")
_NEURONS = re.compile(r"[0-9]{1,6}")


def from_text(label: str, text: str) -> tuple[int, ...]:
    """Return the neurons of each layer of one network, () for "none".

    Raises PolycoreError, which begins with the input's `label`, unless the text is one of these.
    """
    text = text.strip()
    if text.lower() == NONE:
        return ()
    layers = _SEPARATOR.split(text)
    if not all(map(_NEURONS.fullmatch, layers)):
        found = f"{quoted(text, 40)} is not a network" if text else "there is no network yet"
        raise PolycoreError(
            f"{label}: {found}; expected the neurons of each layer, such as 32-32, "
            f"or {NONE} for straight borders."
        )
    return tuple(map(int, layers))
