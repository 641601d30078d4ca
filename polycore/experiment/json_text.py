"""The JSON of an experiment: a text of limited length to a value."""

import json
import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from polycore.checks import described
from polycore.errors import PolycoreError

MAX_JSON = 100_000  # characters; the largest possible experiment needs about 8,000
# About as deep as Python before 3.14 reads, the same for all versions; an experiment needs four.
MAX_NESTING = 1000
_BRACKETS = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL
)  # or a whole string, to skip the brackets in it
_TOO_DEEP = "the experiment: got deeply nested JSON; expected one flat object."


def loaded(text: str) -> Any:
    """Return the value of a JSON text. Raises PolycoreError if it is too long, not JSON, or repeats a key."""
    if not isinstance(text, str):
        raise PolycoreError(
            f"the experiment: got {described(text)}; expected JSON text, a str, as to_json returns."
        )
    if len(text) > MAX_JSON:
        raise PolycoreError(f"the experiment: got {len(text):,} characters; expected at most {MAX_JSON:,}.")
    if nesting(text) > MAX_NESTING:
        raise PolycoreError(_TOO_DEEP)
    try:
        return json.loads(text, object_pairs_hook=_without_repeated_keys)
    except PolycoreError:
        raise
    except RecursionError as error:  # called from deep within a program
        raise PolycoreError(_TOO_DEEP) from error
    except ValueError as error:
        raise PolycoreError(
            f"the experiment: got text that is not JSON ({error}); expected what to_json returns."
        ) from error


def nesting(text: str) -> int:
    """Return how deep lists and objects lie in each other in a JSON text, which is not parsed for that."""
    steps = {"[": 1, "{": 1, "]": -1, "}": -1}
    return max(accumulate((steps.get(token[0], 0) for token in _BRACKETS.finditer(text)), initial=0))


def _without_repeated_keys(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise PolycoreError(
                f"the experiment: got the field {described(name)} twice; expected each once. Remove one."
            )
        values[name] = value
    return values
