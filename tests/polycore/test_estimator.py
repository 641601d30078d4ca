"""PolycoreClassifier by scikit-learn's own checks, in its pipelines and searches, and by hand."""

import io
import pickle
import re
import subprocess
import sys
import warnings
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone, is_classifier
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import polycore as pc
from polycore.estimator.classifier import UndividedExperiment

ROOT = Path(__file__).parents[2]
# three bands across the plane, apart from each other: every network with a few neurons can learn them
X = np.array([[x / 4, y / 4 + 3 * band] for band in range(3) for x in range(-4, 5) for y in range(4)])
Y = np.repeat(["low", "middle", "high"], 36)
QUICK = pc.PolycoreClassifier(hidden=(8,), steps=200, learning_rate=0.05)
FITTED = clone(QUICK).fit(X, Y)


# --- scikit-learn's own checks ---------------------------------------------------------------


class OfTwoColumns(pc.PolycoreClassifier):
    """Looks only at the first two columns, so that checks with more of them show all else that they check."""

    def fit(self, X, y):
        return super().fit(first_two(X), y)

    def partial_fit(self, X, y, classes=None):
        return super().partial_fit(first_two(X), y, classes)

    def predict_proba(self, X):
        return super().predict_proba(first_two(X))


def first_two(X):
    if hasattr(X, "tocsr"):  # a sparse matrix is refused
        return X
    array = np.asarray(X)
    return array[:, :2] if array.ndim == 2 and array.shape[1] > 2 else X


# The plane has two coordinates. All these checks fit more columns, and do nothing else of interest before.
TWO_COLUMNS = r"X: got \d+ columns; expected two"
EXPECTED_FAILURES = dict.fromkeys(
    [
        "check_fit_score_takes_y",
        "check_dont_overwrite_parameters",
        "check_n_features_in_after_fitting",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_dtype_object",
        "check_pipeline_consistency",
        "check_estimators_nan_inf",
        "check_estimators_pickle",
        "check_f_contiguous_array_estimator",
        "check_supervised_y_2d",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_dict_unchanged",
        "check_fit2d_predict1d",
    ],
    TWO_COLUMNS,
)
EXPECTED_FAILURES_OF_TWO_COLUMNS = {
    # numpy's TypeError would do; errors about values are of one class here, PolycoreError
    "check_dtype_object": "X: got a value that is not a number",
    # these three are about the number of columns, which the class of this test hides
    "check_n_features_in_after_fitting": "n_features_in_",
    "check_classifiers_train": "number of features in predict is different",
}
# a check of scikit-learn's that runs only if an environment variable was set before SciPy was imported
NOT_RUN = {"check_array_api_input"}


def results_of(estimator, expected_failed_checks):
    with warnings.catch_warnings():
        # true, and intended: polycore does not import scikit-learn, so it cannot inherit from it
        warnings.filterwarnings("ignore", message=".*does not inherit from `sklearn.base.BaseEstimator`")
        return check_estimator(
            estimator, expected_failed_checks=expected_failed_checks, on_skip=None, on_fail=None
        )


def causes_of(error):
    """Return the texts of an error and of those that led to it."""
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        pytest.param(pc.PolycoreClassifier(steps=100), EXPECTED_FAILURES, id="as it is"),
        pytest.param(OfTwoColumns(steps=100), EXPECTED_FAILURES_OF_TWO_COLUMNS, id="of two columns"),
    ],
)
def test_scikit_learns_checks_hold_but_for_those_that_are_listed(estimator, expected):
    results = results_of(estimator, expected)
    assert len(results) > 50
    by_status = {status: set() for status in ("passed", "xfail", "failed", "skipped")}
    for result in results:
        by_status[result["status"]].add(result["check_name"])
        if result["status"] == "xfail":
            assert re.search(expected[result["check_name"]], causes_of(result["exception"]))
    assert by_status["failed"] == set()
    assert by_status["skipped"] == NOT_RUN
    assert by_status["xfail"] == set(expected)
    assert by_status["passed"] & set(expected) == set()


# --- in scikit-learn's pipelines and searches ------------------------------------------------


def test_a_pipeline_with_it_learns_bands_in_every_fold():
    pipeline = make_pipeline(StandardScaler(), QUICK)
    assert is_classifier(pipeline)
    assert cross_val_score(pipeline, X, Y).tolist() == [1.0] * 5
    assert "steps=200" in pipeline._repr_html_()


