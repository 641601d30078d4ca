"""Weights and biases as text for an address, and back.

The text is one character for the encoding of the numbers, four for a checksum, then the numbers. All
characters are the ones of URL-safe Base64 (RFC 4648, section 5), each for six bits, the highest first.

`d` and `s`: the numbers as float64 or float32, little-endian, in Base64 without padding. Layer by layer
    the weights (n_in, n_out) row by row, then the biases.
`r`: rounded. For each neuron, layer by layer, two characters: its exponent e (from -20 up) and its k. Then
    the bits of all numbers: neuron by neuron its weights, then its bias, each a whole number q that means
    q / 2**e, in Rice code: z = 2q, or -2q - 1 below zero; z >> k ones, a zero, the k lowest bits of z.
    The last character is padded with zeros.

The meaning of a first character never changes. Reading trusts nothing, and allocates nothing that the text
does not fill.
"""

import base64
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from polycore import network
from polycore.arrays import Floats
from polycore.errors import PolycoreError
from polycore.experiment.experiment import HELD_OUT_POINTS, Experiment
from polycore.links.rounding import LOWEST_EXPONENT, RoundedLayer, Rounding
from polycore.model.evaluation import DataSets, marked_as_measured_on
from polycore.model.model import Model
from polycore.network.parameters import Layers

EXACT = {"d": "<f8", "s": "<f4"}
ROUNDED = "r"
MOST_LOST = 0.005  # of held-out accuracy, as a share; with a larger loss the weights do not fit
LEAST_BITS = 4  # per weight; no network that was tried worked with fewer
MOST_PARAMETERS = 12_000  # weights and biases; with LEAST_BITS they fill the 8,000 characters of an address
FINEST = -40.0  # coarseness at which the search starts: longer than any address

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BITS = 6
_CHECKSUM = 4  # characters
_KS = range(64)
_ADVICE = "Ask for the link again."


def compact(model: Model, experiment: Experiment, room: int) -> str:
    """Return the weights and biases of `model` in at most `room` characters, as exactly as they fit.

    They are written as float64, as float32, or rounded so that the predictions on the points of `experiment`,
    which trained the model, hardly change. Raises PolycoreError, with a sentence for the user, if there are
    more than MOST_PARAMETERS, or if they lose more than half a percentage point of held-out accuracy.
    """
    _check_count(experiment)
    for kind in EXACT:
        text = _exact(model, kind)
        if len(text) <= room and _lost(model, text, experiment) <= MOST_LOST:
            return text
    count, neurons = experiment.parameter_count, sum(experiment.widths[1:])
    if 1 + _CHECKSUM + 2 * neurons + count * LEAST_BITS / _BITS > room:
        raise _too_many(count)
    text = _rounded(model, experiment, room)
    lost = _lost(model, text, experiment)
    if lost > MOST_LOST:
        raise PolycoreError(
            f"Rounded until they fit a link, the {count:,} weights and biases would lose {100 * lost:.1f} "
            "percentage points of held-out accuracy."
        )
    return text


def model_from(text: str, experiment: Experiment) -> Model:
    """Return the model of a text from `compact`, for the network, polynomials and points of `experiment`.

    Loss and accuracies are measured here, on at most HELD_OUT_POINTS points each: an untrusted link may
    request a million. Raises PolycoreError if the text breaks a rule of the format.
    """
    _check_count(experiment)
    model = _model(text, experiment)
    sets = DataSets.of(_with_few_samples(experiment))
    measured = sets.measured(model)
    is_thinned = (experiment.sample_count or 0) > len(sets.points)
    return marked_as_measured_on(measured, len(sets.points)) if is_thinned else measured


def _with_few_samples(experiment: Experiment) -> Experiment:
    if experiment.data is not None:
        return experiment
    most = HELD_OUT_POINTS // len(experiment.polynomials)
    if (experiment.samples_per_class or 0) <= most:
        return experiment
    return replace(experiment, samples_per_class=most)


def _check_count(experiment: Experiment) -> None:
    if experiment.parameter_count > MOST_PARAMETERS:
        raise _too_many(experiment.parameter_count)


