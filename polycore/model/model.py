"""A model: the best weights of a run, their loss and accuracies, and the polynomials they classify."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore.arrays import by_fields
from polycore.checks import as_array, check_points_shape, check_type, checked_range, real_array
from polycore.class_name import ClassName, checked_names
from polycore.errors import PolycoreError, WeightFileError
from polycore.experiment.experiment import Experiment
from polycore.experiment.settings import SETTINGS
from polycore.formatting import loss_text, percent
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE, MAX_PARAMETER_SIZE
from polycore.model import weight_file
from polycore.model.metadata import checked_metadata
from polycore.model.named_arrays import checked_classes, checked_layers
from polycore.model.path_or_file import PathOrFile
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import DISTANCES, MOST_X, PLAIN, Inputs
from polycore.network.parameters import widths_text
from polycore.network.plain import predict_proba
from polycore.pictures.notebook import map_html
from polycore.points.point_set import PLAIN_AXES, Axes, PointSet, PointsSummary, summary_of
from polycore.polynomials.classes import Classes, with_texts_parsed
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.polynomials.window import Window, plane_range

# At 8 layers of 512 neurons and weights of 1e6, a coordinate grows by less than a factor of 1e70.
MAX_COORDINATE = 1e100
UNKNOWN_RANGE = (-1.0, 1.0)
MAX_WINDOW, MIN_WINDOW = 1e7, 1e-3  # ends and width of the ranges that a map of own points shows
_RANGES: dict[str, tuple[float, float]] = {
    "loss": (0, MAX_PARAMETER_SIZE),
    "accuracy": (0, 1),
    "held_out_accuracy": (0, 1),
    "points": (-MAX_COORDINATE, MAX_COORDINATE),
}


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A network that predicts which polynomial a point (x, y) lies on.

    Parameters
    ----------
    weights
        (n_in, n_out) per layer.
    biases
        (1, n_out) per layer. Weights and biases act on raw inputs, with an activation between the layers and
        softmax after the last. At most 8 layers of 1 to 512 neurons, 2 to 24 classes, 524,288 numbers, each
        of size at most 1e6. Kept as read-only float64 copies.
    loss
        Cross-entropy in nats on the training set.
    accuracy
        Share of the training set that is classified correctly.
    polynomials
        One per class, or () if the classes are not polynomials or not known.
    held_out_accuracy
        Share, 0 to 1, on points that were never trained on; None if not measured.
    metadata
        The origin of the model (experiment, step, seed, versions, ...), as JSON values. `save` keeps all of
        it, but writes the model's own polynomials, classes and held-out accuracy.
    classes
        The name of each class of a model that was trained on points of the user's own, 1 to 40 printable
        characters; otherwise ().
    activation
        Of all hidden neurons, a name in `polycore.network.activations`.
    features
        What the first layer gets for a point, names in `polycore.network.features`: (x, y) or others.

    Raises
    ------
    PolycoreError
        If a value is not valid.
    """

    weights: tuple[NDArray[np.float64], ...]
    biases: tuple[NDArray[np.float64], ...]
    loss: float
    accuracy: float
    polynomials: tuple[Polynomial, ...]
    held_out_accuracy: float | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    classes: tuple[ClassName, ...] = ()
    activation: str = "relu"
    features: tuple[str, ...] = PLAIN

    def __post_init__(self) -> None:
        for name in ("features", "activation"):
            object.__setattr__(self, name, SETTINGS[name].kind.check(name, getattr(self, name)))
        for name in ("weights", "biases"):
            check_type(name, getattr(self, name), Iterable, "Give a tuple of arrays, one per layer.")
        unchecked = {name: real_array(name, value) for name, value in self._named_arrays()}
        classes = checked_classes({name: array.shape for name, array in unchecked.items()}, self.features)
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
            "classes": _checked_names(self.classes, classes, has_polynomials=bool(self.polynomials)),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        largest = max((abs(one) for curve in self.inputs.curves for one in curve.coefficients), default=0)
        if largest > MAX_COEFFICIENT:
            raise PolycoreError(
                f"features: got {DISTANCES} to a curve with a coefficient of size {largest:.3g}; expected at "
                f"most {MAX_COEFFICIENT:g}."
            )
        if DISTANCES in self.features and not self.polynomials:
            raise PolycoreError(
                f"features: got {DISTANCES} without polynomials; expected other features. Give polynomials."
            )

    __reduce__ = by_fields

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "Model":
        """Return the model of arrays named weights_l1, biases_l1, weights_l2, ..., loss and accuracy.

        Shapes are as in a weight file; biases may also be (n,). Twelve classes are assumed to be the
        tutorial's polynomials; otherwise `with_polynomials` sets them.

        Raises
        ------
        PolycoreError
            If a name, a shape or a number is not valid.
        """
        check_type("arrays", arrays, Mapping, "Give a dict, or what np.load returns for a weight file.")
        return cls._from_contents(weight_file.FileContents(arrays))

    @classmethod
    def load(cls, source: PathOrFile) -> "Model":
        """Return the model in the weight file at a path, or in a binary file from its current position.

        A file without metadata is the tutorial's: see `from_arrays`. Nothing in a file is ever executed.

        Raises
        ------
        WeightFileError
            If the file breaks a rule of the format; nothing else is raised.
        """
        contents = weight_file.read(source)
        try:
            return cls._from_contents(contents)
        except PolycoreError as error:
            raise WeightFileError(contents.in_its_names(str(error))) from error

    def save(self, target: PathOrFile) -> None:
        """Write a weight file to exactly this path, or in one piece to a binary file.

        A file at the path is replaced atomically once everything is written, or else left unchanged; a pipe
        or a device such as /dev/null is written into. A model without polynomials and classes is saved
        without metadata, as the tutorial's files are. The same model gives the same bytes.

        Raises
        ------
        PolycoreError
            If the file cannot be written.
        """
        metadata = dict(self.metadata)
        if _held_out_accuracy(metadata) != self.held_out_accuracy:
            metadata["held_out_accuracy"] = self.held_out_accuracy
        coefficients = tuple(polynomial.coefficients for polynomial in self.polynomials)
        contents = weight_file.FileContents(
            dict(self._named_arrays()), coefficients, metadata, self.classes, self.activation, self.features
        )
        weight_file.write(target, contents)

    def with_polynomials(self, polynomials: Sequence[Polynomial]) -> "Model":
        """Return a copy of this model whose classes stand for `polynomials`, one per class.

        Raises
        ------
        PolycoreError
            If there are more or fewer, and if the distances to others are its inputs.
        """
        if DISTANCES in self.features and tuple(polynomials) != self.polynomials:
            raise PolycoreError(
                "polynomials: got others than those whose distances are inputs; expected the same. Train a "
                "network for the others."
            )
        return replace(self, polynomials=polynomials, classes=())  # type: ignore[arg-type]  # converted to a tuple

    @property
    def widths(self) -> tuple[int, ...]:
        """Layer sizes from the inputs to the classes, for example (2, 12, 12)."""
        return (len(self.inputs), *(weights.shape[1] for weights in self.weights))

    @property
    def parameter_count(self) -> int:
        """The number of weights and biases."""
        return sum(array.size for array in (*self.weights, *self.biases))

    @property
    def inputs(self) -> Inputs:
        """What the first layer gets for a point."""
        return Inputs.of_classes(self.features, self.polynomials)

    @property
    def shown_classes(self) -> tuple[Polynomial, ...] | tuple[ClassName, ...]:
        """What stands for each class, its polynomial or its name; () if it is not known."""
        return self.polynomials or self.classes

    @property
    def named_classes(self) -> Classes:
        """What stands for each class, its polynomial or its name, or "class 0" and so on."""
        return self.shown_classes or tuple(map(ClassName, self.class_names))

    @property
    def window(self) -> Window | None:
        """The ranges of x and y that the points of the user's own lie in; None if the metadata lacks them."""
        value: Any = self.metadata.get("window")
        if not isinstance(value, list | tuple) or len(value) != 2:
            return None
        try:
            x_range, y_range = (checked_range("window", one, MAX_WINDOW, MIN_WINDOW) for one in value)
        except PolycoreError:
            return None
        return x_range, y_range

    @property
    def points_summary(self) -> PointsSummary | None:
        """What the metadata say of the user's own points that trained the model; None if they say nothing."""
        values: Any = self.metadata.get("experiment")
        try:
            return summary_of(values["data"])
        except (KeyError, TypeError, PolycoreError):
            return None

    @property
    def axes(self) -> Axes:
        """The names of x and y in the points of the user's own, if the metadata have them, or x and y."""
        known = self.points_summary
        return PLAIN_AXES if known is None else known.axes

    @property
    def shown_window(self) -> Window:
        """The ranges of x and y that a map shows, around the model's points or curves, or -1 to 1."""
        if self.window is not None:
            return self.window
        experiment = self.experiment
        x_range = UNKNOWN_RANGE if experiment is None else experiment.x_range
        if not self.polynomials:
            return x_range, UNKNOWN_RANGE
        with np.errstate(over="ignore", invalid="ignore"):  # coefficients may be as large as floats are
            y_range = plane_range(self.polynomials, x_range)
        return x_range, y_range if np.isfinite(y_range).all() else UNKNOWN_RANGE

    @property
    def class_names(self) -> tuple[str, ...]:
        """The name of each class, which is its polynomial as text, its own name, or "class 0" and so on."""
        known = tuple(map(str, self.shown_classes))
        return known or tuple(f"class {label}" for label in range(self.widths[-1]))

    @property
    def experiment(self) -> Experiment | None:
        """The experiment in the metadata, or None if there is none or it is not valid.

        That of a model of own points lacks the points, and is None: see `experiment_on`.
        """
        values: Any = self.metadata.get("experiment")
        try:
            return Experiment.from_dict(values)
        except PolycoreError:
            return None

    def experiment_on(self, data: PointSet) -> Experiment | None:
        """Return the experiment in the metadata, on its points `data`; None if it was on others, or none."""
        values: Any = self.metadata.get("experiment")
        known = self.points_summary
        # the points are the same, whatever the axes are called
        if known is None or replace(known, axes=data.axes) != PointsSummary.of(data):
            return None
        try:
            return Experiment.from_dict({**values, "data": data})
        except PolycoreError:
            return None

    def predict_proba(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class, (N, K), for points (N, 2); each row sums to 1.

        Raises
        ------
        PolycoreError
            Unless all coordinates are finite and of size at most 1e100, x at most 1e15 if the network has
            other inputs than x and y.
        """
        checked, activation = _checked_points(points, self.inputs), ACTIVATIONS[self.activation]
        probabilities = predict_proba(self.weights, self.biases, checked, activation, self.inputs)
        return np.asarray(probabilities, dtype=np.float64)

    def predict(self, points: ArrayLike) -> NDArray[np.intp]:
        """Return the most likely class, (N,), for points (N, 2). Raises as `predict_proba` does."""
        classes: NDArray[np.intp] = self.predict_proba(points).argmax(axis=1)
        return classes

    def score(self, points: ArrayLike, labels: ArrayLike) -> float:
        """Return the share, 0 to 1, of points (N, 2) whose most likely class is the one in `labels` (N,).

        Raises
        ------
        PolycoreError
            As `predict_proba` does, and unless there are as many labels as points, one or more, and all are
            whole numbers of classes.
        """
        answers = self.predict(points)
        given = as_array("labels", labels)
        if given.shape != answers.shape or not len(answers) or given.dtype.kind not in "iu":
            raise PolycoreError(
                f"labels: got shape {given.shape} of type {given.dtype} for {len(answers)} points; expected "
                "a whole number for each."
            )
        if given.min() < 0 or given.max() >= self.widths[-1]:
            raise PolycoreError(
                f"labels: got {given.min()} to {given.max()}; expected classes, 0 to {self.widths[-1] - 1}."
            )
        return float((answers == given).mean())

    def __repr__(self) -> str:
        """The layers, the activation and the figures: the arrays may have half a million numbers."""
        figures = [f"loss {loss_text(self.loss)} nats", f"accuracy {percent(self.accuracy)}"]
        if self.held_out_accuracy is not None:
            figures.append(f"held-out {percent(self.held_out_accuracy)}")
        return (
            f"<Model {widths_text(self.widths)}, {ACTIVATIONS[self.activation].label}: {', '.join(figures)}>"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: a map of the most likely classes, and what the representation says."""
        layers = tuple(zip(self.weights, self.biases, strict=True))
        alt, window = "Map of the most likely class", self.shown_window
        return map_html(self, alt, layers, self.activation, self.inputs, window, self.named_classes)

    @classmethod
    def _from_contents(cls, contents: weight_file.FileContents) -> "Model":
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
            classes=contents.classes,
            activation=contents.activation,
            features=contents.features,
        )
        is_unknown = not (model.polynomials or model.classes or contents.metadata)
        if is_unknown and model.widths[-1] == len(TUTORIAL_POLYNOMIALS):
            return model.with_polynomials(TUTORIAL_POLYNOMIALS)
        return model

    def _named_arrays(self) -> Iterator[tuple[str, Any]]:
        for kind in ("weights", "biases"):
            for layer, array in enumerate(getattr(self, kind), 1):
                yield f"{kind}_l{layer}", array
        yield "loss", self.loss
        yield "accuracy", self.accuracy


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
    return None if share is None else float(_checked_array(name, real_array(name, share)))


