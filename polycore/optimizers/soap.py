"""SOAP: Adam along the directions in which each layer's gradients agree with each other.

A layer's gradient G, (inputs + 1, neurons) with the biases as its last row, has two sides. The eigenvectors
of running sums of G·Gᵀ and Gᵀ·G are a basis for each of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np

from polycore.arrays import Floats
from polycore.limits import MAX_LAYERS
from polycore.optimizers.adam import ALONG, Moments
from polycore.optimizers.optimizer import (
    MAX_SLOPE,
    Explain,
    Explanation,
    GradientOptimizer,
    GradientUpdate,
    OptimizerState,
    StateArray,
    Storage,
    Widths,
    Words,
    decayed,
)

BETA_1, BETA_2, EPSILON = 0.95, 0.98, 1e-8
KEPT = 0.9  # of the sums of G·Gᵀ and Gᵀ·G at each of their updates
SUMS_EVERY, SUMS_AT_FIRST = 4, 20  # steps: every 4, and each of the first 20
FIRST_BASIS, BASIS_EVERY = 10, 80  # steps
LARGEST_CHANGE = 3.0  # of a parameter along its basis, in units of the learning rate
_MOMENTS = Moments(BETA_1, BETA_2, EPSILON, LARGEST_CHANGE)
# Rows or columns, as of a layer of 256 neurons. Two such layers reached 98.7 % in 3.5 s with their sides
# rotated, and 98.0 % in 3.0 s without, Adam 98.2 % in 3.2 s (three seeds each). Two of 384: 98.0 % in 7.8 s,
# 98.6 % in 6.7 s, Adam 98.4 % in 6.6 s. Two of 512: 95.9 % in 10.0 s, 98.1 % in 8.5 s, Adam 97.6 % in 8.2 s.
MOST_ROTATED = 257
MOST_IN_SIDES = 2 * MAX_LAYERS * MOST_ROTATED**2  # numbers in `sums`, at most
MAX_SUM = 100 * MAX_SLOPE**2
NUDGE = 1e-12  # keeps the basis of a side whose gradients are 0


@dataclass(frozen=True, eq=False)
class SoapState(OptimizerState):
    """Steps taken, and what is known of the gradients so far.

    Attributes
    ----------
    first_moment, second_moment
        (P,), like the parameters: of the gradient along the bases, as discounted sums; see `AdamState`.
    sums, bases
        (S,): for each layer the sum of G·Gᵀ and then that of Gᵀ·G, row by row, and the basis of each side as
        the columns of a matrix. A side of more than MOST_ROTATED rows has neither.
    """

    step: int
    first_moment: Floats
    second_moment: Floats
    sums: Floats
    bases: Floats


class _Rotation(NamedTuple):
    """A matrix for a layer's left and one for its right side; None is not rotated."""

    left: Floats | None
    right: Floats | None


class _Side(NamedTuple):
    """One side of a layer's gradient: how many rows or columns, and where its matrices lie in `sums`."""

    size: int
    start: int

    def of(self, vector: Floats) -> Floats:
        return vector[self.start : self.start + self.size**2].reshape(self.size, self.size)


class _Layer(NamedTuple):
    """A layer's gradient: its shape, where it lies in the parameters, and its sides; None is not rotated."""

    shape: tuple[int, int]
    start: int
    left: _Side | None
    right: _Side | None

    def of(self, vector: Floats) -> Floats:
        rows, columns = self.shape
        return vector[self.start : self.start + rows * columns].reshape(self.shape)

    @property
    def end(self) -> int:
        return self.start + math.prod(self.shape)

    def row_and_column(self, index: int) -> tuple[int, int]:
        """Return the row and the column of the parameter at an index of the flat vector."""
        row, column = divmod(index - self.start, self.shape[1])
        return row, column


@lru_cache(maxsize=64)
def _layers(widths: tuple[int, ...]) -> tuple[_Layer, ...]:
    layers, start, start_of_side = [], 0, 0
    for inputs, neurons in pairwise(widths):
        sides: list[_Side | None] = []
        for size in (inputs + 1, neurons):
            if size > MOST_ROTATED:
                sides.append(None)
                continue
            sides.append(_Side(size, start_of_side))
            start_of_side += size * size
        shape = (inputs + 1, neurons)
        layers.append(_Layer(shape, start, *sides))
        start += math.prod(shape)
    return tuple(layers)