def _too_many(count: int) -> PolycoreError:
    return PolycoreError(f"The network has {count:,} weights and biases: too many for a link.")


def layers_from(text: str, widths: Sequence[int]) -> Layers:
    """Return the weights (n_in, n_out) and biases (1, n_out) of each layer of a network of these widths.

    They need not be finite. Raises PolycoreError if the text breaks a rule of the format.
    """
    kind, body = _checked(text, widths)
    if kind == ROUNDED:
        return tuple(rounded.layer for rounded in _rounded_from(body, widths))
    return _exact_from(body, kind, widths)


def rounded_text(layers: Iterable[RoundedLayer], widths: Sequence[int]) -> str:
    """Return the text of the rounded layers of a network of these widths; `layers_from` reads it exactly."""
    return _with_checksum(ROUNDED, _rounded_body(layers), widths)


def _model(text: str, experiment: Experiment) -> Model:
    weights, biases = zip(*layers_from(text, experiment.widths), strict=True)
    return Model(
        weights=weights,
        biases=biases,
        loss=0.0,
        accuracy=0.0,
        polynomials=experiment.polynomials,
        classes=() if experiment.data is None else experiment.data.names,
        activation=experiment.activation,
        features=experiment.features,
        metadata={
            "experiment": experiment.summary(),
            "seed": experiment.seed,
            **({} if experiment.data is None else {"window": experiment.data.window}),
        },
    )


def _lost(model: Model, text: str, experiment: Experiment) -> float:
    """Return how much held-out accuracy, as a share, the model loses in the text."""
    return _held_out_accuracy(model, experiment) - _held_out_accuracy(_model(text, experiment), experiment)


def _held_out_accuracy(model: Model, experiment: Experiment) -> float:
    points, labels = experiment.held_out_set()
    return network.accuracy(model.predict_proba(points), labels)


# Writing.


def _exact(model: Model, kind: str) -> str:
    pairs = zip(model.weights, model.biases, strict=True)
    numbers = np.concatenate([array.ravel() for pair in pairs for array in pair])
    body = base64.urlsafe_b64encode(numbers.astype(EXACT[kind]).tobytes()).decode("ascii").rstrip("=")
    return _with_checksum(kind, body, model.widths)


def _rounded(model: Model, experiment: Experiment, room: int) -> str:
    """Return the text of about the finest rounding that fits: within some sixteenths of a bit per weight."""
    rounding, count = Rounding(model, experiment), experiment.parameter_count
    coarseness, target = FINEST, room
    while True:
        while (length := _rounded_length(rounding.plainly_at(coarseness))) > target:
            # doubling the step size saves one bit per number
            coarseness += max(1 / 16, (length - target) * _BITS / count)
        text = rounded_text(rounding.at(coarseness), model.widths)
        if len(text) <= room:
            return text
        target = length - (len(text) - room)


def _rounded_length(layers: Iterable[RoundedLayer]) -> int:
    """Return the number of characters in the text of these layers."""
    neurons, bits = 0, 0.0
    for layer in layers:
        neurons += len(layer.exponents)
        bits += float(_rice_lengths(layer.integers).min(axis=0).sum())
    return 1 + _CHECKSUM + 2 * neurons + math.ceil(bits / _BITS)


def _rice_lengths(integers: Floats) -> Floats:
    """Return the number of bits of each column of (N, n) whole numbers for each k, as (64, n)."""
    folded = np.where(integers >= 0, 2 * integers, -2 * integers - 1)
    return np.stack([np.floor(np.ldexp(folded, -k)).sum(axis=0) + (1 + k) * len(folded) for k in _KS])


def _rounded_body(layers: Iterable[RoundedLayer]) -> str:
    head, bits = [], []
    for layer in layers:
        ks = _rice_lengths(layer.integers).argmin(axis=0).tolist()
        columns = layer.integers.T.tolist()
        for exponent, k, column in zip(layer.exponents.tolist(), ks, columns, strict=True):
            head.append(_ALPHABET[exponent - LOWEST_EXPONENT] + _ALPHABET[k])
            bits += [_rice(int(number), k) for number in column]
    return "".join(head) + _characters("".join(bits))


