"""A model: the best weights of a run, their loss and accuracies, and the polynomials they classify."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.checks import check_points_shape, check_type
from polycore.errors import PolycoreError, WeightFileError
from polycore.experiment.experiment import Experiment
from polycore.files.metadata import checked_metadata
from polycore.files.named_arrays import INPUTS, checked_classes, checked_layers
from polycore.limits import MAX_DEGREE, MAX_PARAMETER_SIZE
from polycore.model import weight_file
from polycore.model.weight_file import PathOrFile
from polycore.network.prediction import predict_proba
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS

# At 8 layers of 512 neurons and weights of 1e6, a coordinate grows by less than a factor of 1e70.
MAX_COORDINATE = 1e100
_RANGES: dict[str, tuple[float, float]] = {
    "loss": (0, MAX_PARAMETER_SIZE),
    "accuracy": (0, 1),
    "held_out_accuracy": (0, 1),
    "points": (-MAX_COORDINATE, MAX_COORDINATE),
}


@dataclass(frozen=True, eq=False)
class Model:
    """A network that predicts which polynomial a point (x, y) lies on.

    weights: (n_in, n_out) per layer, biases: (1, n_out) per layer; they act on raw (x, y), with ReLU between
        the layers and softmax after the last. At most 8 layers of 1 to 512 neurons, 2 to 24 classes, 524,288
        numbers, each of size at most 1e6. Kept as read-only float64 copies.
    loss: cross-entropy in nats on the training set. accuracy: share of it that is classified correctly.
    polynomials: one per class, or () if it is not known what the classes stand for.
    held_out_accuracy: share, 0 to 1, on points that were never trained on; None if not measured.
    metadata: the origin of the model (experiment, step, seed, versions, ...), as JSON values. `save` keeps
        all of it, but writes the model's own polynomials and held-out accuracy.

    Raises PolycoreError if a value is not valid.
    """

    weights: tuple[NDArray[np.float64], ...]
    biases: tuple[NDArray[np.float64], ...]
    loss: float
    accuracy: float
    polynomials: tuple[Polynomial, ...]
    held_out_accuracy: float | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("weights", "biases"):
            check_type(name, getattr(self, name), Iterable, "Give a tuple of arrays, one per layer.")
        unchecked = {name: _real_numbers(name, value) for name, value in self._named_arrays()}
        classes = checked_classes({name: array.shape for name, array in unchecked.items()})
        arrays = {name: _checked_array(name, array) for name, array in unchecked.items()}
        checked = {
            "weights": tuple(arrays[f"weights_l{layer}"] for layer, _ in enumerate(self.weights, 1)),
            "biases": tuple(
                arrays[f"biases_l{layer}"].reshape(1, -1) for layer, _ in enumerate(self.biases, 1)
            ),
            "loss": float(arrays["loss"]),
            "accuracy": float(arrays["accuracy"]),
            "polynomials": _checked_polynomials(self.polynomials, classes),
            "held_out_accuracy": _checked_share("held_out_accuracy", self.held_out_accuracy),
            "metadata": checked_metadata(self.metadata),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type["Model"], tuple[Any, ...]]:
        # unpickled arrays are writeable, unless the model is constructed again
        return type(self), tuple(getattr(self, own.name) for own in fields(self))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "Model":
        """Return the model of arrays named weights_l1, biases_l1, weights_l2, ..., loss and accuracy.

        Shapes are those of a weight file; biases may also be (n,). Twelve classes are assumed to be the
        tutorial's polynomials; otherwise `with_polynomials` sets them. Raises PolycoreError if a name, a
        shape or a number is not valid.
        """
        check_type("arrays", arrays, Mapping, "Give a dict, or what np.load returns for a weight file.")
        return cls._from_contents(weight_file.Contents(arrays))

    @classmethod
    def load(cls, source: PathOrFile) -> "Model":
        """Return the model in the weight file at a path, or in a binary file from its current position.

        A file without metadata is the tutorial's: see `from_arrays`. Nothing in a file is ever executed.
        Raises WeightFileError, and nothing else, if the file breaks a rule of the format.
        """
        contents = weight_file.read(source)
        try:
            return cls._from_contents(contents)
        except PolycoreError as error:
            raise WeightFileError(str(error)) from error

    def save(self, target: PathOrFile) -> None:
        """Write a weight file to exactly this path, or in one piece to a binary file.

        A file at the path is replaced atomically once everything is written, or else left unchanged. A model
        without polynomials is saved without metadata, as the tutorial's files are. The same model gives the
        same bytes. Raises PolycoreError if the file cannot be written.
        """
        metadata = dict(self.metadata)
        if _held_out_accuracy(metadata) != self.held_out_accuracy:
            metadata["held_out_accuracy"] = self.held_out_accuracy
        coefficients = tuple(polynomial.coefficients for polynomial in self.polynomials)
        weight_file.write(target, weight_file.Contents(dict(self._named_arrays()), coefficients, metadata))

    def with_polynomials(self, polynomials: Sequence[Polynomial]) -> "Model":
        """Return a copy of this model whose classes stand for `polynomials`, one per class.

        Raises PolycoreError if there are more or fewer.
        """
        return replace(self, polynomials=polynomials)  # type: ignore[arg-type]  # it is converted to a tuple

    @property
    def widths(self) -> tuple[int, ...]:
        """Layer sizes from the two inputs to the classes, for example (2, 12, 12)."""
        return (INPUTS, *(weights.shape[1] for weights in self.weights))

    @property
    def experiment(self) -> Experiment | None:
        """The experiment in the metadata, or None if there is none or it is not valid."""
        values: Any = self.metadata.get("experiment")
        try:
            return Experiment.from_dict(values)
        except PolycoreError:
            return None

    def predict_proba(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class, (N, K), for points (N, 2); each row sums to 1.

        Raises PolycoreError unless all coordinates are finite and of size at most 1e100.
        """
        return np.asarray(predict_proba(self.weights, self.biases, _checked_points(points)), dtype=np.float64)

    def predict(self, points: ArrayLike) -> NDArray[np.intp]:
        """Return the most likely class, (N,), for points (N, 2). Raises as `predict_proba` does."""
        classes: NDArray[np.intp] = self.predict_proba(points).argmax(axis=1)
        return classes

    @classmethod
    def _from_contents(cls, contents: weight_file.Contents) -> "Model":
        arrays: Mapping[str, Any] = contents.arrays
        layers = range(1, checked_layers(arrays) + 1)
        model = cls(
            weights=tuple(arrays[f"weights_l{layer}"] for layer in layers),
            biases=tuple(arrays[f"biases_l{layer}"] for layer in layers),
            loss=arrays["loss"],
            accuracy=arrays["accuracy"],
            polynomials=tuple(Polynomial(*coefficients) for coefficients in contents.polynomials),
            held_out_accuracy=_held_out_accuracy(contents.metadata),
            metadata=contents.metadata,
        )
        if not model.polynomials and model.widths[-1] == len(TUTORIAL_POLYNOMIALS):
            return model.with_polynomials(TUTORIAL_POLYNOMIALS)
        return model

    def _named_arrays(self) -> Iterator[tuple[str, Any]]:
        for kind in ("weights", "biases"):
            for layer, array in enumerate(getattr(self, kind), 1):
                yield f"{kind}_l{layer}", array
        yield "loss", self.loss
        yield "accuracy", self.accuracy


