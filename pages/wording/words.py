"""What pages say and read in the same words: lists, hidden layers, input features, names of files."""

import re
from collections.abc import Iterable, Sequence

from polycore import Experiment, PolycoreError
from polycore.quoting import quoted

NO_LAYERS = "none"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# pasted text often has a dash of another kind
HYPHEN = re.compile(r"\s*[-\u2010-\u2014\u2212]\s*")
_SEPARATOR = re.compile(rf"{HYPHEN.pattern}|\s*,\s*|\s+")
_NEURONS = re.compile(r"[0-9]{1,6}")


def listed(words: Iterable[str]) -> str:
    """Return one or more words as in a sentence: "p0", "p0 and p3", "p0, p1 and p3"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def capitalized(words: str) -> str:
    """Return words with a capital letter at their beginning; all others stay as they are."""
    return f"{words[0].upper()}{words[1:]}"


def as_label(text: str) -> str:
    """Return a text of a stranger's for a label, in which Markdown would see links, icons and colors."""
    # icons are looked for once the escapes are gone: a word joiner, which is not seen, ends them
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text).replace(":", ":\u2060")


def number_in_words(number: int) -> str:
    """Return a whole number from 2 on as in a sentence: "two" to "twelve", then digits."""
    return _NUMBERS[number - 2] if number <= len(_NUMBERS) + 1 else str(number)


def layers_in(label: str, text: str) -> tuple[int, ...]:
    """Return the number of neurons in each hidden layer, from text such as 32-32 or 32, 32; () for "none".

    Raises PolycoreError, which begins with the input's `label`, for any other text.
    """
    text = text.strip()
    if text.lower() == NO_LAYERS:
        return ()
    layers = _SEPARATOR.split(text)
    if not all(map(_NEURONS.fullmatch, layers)):
        got = quoted(text, 40) if text else "nothing"
        raise PolycoreError(
            f"{label}: got {got}; expected the number of neurons in each layer, such as 32-32, "
            f"or {NO_LAYERS} for straight borders."
        )
    return tuple(map(int, layers))


def features_in(text: str) -> tuple[str, ...]:
    """Return the names in text such as "x and y and x2", x, y or x-y, not yet checked."""
    return tuple(word for word in _SEPARATOR.split(text.strip()) if word != "and")


def layers_in_words(hidden: Sequence[int]) -> str:
    """Return the hidden layers in words: "one layer of 8", "two layers of 32", "layers of 32, 16 and 8"."""
    if not hidden:
        return "no hidden layer"
    if len(hidden) == 1:
        return f"one layer of {hidden[0]}"
    if len(set(hidden)) == 1:
        return f"{number_in_words(len(hidden))} layers of {hidden[0]}"
    return f"layers of {listed(map(str, hidden))}"


def layers_of_neurons(hidden: Sequence[int]) -> str:
    """Return the hidden layers in words with their unit: "one layer of 8 neurons"."""
    if not hidden:
        return layers_in_words(hidden)
    return f"{layers_in_words(hidden)} neuron{'' if set(hidden) == {1} else 's'}"


def file_name(kind: str, experiment: Experiment) -> str:
    """Return the name of a file to download without its suffix, such as polycore-map-adam-12."""
    return f"polycore-{kind}-{experiment.optimizer}-{experiment.class_count}"