def sides_size(widths: Widths, pairs: int = 0) -> tuple[int]:  # noqa: ARG001 - as every shape
    """Return the shape (S,) of `sums` and `bases`."""
    sizes = [size for pair in pairwise(widths) for size in (pair[0] + 1, pair[1])]
    return (sum(size * size for size in sizes if size <= MOST_ROTATED),)


def start_soap(parameters: Floats, widths: Widths) -> SoapState:
    """Return the state before the first step: the bases are the parameters' own."""
    moment, sums = np.zeros_like(parameters), np.zeros(sides_size(widths), parameters.dtype)
    bases = np.zeros_like(sums)
    for side in _sides_of(_layers(tuple(widths))):
        side.of(bases)[:] = np.eye(side.size)
    return SoapState(0, moment, moment, sums, bases)


class SoapStep:
    """One step of SOAP for networks of the same widths. See `decayed` for `weight_decay`.

    Source: arXiv:2409.11321, Algorithm 3, with these departures: the first moment is kept along the bases,
    and rotated with them; sums are updated every SUMS_EVERY steps, with a decay of their own, and before the
    step that uses them; until step FIRST_BASIS the step is Adam's; both moments are corrected for their
    start, as Adam's; a change along a basis is at most LARGEST_CHANGE; long sides keep the parameters' basis.

    What it returns depends on its arguments alone: it keeps the turns of the last bases for the next step.
    """

    def __init__(self, widths: Widths, weight_decay: float = 0.0) -> None:
        self._layers, self._weight_decay = _layers(tuple(widths)), weight_decay
        self._turns: _Turns | None = None
        self._add_to: _Sums | None = None

    def __call__(
        self, parameters: Floats, gradient: Floats, state: SoapState, learning_rate: float
    ) -> tuple[Floats, SoapState]:
        """Return the parameters and state after one step."""
        sums, bases, first_moment = state.sums, state.bases, state.first_moment
        if state.step % SUMS_EVERY == 0 or state.step < SUMS_AT_FIRST:
            sums = self._sums_with(gradient, sums)
        if state.step >= FIRST_BASIS and (state.step == FIRST_BASIS or state.step % BASIS_EVERY == 0):
            back = self._turns_of(bases).back(first_moment)
            bases = _rotated_bases(bases, sums, self._layers, is_first=state.step == FIRST_BASIS)
            first_moment = self._turns_of(bases).along(back).copy()
        turns = self._turns_of(bases)
        step = state.step + 1
        change, first_moment, second_moment = _MOMENTS.step(
            turns.along(gradient), first_moment, state.second_moment, step, learning_rate
        )
        stepped = decayed(parameters, learning_rate, self._weight_decay) - turns.back(change)
        return stepped, SoapState(step, first_moment, second_moment, sums, bases)

    def _turns_of(self, bases: Floats) -> "_Turns":
        if self._turns is None or self._turns.bases is not bases:
            self._turns = _Turns.of(bases, self._layers)
        return self._turns

    def _sums_with(self, gradient: Floats, sums: Floats) -> Floats:
        if self._add_to is None:
            self._add_to = _Sums(self._layers, sums)
        return self._add_to(sums, gradient)


class _Sums:
    """Adds a gradient to the sums of G·Gᵀ and Gᵀ·G.

    Its arrays are kept: to cut new ones into layers at each call would take as long as half the products.
    """

    def __init__(self, layers: tuple[_Layer, ...], sums: Floats) -> None:
        self._gradient = np.empty(layers[-1].end, sums.dtype)
        self._products = np.empty_like(sums)
        self._parts = [
            (
                matrix := layer.of(self._gradient),
                # NumPy would see a matrix and its own transpose, compute one triangle and copy it, which
                # takes longer
                np.empty_like(matrix.T, order="C"),
                None if layer.left is None else layer.left.of(self._products),
                None if layer.right is None else layer.right.of(self._products),
            )
            for layer in layers
        ]

    def __call__(self, sums: Floats, gradient: Floats) -> Floats:
        """Return the sums with another gradient, or unchanged if they would no longer be finite."""
        np.copyto(self._gradient, gradient)
        for matrix, transposed, left, right in self._parts:
            np.copyto(transposed, matrix.T)
            if left is not None:
                matrix.dot(transposed, left)
            if right is not None:
                transposed.dot(matrix, right)
        updated: Floats = KEPT * sums
        updated += self._products
        # not finite if one of them is not, at a tenth of the cost of asking each
        return updated if math.isfinite(updated.sum()) else sums