def _rice(number: int, k: int) -> str:
    folded = 2 * number if number >= 0 else -2 * number - 1
    low = f"{folded & ((1 << k) - 1):0{k}b}" if k else ""
    return f"{'1' * (folded >> k)}0{low}"


def _characters(bits: str) -> str:
    filled = bits + "0" * (-len(bits) % _BITS)
    return "".join(_ALPHABET[int(filled[at : at + _BITS], 2)] for at in range(0, len(filled), _BITS))


def _with_checksum(kind: str, body: str, widths: Sequence[int]) -> str:
    return kind + _checksum(kind, body, widths) + body


def _checksum(kind: str, body: str, widths: Sequence[int]) -> str:
    """Return four characters that change with the text and with the shape of the network."""
    shape = "-".join(map(str, widths))
    return _characters(f"{zlib.crc32(f'{kind} {shape} {body}'.encode()) % 2**24:024b}")


# Reading.


def _checked(text: str, widths: Sequence[int]) -> tuple[str, str]:
    """Return the kind and the body of a text, after checking its characters, kind and checksum."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise PolycoreError(f"got an empty text, or characters outside URL-safe Base64. {_ADVICE}")
    kind, checksum, body = text[0], text[1 : 1 + _CHECKSUM], text[1 + _CHECKSUM :]
    if kind not in (*EXACT, ROUNDED):
        raise PolycoreError(
            f"got an unknown encoding, {kind}; expected d, s or r. A newer polycore may read it."
        )
    if checksum != _checksum(kind, body, widths):
        raise PolycoreError(
            "the weights are damaged, or belong to another network than polynomials and hidden describe. "
            f"{_ADVICE}"
        )
    return kind, body


def _exact_from(body: str, kind: str, widths: Sequence[int]) -> Layers:
    count = network.parameter_count(widths)
    expected = -(-count * np.dtype(EXACT[kind]).itemsize * 8 // _BITS)
    if len(body) != expected:
        raise PolycoreError(
            f"got {len(body):,} characters; expected {expected:,} for {count:,} numbers. {_ADVICE}"
        )
    content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return network.layers(np.frombuffer(content, EXACT[kind]), widths)


def _rounded_from(body: str, widths: Sequence[int]) -> Iterator[RoundedLayer]:
    neurons = sum(widths[1:])
    if len(body) < 2 * neurons:
        raise PolycoreError(
            f"got {len(body):,} characters; expected at least {2 * neurons:,} for {neurons:,} neurons. "
            f"{_ADVICE}"
        )
    values = [_ALPHABET.index(character) for character in body[: 2 * neurons]]
    exponents, ks = np.array(values[::2]) + LOWEST_EXPONENT, values[1::2]
    numbers = _Numbers(body[2 * neurons :])
    start = 0
    for inputs, outputs in pairwise(widths):
        end = start + outputs
        columns = [[numbers.next(k) for _ in range(inputs + 1)] for k in ks[start:end]]
        yield RoundedLayer(np.array(columns, dtype=np.float64).T, exponents[start:end])
        start = end
    numbers.end()


class _Numbers:
    """Whole numbers in Rice code, one after another."""

    def __init__(self, characters: str) -> None:
        self._bits = "".join(f"{_ALPHABET.index(character):06b}" for character in characters)
        self._at = 0

    def next(self, k: int) -> int:
        zero = self._bits.find("0", self._at)
        end = zero + 1 + k
        if zero < 0 or end > len(self._bits):
            raise PolycoreError(f"got too few bits for all numbers. {_ADVICE}")
        z = ((zero - self._at) << k) + int(self._bits[zero + 1 : end] or "0", 2)
        self._at = end
        return z // 2 if z % 2 == 0 else -(z + 1) // 2

    def end(self) -> None:
        rest = self._bits[self._at :]
        if len(rest) >= _BITS or "1" in rest:
            raise PolycoreError(f"got more bits after the last number. {_ADVICE}")