def test_a_search_finds_the_learning_rate_that_learns():
    rates = {"polycoreclassifier__learning_rate": [1e-9, 0.05]}
    search = GridSearchCV(make_pipeline(StandardScaler(), QUICK), rates).fit(X, Y)
    assert search.best_params_ == {"polycoreclassifier__learning_rate": 0.05}
    assert search.best_score_ == 1.0
    assert search.predict(X).tolist() == Y.tolist()


def test_a_search_finds_the_inputs_that_separate_rings_and_no_penalty():
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    rings, labels = np.vstack([circle, 2 * circle]), np.repeat(["inner", "outer"], 40)
    # without a hidden layer borders are straight: in x² and y², where the rings are two parallel lines
    classifier = pc.PolycoreClassifier(hidden=(), steps=200)
    grid = {"features": [("x", "y"), ("x2", "y2")], "l2": [0.0, 10.0]}
    search = GridSearchCV(classifier, grid, scoring="neg_log_loss").fit(rings, labels)
    assert search.best_params_ == {"features": ("x2", "y2"), "l2": 0.0}
    others = np.delete(search.cv_results_["mean_test_score"], search.best_index_)
    assert search.score(rings, labels) > -0.2 > -0.5 > others.max()


REGULARIZED = {
    "features": ("x", "y", "x2"),
    "l1": 0.001,
    "l2": 0.002,
    "dropout": 0.25,
    "warmup_steps": 20,
    "gradient_clipping": 0.1,
}


def test_input_features_and_regularization_are_settings_like_the_others():
    estimator = clone(QUICK).set_params(**REGULARIZED)
    assert clone(estimator).get_params() == QUICK.get_params() | REGULARIZED
    fitted = clone(estimator).fit(X, Y)
    data = pc.PointSet(X, np.searchsorted(["high", "low", "middle"], Y), ["high", "low", "middle"])
    experiment = UndividedExperiment(data=data, hidden=(8,), steps=200, learning_rate=0.05, **REGULARIZED)
    answers = fitted.predict_proba(X)
    assert answers.tolist() == pc.advance(pc.start(experiment), 200).best.predict_proba(X).tolist()
    for name in REGULARIZED:
        without = clone(estimator).set_params(**{name: QUICK.get_params()[name]}).fit(X, Y)
        assert without.predict_proba(X).tolist() != answers.tolist()
    # a pass continues this network with the same inputs
    assert fitted.model_.features == ("x", "y", "x2")
    fitted.set_params(learning_rate=1e-12).partial_fit(X, Y)
    assert fitted.predict_proba(X) == pytest.approx(answers, abs=1e-5)
    expected = "features: got x, y for partial_fit; expected x, y, x2, which the network was fitted with"
    with pytest.raises(pc.PolycoreError, match=expected):
        fitted.set_params(features=("x", "y")).partial_fit(X, Y)


def test_metadata_are_routed_to_its_score():
    with sklearn.config_context(enable_metadata_routing=True):
        assert cross_val_score(make_pipeline(StandardScaler(), QUICK), X, Y).tolist() == [1.0] * 5


def test_a_clone_has_the_settings_and_no_network():
    copy = clone(FITTED)
    assert copy.get_params() == QUICK.get_params()
    assert repr(copy) == "PolycoreClassifier(hidden=(8,), learning_rate=0.05, steps=200)"
    assert not hasattr(copy, "model_")


def test_settings_are_set_by_name_and_unknown_ones_change_nothing():
    estimator = pc.PolycoreClassifier()
    assert repr(estimator) == "PolycoreClassifier()"
    assert estimator.set_params(steps=3) is estimator
    with pytest.raises(pc.PolycoreError, match="'depth': got an unknown setting of PolycoreClassifier"):
        estimator.set_params(steps=4, depth=2)
    assert estimator.get_params()["steps"] == 3


def test_its_defaults_are_those_of_an_experiment():
    experiment, settings = pc.Experiment(), pc.PolycoreClassifier().get_params()
    assert settings.pop("random_state") == experiment.seed
    assert {name: getattr(experiment, name) for name in settings} == settings