def _rotated_bases(bases: Floats, sums: Floats, layers: tuple[_Layer, ...], *, is_first: bool) -> Floats:
    """Return bases that are closer to the eigenvectors of the sums.

    The first ones are the eigenvectors, by descending eigenvalues. Later ones come from one step of
    orthogonal iteration: the QR decomposition of the sum's product with the basis.
    """
    rotated = np.empty_like(bases)
    for sides in _by_size(layers):
        matrices = np.stack([side.of(sums) for side in sides])
        if is_first:
            turned = np.linalg.eigh(matrices)[1][:, :, ::-1]
        else:
            of_sides = np.stack([side.of(bases) for side in sides])
            turned = np.linalg.qr(matrices @ of_sides + NUDGE * of_sides)[0]
        for side, basis in zip(sides, turned, strict=True):
            side.of(rotated)[:] = basis
    return rotated


class _Turn:
    """Multiplies each layer's part of a vector like the parameters by a matrix on either side.

    factors: for each layer the left and the right matrix; None leaves a side as it is. Its arrays are kept:
    see `_Sums`.
    """

    def __init__(
        self, factors: Sequence[_Rotation], layers: tuple[_Layer, ...], dtype: np.dtype[Any]
    ) -> None:
        self._from, self._to = (np.empty(layers[-1].end, dtype) for _ in range(2))
        self._parts = [
            (left, layer.of(self._from), np.empty(layer.shape, dtype), right, layer.of(self._to))
            for (left, right), layer in zip(factors, layers, strict=True)
        ]

    def __call__(self, vector: Floats) -> Floats:
        """Return the turned vector; the next call overwrites it."""
        np.copyto(self._from, vector)
        for left, matrix, between, right, turned in self._parts:
            half = matrix if left is None else left.dot(matrix, between)
            if right is None:
                np.copyto(turned, half)
            else:
                half.dot(right, turned)
        return self._to


class _Turns(NamedTuple):
    """The turns of a vector like the parameters: along the bases of its layers, and back."""

    bases: Floats
    of_layers: tuple[_Rotation, ...]
    along: _Turn
    back: _Turn

    @classmethod
    def of(cls, bases: Floats, layers: tuple[_Layer, ...]) -> "_Turns":
        """Return the turns by these bases."""
        rotations = tuple(
            _Rotation(*(None if side is None else side.of(bases) for side in (layer.left, layer.right)))
            for layer in layers
        )
        along = [_Rotation(None if left is None else left.T, right) for left, right in rotations]
        # a product with a transposed matrix on its right takes half as long again as with a copy of it
        back = [
            _Rotation(left, None if right is None else np.ascontiguousarray(right.T))
            for left, right in rotations
        ]
        return cls(bases, rotations, *(_Turn(factors, layers, bases.dtype) for factors in (along, back)))


def _sides_of(layers: tuple[_Layer, ...]) -> Iterator[_Side]:
    for layer in layers:
        yield from (side for side in (layer.left, layer.right) if side is not None)


def _by_size(layers: tuple[_Layer, ...]) -> Iterator[list[_Side]]:
    """Yield the sides of each size: one call for several matrices costs less than one for each."""
    ordered = sorted(_sides_of(layers), key=lambda side: side.size)
    return (list(sides) for _, sides in groupby(ordered, key=lambda side: side.size))