def _checked_polynomials(polynomials: Sequence[Polynomial], classes: int) -> tuple[Polynomial, ...]:
    check_type("polynomials", polynomials, Iterable, "Give a tuple of polynomials, one per class, or ().")
    checked = cast("tuple[Polynomial, ...]", with_texts_parsed("polynomials", polynomials))
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


def _checked_names(names: Sequence[str], classes: int, *, has_polynomials: bool) -> tuple[ClassName, ...]:
    if names == ():
        return ()
    if has_polynomials:
        raise PolycoreError(
            "classes: got names together with polynomials; expected one of them. Leave one out."
        )
    checked = checked_names("classes", names)
    if len(checked) != classes:
        raise PolycoreError(
            f"classes: got {len(checked)} names for {classes} classes; expected one for each."
        )
    return checked


def _held_out_accuracy(metadata: Mapping[str, object]) -> float | None:
    value = metadata.get("held_out_accuracy")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return None


def _checked_points(points: ArrayLike, inputs: Inputs) -> NDArray[np.float64]:
    array = real_array("points", points)
    check_points_shape(array)
    checked = _checked_array("points", array)
    if not inputs.is_plain and (np.abs(checked[:, 0]) > MOST_X).any():
        raise PolycoreError(
            f"points: got an x of size above {MOST_X:g}; expected at most that, since the network has other "
            "inputs than x and y."
        )
    return checked