def _real_numbers(name: str, value: Any) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise PolycoreError(f"{name}: got no array ({error}); expected real numbers.") from error
    if array.dtype.kind not in "fiu":
        raise PolycoreError(f"{name}: got type {array.dtype.name}; expected real numbers, such as float64.")
    return array


def _checked_array(name: str, array: NDArray[Any]) -> NDArray[np.float64]:
    """Return a read-only float64 copy. Raises PolycoreError if a number is outside the range of `name`."""
    low, high = _RANGES.get(name, (-MAX_PARAMETER_SIZE, MAX_PARAMETER_SIZE))
    # isfinite comes first: calculating with a signaling NaN causes a warning.
    # np.float64 widens the narrower side: a plain 1e6 would become float16, where it is infinite.
    if not np.isfinite(array).all() or (array < np.float64(low)).any() or (array > np.float64(high)).any():
        raise PolycoreError(
            f"{name}: got a number that is not finite or out of range; expected {low:g} to {high:g}."
        )
    checked = array.astype(np.float64, order="C")
    checked.setflags(write=False)
    return checked


def _checked_share(name: str, share: float | None) -> float | None:
    return None if share is None else float(_checked_array(name, _real_numbers(name, share)))


def _checked_polynomials(polynomials: Sequence[Polynomial], classes: int) -> tuple[Polynomial, ...]:
    check_type("polynomials", polynomials, Iterable, "Give a tuple of polynomials, one per class, or ().")
    checked = tuple(polynomials)
    if len(checked) not in (0, classes):
        raise PolycoreError(
            f"polynomials: got {len(checked)} for {classes} classes; expected one per class, or none."
        )
    for index, polynomial in enumerate(checked):
        check_type(f"polynomials[{index}]", polynomial, Polynomial, "Give polynomials only.")
        if polynomial.degree > MAX_DEGREE:
            raise PolycoreError(
                f"polynomials[{index}]: got degree {polynomial.degree}; expected at most {MAX_DEGREE}."
            )
    return checked


def _held_out_accuracy(metadata: Mapping[str, object]) -> float | None:
    value = metadata.get("held_out_accuracy")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return None


def _checked_points(points: ArrayLike) -> NDArray[np.float64]:
    array = _real_numbers("points", points)
    check_points_shape(array)
    return _checked_array("points", array)
