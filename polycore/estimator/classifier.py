"""PolycoreClassifier: the network of this package as a classifier by scikit-learn's conventions."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polycore import network
from polycore.arrays import Floats, Integers
from polycore.checks import as_array
from polycore.class_name import ClassName, are_names
from polycore.errors import PolycoreError
from polycore.estimator import scikit_learn
from polycore.estimator.inputs import (
    COLUMNS,
    check_lengths,
    check_no_distances,
    check_sizes,
    checked_labels,
    checked_points,
    classes_in,
    feature_names_of,
    seed_of,
)
from polycore.estimator.learner import Learner
from polycore.estimator.scikit_learn import Estimator
from polycore.experiment.experiment import Experiment
from polycore.formatting import counted
from polycore.limits import MAX_CLASSES, MIN_CLASSES
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import PLAIN, Inputs
from polycore.points.point_set import PointSet
from polycore.points.split import Part
from polycore.training.run import Run, advance, start


class UndividedExperiment(Experiment):
    """An experiment whose own points are all for training: users of an estimator hold out some before.

    The training set stands in for the held-out one, so held-out figures of its runs mean nothing and must not
    be shown. Nor may it be stored: files and links know only experiments that hold out a part.
    """

    @property
    def sample_count(self) -> int:
        """The number of points."""
        return len(self._points)

    @property
    def _parts(self) -> tuple[Part, Part]:
        everything = self._points.points, self._points.labels
        return everything, everything

    @property
    def _points(self) -> PointSet:
        return cast(PointSet, self.data)


_KEPT = ("step", "seed", "versions", "window")  # of a run's metadata: what does not mention held-out points


@dataclass(kw_only=True, eq=False, repr=False)
class PolycoreClassifier(Estimator):
    """A network that learns which class a point (x, y) is of, for scikit-learn's pipelines and searches.

    It follows scikit-learn's conventions (1.6 or newer) and needs NumPy alone. X has two columns and 2 to
    20,000 rows, within the limits of `PointSet`, and y 2 to 24 classes: numbers or texts. All points are
    trained on; none is held out, since scikit-learn's splits do that. Every error about a value is a
    PolycoreError, hence a ValueError.

    Parameters
    ----------
    hidden, activation, optimizer, learning_rate, schedule, batch_size, steps, standardize, momentum
        See `Experiment`, whose defaults they have. They are checked when `fit` uses them.
    nesterov, weight_decay, initial_weights, target_loss, l1, l2, dropout, warmup_steps, gradient_clipping
        See there too.
    features
        See there too, but without "distances", because the classes have no known curves.
    random_state
        A whole number from 0 on, as the seed of an `Experiment`: equal fits give equal networks. A NumPy
        RandomState or Generator draws the seed, and None makes each fit another one.

    Attributes
    ----------
    model_
        The network, whose classes are numbered as in `classes_`.
    classes_
        (K,), the sorted labels.
    n_features_in_
        2.
    feature_names_in_
        The names of the columns, if X was a data frame that has them.

    Notes
    -----
    The attributes are there after `fit` or `partial_fit`.
    """

    hidden: Sequence[int] = (12,)
    activation: str = "relu"
    optimizer: str = "adam"
    learning_rate: float = 0.01
    schedule: str = "constant"
    batch_size: int | None = None
    steps: int = 2000
    standardize: bool = True
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    initial_weights: str = "he"
    target_loss: float | None = None
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    warmup_steps: int | str = 0
    gradient_clipping: float = 0.0
    features: Sequence[str] = PLAIN
    random_state: int | np.random.RandomState | np.random.Generator | None = 0

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network and return this estimator.

        The weights with the lowest loss on these points are kept.

        Parameters
        ----------
        X
            (N, 2), the points.
        y
            (N,), their labels.

        Raises
        ------
        PolycoreError
            If a setting, X or y is not valid.

        Warns
        -----
        RuntimeWarning
            If the weights grew without bound.
        """
        classes, indices = classes_in(checked_labels(y))
        _check_count("y", classes)
        points = checked_points(X)
        check_lengths(points, indices)
        run = self._trained(points, indices, _names_of(classes))
        if run.diverged:
            warnings.warn(str(run.ended_because), RuntimeWarning, stacklevel=2)
        # no point was held out, and the experiment is not the user's
        metadata = {name: value for name, value in run.best.metadata.items() if name in _KEPT}
        model = replace(run.best, held_out_accuracy=None, metadata=metadata)
        self._keep(model, Learner.after_run(run), classes)
        self._keep_names(X)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Continue with one pass over points and return this estimator.

        A pass takes the points in batches of `batch_size`, and is a single step without one; `steps`,
        `schedule` and `target_loss` have no effect. The first points determine how the inputs are
        standardized. The first `warmup_steps` steps of an optimizer, a number and no share, warm up.
        `features` may not change from call to call. The loss and the accuracy of `model_` are measured on the
        present X.

        Parameters
        ----------
        X
            (N, 2), the points; a single row is enough.
        y
            (N,), their labels; some classes may have no point.
        classes
            All labels (K,) that will ever occur; required in the first call, unless `fit` came before.

        Raises
        ------
        PolycoreError
            If a setting or an argument is not valid, and if the weights grow without bound; then the network
            is as before.
        """
        labels = checked_labels(y)
        known = self._classes_for(classes)
        indices = _indices_of(labels, known)
        points = checked_points(X)
        check_sizes(points)
        check_lengths(points, indices)
        self._check_names(X)
        is_first = not hasattr(self, "_learner")
        settings = Experiment(**self._settings())
        before = Learner.new(settings, len(known), points) if is_first else self._learner
        learner = before.after_pass(points, indices, settings)
        self._keep(_model_after(learner, points, indices, _names_of(known)), learner, known)
        if is_first:
            self._keep_names(X)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most likely class, (N,), one of `classes_`, for points X (N, 2).

        Raises
        ------
        PolycoreError
            If X is not valid or nothing was fitted; the latter is also a NotFittedError in a program that
            uses scikit-learn.
        """
        answers = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[answers]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class, (N, K) in the order of `classes_`, for points X (N, 2).

        Raises as `predict` does.
        """
        self._check_fitted()
        points = checked_points(X)
        self._check_names(X)
        return self.model_.predict_proba(points)

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the share, 0 to 1, of points X (N, 2) whose most likely class is the one in y (N,).

        Parameters
        ----------
        sample_weight
            How much each point counts, (N,), 0 or more, and not all 0.

        Raises
        ------
        PolycoreError
            As `predict` does, and if y or the weights are not valid.
        """
        answers, labels = self.predict(X), checked_labels(y)
        check_lengths(answers, labels)
        weights = None if sample_weight is None else _checked_weights(sample_weight, len(answers))
        return float(np.average(answers == labels, weights=weights))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn should know of this estimator: it is a classifier."""
        return scikit_learn.classifier_tags()

    def get_metadata_routing(self) -> Any:
        """Return what scikit-learn may pass to this estimator besides X and y: weights for its score."""
        return scikit_learn.metadata_request(self)

    def _check_fitted(self) -> None:
        if not hasattr(self, "classes_"):
            raise scikit_learn.not_fitted_error(
                f"This {type(self).__name__} is not fitted yet. Call fit(X, y) first."
            )

    def _settings(self) -> dict[str, Any]:
        settings = self.get_params()
        check_no_distances(settings["features"])
        settings["seed"] = seed_of(settings.pop("random_state"))
        return settings

    def _trained(self, points: Floats, indices: Integers, names: Sequence[str]) -> Run:
        try:
            data = PointSet(points, indices, names)
        except PolycoreError as error:
            raise PolycoreError(f"X and y do not form a PointSet. {error}") from error
        experiment = UndividedExperiment(data=data, **self._settings())
        return advance(start(experiment), experiment.steps)

    def _classes_for(self, classes: ArrayLike | None) -> NDArray[Any]:
        given = None if classes is None else classes_in(checked_labels(classes))[0]
        if not hasattr(self, "classes_"):
            if given is None:
                raise PolycoreError(
                    "classes: got None in the first call of partial_fit; expected all labels."
                )
            _check_count("classes", given)
            return given
        if given is not None and not np.array_equal(given, self.classes_):
            raise PolycoreError(
                f"classes: got {given.tolist()}; expected the first call's, {self.classes_.tolist()}, "
                "or None. Call fit for other classes."
            )
        return self.classes_

    def _check_names(self, X: ArrayLike) -> None:
        names, expected = feature_names_of(X), getattr(self, "feature_names_in_", None)
        if names is not None and expected is not None and names.tolist() != expected.tolist():
            raise PolycoreError(
                f"X: got columns named {names.tolist()}; expected {expected.tolist()}, as in fit. "
                "Put them in that order."
            )

    def _keep(self, model: Model, learner: Learner, classes: NDArray[Any]) -> None:
        self.model_, self._learner, self.classes_, self.n_features_in_ = model, learner, classes, COLUMNS

    def _keep_names(self, X: ArrayLike) -> None:
        names = feature_names_of(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_


def _checked_weights(given: ArrayLike, count: int) -> NDArray[np.float64]:
    weights = as_array("sample_weight", given)
    is_valid = weights.shape == (count,) and weights.dtype.kind in "fiub"
    if not is_valid or not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise PolycoreError(
            f"sample_weight: got shape {weights.shape} of type {weights.dtype} for {count} points; expected "
            "a finite number for each, 0 or more, and not all 0."
        )
    return weights.astype(np.float64)


def _check_count(argument: str, classes: NDArray[Any]) -> None:
    if not MIN_CLASSES <= len(classes) <= MAX_CLASSES:
        raise PolycoreError(
            f"{argument}: got {counted(len(classes), 'class', 'classes')}; expected {MIN_CLASSES} to "
            f"{MAX_CLASSES}."
        )


def _names_of(classes: NDArray[Any]) -> tuple[str, ...]:
    """Return the classes' names for a model: the labels, or "class 0", ... if one cannot be a name."""
    texts = tuple(map(str, classes.tolist()))
    return texts if are_names(texts) else tuple(f"class {index}" for index in range(len(classes)))


def _indices_of(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    index_of = {label: index for index, label in enumerate(classes.tolist())}
    try:
        return np.array([index_of[label] for label in labels.tolist()], dtype=np.intp)
    except (KeyError, TypeError) as error:
        raise PolycoreError(
            f"y: got a label that is not among the classes {classes.tolist()}. Give all classes in the first "
            "call of partial_fit, or call fit."
        ) from error


def _model_after(learner: Learner, points: Floats, labels: Integers, names: tuple[str, ...]) -> Model:
    weights, biases = zip(*learner.layers, strict=True)
    activation = ACTIVATIONS[learner.activation]
    probabilities = network.predict_proba(weights, biases, points, activation, Inputs(learner.features))
    return Model(
        weights=weights,
        biases=biases,
        loss=network.cross_entropy(probabilities, labels),
        accuracy=network.accuracy(probabilities, labels),
        polynomials=(),
        classes=tuple(map(ClassName, names)),
        activation=learner.activation,
        features=learner.features,
    )