# --- what it learns and answers --------------------------------------------------------------


def forward(model, points):
    """Return the probabilities of a network with ReLU and one hidden layer, by hand."""
    (first, second), (first_biases, second_biases) = model.weights, model.biases
    exponentials = np.exp(np.maximum(points @ first + first_biases, 0) @ second + second_biases)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_its_answers_are_those_of_its_model():
    assert FITTED.classes_.tolist() == ["high", "low", "middle"]
    assert FITTED.predict_proba(X) == pytest.approx(forward(FITTED.model_, X), abs=1e-12)
    assert FITTED.predict(X).tolist() == FITTED.classes_[FITTED.model_.predict(X)].tolist() == Y.tolist()
    assert FITTED.model_.classes == ("high", "low", "middle")
    file = io.BytesIO()
    FITTED.model_.save(file)
    loaded = pc.Model.load(io.BytesIO(file.getvalue()))
    assert loaded.predict_proba(X).tolist() == FITTED.predict_proba(X).tolist()


def test_it_trains_on_all_points_and_claims_no_held_out_ones():
    model = FITTED.model_
    assert model.loss == pytest.approx(log_loss(Y, FITTED.predict_proba(X)))
    assert (model.accuracy, model.held_out_accuracy) == (1.0, None)
    assert "experiment" not in model.metadata
    data = pc.PointSet(X, Y)
    points, labels = UndividedExperiment(data=data).training_set()
    assert (points.tolist(), labels.tolist()) == (data.points.tolist(), data.labels.tolist())
    assert UndividedExperiment(data=data).sample_count == len(X)


def test_every_point_has_a_say_in_the_first_step():
    estimator = pc.PolycoreClassifier(steps=1, hidden=(), optimizer="sgd", standardize=False)
    biases = estimator.fit(X, Y).model_.biases[0].tolist()
    assert biases != [[0.0, 0.0, 0.0]]  # those of the initial network
    for row in range(108):
        moved = X.copy()
        moved[row] += 1
        assert estimator.fit(moved, Y).model_.biases[0].tolist() != biases


@pytest.mark.parametrize(
    ("labels", "classes", "names"),
    [
        ([3, -1, 7], [-1, 3, 7], ("-1", "3", "7")),
        ([2.0, 0.0, 1.0], [0.0, 1.0, 2.0], ("0.0", "1.0", "2.0")),
        (["b", "a", ""], ["", "a", "b"], ("class 0", "class 1", "class 2")),
        (["b", "a", "x" * 41], ["a", "b", "x" * 41], ("class 0", "class 1", "class 2")),
    ],
    ids=["whole numbers", "floats", "an empty text", "a long text"],
)
def test_labels_are_numbers_or_texts(labels, classes, names):
    y = np.repeat(np.array(labels), 36)
    fitted = clone(QUICK).fit(X, y)
    assert fitted.classes_.tolist() == classes
    assert fitted.model_.classes == names
    assert fitted.predict(X).tolist() == y.tolist()


def test_truths_are_labels_too():
    y = X[:, 1] > 2
    fitted = clone(QUICK).fit(X, y)
    assert fitted.classes_.tolist() == [False, True]
    assert fitted.predict(X).tolist() == y.tolist()


def test_the_score_weighs_points():
    wrong = np.where(np.arange(108) < 27, "high", Y)  # the first 27 points are low
    assert FITTED.score(X, wrong) == 0.75
    weights = np.where(np.arange(108) < 27, 3, 1)
    assert FITTED.score(X, wrong, sample_weight=weights) == 0.5
    assert FITTED.score(X, wrong, weights) == accuracy_score(wrong, FITTED.predict(X), sample_weight=weights)


def test_a_column_of_labels_is_flattened_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        fitted = clone(QUICK).fit(X, Y[:, np.newaxis])
    assert fitted.predict_proba(X).tolist() == FITTED.predict_proba(X).tolist()


def test_a_diverging_fit_warns_and_keeps_the_best_weights():
    wild = pc.PolycoreClassifier(optimizer="sgd", learning_rate=10, standardize=False, batch_size=5)
    with pytest.warns(RuntimeWarning, match="diverged at step"):
        wild.fit(1e5 * X, Y)
    assert np.isfinite(wild.predict_proba(1e5 * X)).all()