def explain_soap(update: GradientUpdate) -> Explain:
    """Return what explains a step of `SoapStep`.

    A weight moves along all axes of its layer; the one along which it moves most is explained in full.
    """
    layers = _layers(tuple(update.widths))
    before: SoapState = update.state
    after: SoapState = update.new_state
    turns = _Turns.of(after.bases, layers)
    slopes, first_moment = turns.along(update.slopes).copy(), before.first_moment
    if not np.array_equal(before.bases, after.bases):
        first_moment = turns.along(_Turns.of(before.bases, layers).back(first_moment))
    changes = _changes_along_axes(after)

    def explanation(index: int) -> Explanation:
        working = update.working(index)
        working.known["most"] = LARGEST_CHANGE
        layer, rotation = next(
            (layer, rotation)
            for layer, rotation in zip(layers, turns.of_layers, strict=True)
            if index < layer.end
        )
        is_rotated = after.step > FIRST_BASIS and (rotation.left is not None or rotation.right is not None)
        shares = _shares(layer.row_and_column(index), layer.shape, rotation)
        parts = shares * layer.of(changes)
        largest = int(np.abs(parts).argmax() if is_rotated else shares.argmax())
        axis = layer.start + largest
        if is_rotated:
            working.measure("c", "slope along the axis of its layer that moves it most", slopes[axis])
        else:
            working.compute("c", "slope along its axis; it is an axis of its own", "g")
        _MOMENTS.write(
            working,
            "c",
            after.step,
            (first_moment[axis], before.second_moment[axis]),
            (after.first_moment[axis], after.second_moment[axis]),
        )
        words = "how far to go along this axis, in units of the rate"
        working.compute("u", words, f"max(-most, min(most, {ALONG}))", changes[axis])
        if not is_rotated:
            return update.explanation(index, working, "u", "the average of the slopes so far")
        working.measure("q", "its share in this axis", shares.flat[largest])
        working.measure("rest", "what all other axes of the layer add", parts.sum() - parts.flat[largest])
        return update.explanation(index, working, "(q * u + rest)", "what moves its whole layer")

    return explanation


def _changes_along_axes(state: SoapState) -> Floats:
    """Return how far the step that led to a state went along each axis, in units of the learning rate."""
    mean = (1 - BETA_1) / (1 - BETA_1**state.step) * state.first_moment.astype(np.float64)
    square = (1 - BETA_2) / (1 - BETA_2**state.step) * state.second_moment.astype(np.float64)
    return np.clip(mean / (np.sqrt(square) + EPSILON), -LARGEST_CHANGE, LARGEST_CHANGE)


def _shares(position: tuple[int, int], shape: tuple[int, int], rotation: _Rotation) -> Floats:
    """Return the share of the parameter at a row and a column of its layer in each axis, in that shape."""
    sides = zip(position, shape, (rotation.left, rotation.right), strict=True)
    row, column = (np.eye(size)[at] if basis is None else basis[at] for at, size, basis in sides)
    return np.outer(row, column).astype(np.float64)


SOAP = GradientOptimizer(
    name="soap",
    words=Words(
        label="SOAP",
        title="SOAP",
        advice="is Adam along the directions in which a layer's gradients agree. Choose it for the best "
        "network in a given time, with layers of at most 256 neurons.",
        learning_rate="How far a step goes. Use 0.04 for a few thousand steps, less for more, and let it "
        "rise at first and then fall to 0.",
        advantage="it takes a step of its own along each direction in which a layer's gradients agree",
    ),
    storage=Storage(
        arrays=(
            StateArray("gradients"),
            StateArray("squares", low=0, high=math.inf),
            StateArray("sums", low=-MAX_SUM, high=MAX_SUM, shape=sides_size),
            StateArray("bases", low=-2, high=2, shape=sides_size),
        ),
        to_arrays=lambda state, _parameters: {
            "gradients": state.first_moment,
            "squares": state.second_moment,
            "sums": state.sums,
            "bases": state.bases,
        },
        to_state=lambda step, _numbers, arrays: SoapState(
            step, arrays["gradients"], arrays["squares"], arrays["sums"], arrays["bases"]
        ),
    ),
    uses=frozenset({"learning_rate", "schedule", "warmup_steps", "weight_decay"}),
    racing_rate=0.03,
    start=start_soap,
    step_with=lambda settings, widths: SoapStep(widths, settings.weight_decay),
    explain=explain_soap,
)