@pytest.mark.parametrize(
    "optimizer", ["adam", "soap", "rmsprop", "sgd", "lbfgs", "evolution", "random-search"]
)
def test_every_optimizer_lowers_the_loss(optimizer):
    fitted = pc.PolycoreClassifier(hidden=(4,), steps=50, optimizer=optimizer).fit(X, Y)
    start = pc.PolycoreClassifier(hidden=(4,), steps=1, learning_rate=1e-12).fit(X, Y)
    assert fitted.model_.loss < start.model_.loss


# --- random numbers --------------------------------------------------------------------------


def probabilities(random_state):
    return clone(QUICK).set_params(steps=5, random_state=random_state).fit(X, Y).predict_proba(X).tolist()


def test_equal_seeds_give_equal_networks():
    assert probabilities(3) == probabilities(np.int64(3)) != probabilities(4)


@pytest.mark.parametrize("make", [np.random.RandomState, np.random.default_rng])
def test_a_generator_draws_another_seed_for_each_fit(make):
    generator = make(0)
    first, second = probabilities(generator), probabilities(generator)
    assert first != second
    assert probabilities(make(0)) == first


def test_without_a_random_state_no_two_fits_are_alike():
    assert probabilities(None) != probabilities(None)


# --- portions of points ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [{}, {"l1": 0.03}, {"l2": 0.3}, {"features": ("x", "y2", "xy")}],
    ids=["plain", "l1", "l2", "features"],
)
def test_a_pass_is_one_step_down_the_gradient(settings):
    estimator = pc.PolycoreClassifier(
        hidden=(3,), optimizer="sgd", learning_rate=0.1, momentum=0.0, standardize=False, random_state=1
    )
    estimator.set_params(**settings)
    points, labels = X[::7] / 4, Y[::7]
    x, y = points.T
    inputs = np.column_stack([x, y * y, x * y] if "features" in settings else [x, y])
    before = clone(estimator).partial_fit(points, labels, np.unique(Y)).model_
    after = estimator.partial_fit(points, labels, np.unique(Y)).partial_fit(points, labels).model_
    arrays = [array.copy() for array in (*before.weights, *before.biases)]
    l1, l2 = settings.get("l1", 0), settings.get("l2", 0)

    def loss():
        network = SimpleNamespace(weights=arrays[:2], biases=arrays[2:])
        penalty = sum(l1 * np.abs(one).sum() + l2 / 2 * (one**2).sum() for one in arrays[:2])
        return log_loss(labels, forward(network, inputs)) + penalty

    for array, stepped in zip(arrays, (*after.weights, *after.biases), strict=True):
        for index in np.ndindex(array.shape):
            kept, losses = array[index], []
            for nudge in (6e-6, -6e-6):
                array[index] = kept + nudge
                losses.append(loss())
            array[index] = kept
            slope = (losses[0] - losses[1]) / 12e-6
            assert stepped[index] == pytest.approx(kept - 0.1 * slope, abs=1e-8)


def test_the_first_steps_of_a_warm_up_are_shorter():
    settings = {"hidden": (), "optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.1}
    plain = pc.PolycoreClassifier(**settings).partial_fit(X, Y, np.unique(Y))
    warm = pc.PolycoreClassifier(**settings, warmup_steps=4).partial_fit(X, Y, np.unique(Y))
    start = pc.PolycoreClassifier(**{**settings, "learning_rate": 1e-300}).partial_fit(X, Y, np.unique(Y))
    first, warmed, before = (one.model_.weights[0] for one in (plain, warm, start))
    assert warmed - before == pytest.approx((first - before) / 4)
    unwarmed = deepcopy(warm).set_params(warmup_steps=0)
    second, warmed_twice = (one.partial_fit(X, Y).model_.weights[0] for one in (unwarmed, warm))
    assert warmed_twice - warmed == pytest.approx((second - warmed) / 2)
    share = pc.PolycoreClassifier(hidden=(), steps=5, warmup_steps="40%").fit(X, Y)
    number = clone(share).set_params(warmup_steps=2).fit(X, Y)
    assert share.predict_proba(X).tolist() == number.predict_proba(X).tolist()
    with pytest.raises(pc.PolycoreError, match=r"^warmup_steps: got 40% for partial_fit; expected a number"):
        share.partial_fit(X, Y)


def test_a_pass_follows_a_gradient_of_at_most_the_length_that_is_set():
    settings = {"hidden": (), "optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.1, "standardize": False}
    start = pc.PolycoreClassifier(**{**settings, "learning_rate": 1e-300}).partial_fit(X, Y, np.unique(Y))

    def change(limit):
        passed = pc.PolycoreClassifier(**settings, gradient_clipping=limit).partial_fit(X, Y, np.unique(Y))
        one, other = passed.model_, start.model_
        return np.concatenate([one.weights[0] - other.weights[0], one.biases[0] - other.biases[0]])

    whole = change(0.0)
    length = np.sqrt((whole**2).sum()) / 0.1
    assert change(2 * length).tolist() == whole.tolist()
    assert change(length / 4) == pytest.approx(whole / 4, rel=1e-6, abs=1e-12)


def test_dropout_leaves_out_a_share_of_the_neurons_in_a_step():
    settings = {"hidden": (400,), "activation": "identity", "optimizer": "sgd", "dropout": 0.3}
    settings["standardize"] = False
    start = pc.PolycoreClassifier(**settings, learning_rate=1e-300).partial_fit([[1, 2]], [0], [0, 1])
    steps = [pc.PolycoreClassifier(**settings).partial_fit([[1, 2]], [0], [0, 1]) for _ in range(2)]
    before, after, again = (one.model_.weights[1] for one in (start, *steps))
    assert after.tolist() == again.tolist()
    # the weights behind a neuron that is left out stay: of 400 behind 120, or four standard deviations more
    assert 120 - 37 < (after == before).all(axis=1).sum() < 120 + 37
    # another step leaves out others, so the weights behind almost all have moved after ten
    for _ in range(9):
        steps[0].partial_fit([[1, 2]], [0])
    assert (steps[0].model_.weights[1] == before).all(axis=1).sum() <= 4


def test_passes_over_portions_learn_even_if_a_portion_lacks_a_class():
    estimator = clone(QUICK).set_params(batch_size=16)
    order = np.random.default_rng(0).permutation(108)
    assert len(set(Y[order[-2:]])) < 3
    for _ in range(60):
        for rows in np.split(order, [50, 106]):
            estimator.partial_fit(X[rows], Y[rows], classes=["low", "middle", "high"])
    assert estimator.score(X, Y) == 1.0
    assert estimator.model_.loss == pytest.approx(
        log_loss(Y[order[-2:]], estimator.predict_proba(X[order[-2:]]), labels=estimator.classes_)
    )


def test_a_single_point_is_a_portion():
    estimator = pc.PolycoreClassifier().partial_fit([[0.5, 1.0]], ["high"], classes=["low", "high"])
    for _ in range(50):
        estimator.partial_fit([[0.5, 1.0]], ["high"])
    assert estimator.predict([[0.5, 1.0]]).tolist() == ["high"]


def test_a_pass_after_a_fit_continues_its_network():
    estimator = clone(QUICK).fit(X, Y).set_params(learning_rate=1e-12)
    estimator.partial_fit(X, Y)
    assert estimator.predict_proba(X) == pytest.approx(FITTED.predict_proba(X), abs=1e-6)
    assert estimator.predict_proba(X).tolist() != FITTED.predict_proba(X).tolist()
    # forgets: only points of one class are left to learn
    estimator.set_params(learning_rate=0.05)
    for _ in range(100):
        estimator.partial_fit(X[:36], ["high"] * 36)
    assert set(estimator.predict(X[:36])) == {"high"}
    assert estimator.fit(X, Y).predict(X).tolist() == Y.tolist()


def test_another_optimizer_starts_afresh_with_the_same_network():
    estimator = clone(QUICK).set_params(optimizer="lbfgs").fit(X, Y)
    with pytest.raises(
        pc.PolycoreError, match="optimizer: got lbfgs for partial_fit; expected adam, soap, rmsprop"
    ):
        estimator.partial_fit(X, Y)
    before = estimator.model_.loss
    estimator.set_params(optimizer="rmsprop", learning_rate=1e-9).partial_fit(X, Y)
    assert estimator.model_.loss == pytest.approx(before, rel=1e-3)


def test_the_order_of_a_pass_depends_on_the_seed_alone():
    losses = []
    for seed in (0, 0, 1):
        estimator = pc.PolycoreClassifier(batch_size=7, random_state=seed)
        estimator.partial_fit(X, Y, np.unique(Y)).partial_fit(X, Y)
        losses.append(estimator.model_.loss)
    assert losses[0] == losses[1] != losses[2]


def test_weights_that_grow_without_bound_leave_the_network_as_it_was():
    estimator = pc.PolycoreClassifier(optimizer="sgd", learning_rate=10, standardize=False, batch_size=5)
    estimator.set_params(learning_rate=1e-12).partial_fit(1e5 * X, Y, np.unique(Y))
    before = estimator.predict_proba(X).tolist()
    with pytest.raises(pc.PolycoreError, match="learning_rate: got 10, with which weights grew beyond"):
        estimator.set_params(learning_rate=10).partial_fit(1e5 * X, Y)
    assert estimator.predict_proba(X).tolist() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, Y), "classes: got None in the first call of partial_fit"),
        ((X, Y, ["low"]), "classes: got 1 class; expected 2 to 24"),
        ((X, Y, ["low", "high"]), r"y: got a label that is not among the classes \['high', 'low'\]"),
        ((X[:, :1], Y, np.unique(Y)), r"X: got 1 feature\(s\)"),
    ],
)
def test_a_first_portion_that_does_not_fit_is_refused(arguments, message):
    estimator = pc.PolycoreClassifier()
    with pytest.raises(pc.PolycoreError, match=message):
        estimator.partial_fit(*arguments)
    assert not hasattr(estimator, "classes_")


def test_a_portion_has_points_within_the_limits_of_a_point_set():
    estimator = pc.PolycoreClassifier(features=("x", "y", "x4"))
    with pytest.raises(pc.PolycoreError, match=r"X: got a number of size 1e\+200; expected at most 1e\+06"):
        estimator.partial_fit([[0, 0], [-1e200, 0]], [0, 1], [0, 1])
    assert not hasattr(estimator, "classes_")


def test_later_portions_have_the_same_classes():
    estimator = clone(FITTED).partial_fit(X, Y, np.unique(Y))
    with pytest.raises(pc.PolycoreError, match=r"classes: got \['low', 'x'\]; expected the first call's"):
        estimator.partial_fit(X, Y, classes=["x", "low"])


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, None), "the target y is None"),
        ((X, np.ones(108)), "y: got 1 class; expected 2 to 24"),
        ((X, np.arange(108)), "y: got 108 classes; expected 2 to 24"),
        ((X, np.linspace(0, 1, 108)), "Unknown label type: continuous"),
        ((X, np.array([*Y[:-1], None], dtype=object)), "y: Unknown label type"),
        ((X, np.column_stack([Y, Y])), r"y: got shape \(108, 2\)"),
        ((X, Y[:-1]), "y: got inconsistent numbers of samples: 107 labels for 108 points"),
        ((X[:, 0], Y), r"X: got shape \(108,\); expected \(N, 2\)"),
        ((np.column_stack([X, X]), Y), "X: got 4 columns; expected two, x and y"),
        (([[0.0, 1.0], [2.0]], ["a", "b"]), "X: got a value that is not an array"),
        (([["a", "b"], ["c", "d"]], ["a", "b"]), "X: got a value that is not a number"),
        (([[0.0, np.nan], [1.0, 2.0]], ["a", "b"]), "X: got NaN or infinity"),
        ((1e7 * X, Y), "X and y do not form a PointSet. points, row 0: got"),
        ((X * [1, 0], Y), "X and y do not form a PointSet. points: got y with a standard deviation of 0"),
        ((np.tile(X, (186, 1)), np.tile(Y, 186)), "X and y do not form a PointSet. points: got 20,088"),
    ],
)
def test_points_and_labels_that_do_not_fit_are_named(arguments, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.PolycoreClassifier(steps=1).fit(*arguments)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": 12}, "hidden: got 12; expected a tuple"),
        ({"optimizer": "adamw"}, "optimizer: got 'adamw'; expected one of adam"),
        ({"random_state": -1}, "random_state: got -1; expected a whole number from 0"),
        ({"random_state": "x"}, "random_state: got 'x'"),
        ({"steps": 0}, "steps: got 0; expected"),
        ({"l1": -1}, "l1: got -1; expected a number from 0 to 10"),
        ({"l2": 11}, "l2: got 11; expected a number from 0 to 10"),
        ({"dropout": 1}, "dropout: got 1; expected a number from 0 to 0.9"),
        ({"warmup_steps": -1}, "warmup_steps: got -1; expected a whole number"),
        ({"features": ("x", "z")}, "features: got x, z; expected one or more of x, y, x2"),
        ({"features": 3}, "features: got 3; expected one or more of"),
        (
            {"features": ("x", "distances")},
            r"features: got distances; expected others: X and y are points with labels, which lie on no "
            r"known curves\. Leave it out\.$",
        ),
    ],
)
def test_settings_are_checked_when_they_are_used(settings, message):
    estimator = pc.PolycoreClassifier(**settings)
    for method in (estimator.fit, lambda X, y: estimator.partial_fit(X, y, np.unique(y))):
        with pytest.raises(pc.PolycoreError, match=message):
            method(X, Y)


def test_an_empty_table_has_no_answers():
    with pytest.raises(pc.PolycoreError, match=r"X: got 0 sample\(s\)"):
        FITTED.predict(np.empty((0, 2)))


def test_columns_of_a_data_frame_are_known_by_their_names():
    frame = pd.DataFrame(X, columns=["width", "height"])
    fitted = clone(QUICK).fit(frame, pd.Series(Y))
    assert fitted.feature_names_in_.tolist() == ["width", "height"]
    assert fitted.predict(frame).tolist() == fitted.predict(X).tolist() == Y.tolist()
    for method in (fitted.predict, lambda other: fitted.partial_fit(other, Y)):
        with pytest.raises(pc.PolycoreError, match=r"X: got columns named \['height', 'width'\]; expected"):
            method(frame[["height", "width"]])
    assert not hasattr(fitted.fit(X, Y), "feature_names_in_")
    assert not hasattr(fitted.fit(pd.DataFrame(X), Y), "feature_names_in_")  # its columns are 0 and 1
    first = clone(QUICK).partial_fit(frame, Y, np.unique(Y))
    assert first.partial_fit(X, Y).feature_names_in_.tolist() == ["width", "height"]


def test_without_a_network_the_error_is_of_polycore_and_of_scikit_learn():
    with pytest.raises(NotFittedError, match="This PolycoreClassifier is not fitted yet") as caught:
        pc.PolycoreClassifier().predict(X)
    assert isinstance(caught.value, pc.PolycoreError)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copy, NotFittedError)
    assert str(copy) == str(caught.value)


def test_without_scikit_learn_it_works_the_same():
    code = """
import sys, warnings
import numpy as np
import polycore as pc

X, y = [[0.0, 0.0], [0.0, 0.1], [1.0, 1.0], [1.0, 0.9]], [[1], [1], [2], [2]]
classifier = pc.PolycoreClassifier(steps=50)
try:
    classifier.predict(X)
except pc.PolycoreError as error:
    print(type(error) is pc.PolycoreError)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(classifier.fit(X, y).partial_fit(X, y).predict(X).tolist())
print([one.category is UserWarning for one in caught])
print("sklearn" in sys.modules)
"""
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed.splitlines() == ["True", "[1, 1, 2, 2]", "[True, True]", "False"]


@pytest.mark.parametrize(
    "weights",
    [[1, 2], [[1], [1, 2], [1], [1]], [0, 0, 0, 0], ["a", "b", "c", "d"], [1, -1, 1, 1], [1, np.nan, 1, 1]],
)
def test_weights_of_a_score_that_are_not_valid_are_refused(weights):
    points, labels = [[0, 0], [1, 1], [0, 1], [1, 0]], [0, 0, 1, 1]
    fitted = pc.PolycoreClassifier(steps=5, hidden=(2,)).fit(points, labels)
    assert 0 <= fitted.score(points, labels, [1, 2, 3, 4]) <= 1
    with pytest.raises(pc.PolycoreError, match=r"^sample_weight: got"):
        fitted.score(points, labels, weights)


def test_layers_in_an_array_have_a_representation():
    assert repr(pc.PolycoreClassifier(hidden=np.array([3, 4]))) == "PolycoreClassifier(hidden=array([3, 4]))"
