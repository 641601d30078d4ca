"""What a user of Python meets first: texts as polynomials, lines that represent things, and a score."""

import io
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.training.history import History
from tests.runs import OWN, TINY

PARABOLA, LINE = pc.Polynomial(1, 0, 0), pc.Polynomial(-1, 1)


def test_texts_are_polynomials_wherever_polynomials_are_expected():
    experiment = pc.Experiment(polynomials=["x^2", "1 - x"])
    assert experiment.polynomials == (PARABOLA, LINE)
    assert experiment == pc.Experiment(polynomials=[PARABOLA, "-x + 1"])
    assert pc.Referee(["x^2", "1 - x"], (-1, 1), 0.1) == pc.Referee((PARABOLA, LINE), (-1, 1), 0.1)
    model = pc.advance(pc.start(replace(experiment, steps=1)), 1).current
    assert model.with_polynomials(["x", "-x"]).polynomials == (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))


@pytest.mark.parametrize(
    "make",
    [
        lambda texts: pc.Experiment(polynomials=texts),
        lambda texts: pc.Referee(texts, (-1, 1), 0.1),
        lambda texts: pc.advance(pc.start(TINY), 1).current.with_polynomials(texts),
    ],
    ids=["experiment", "referee", "model"],
)
def test_a_text_that_is_no_polynomial_is_named_by_its_index(make):
    with pytest.raises(pc.PolycoreError, match=r"^polynomials\[1\]: character 1: got 'y'"):
        make(["x", "y"])


def test_an_experiment_is_represented_by_what_differs_from_the_defaults():
    assert repr(pc.Experiment()) == "Experiment()"
    experiment = pc.Experiment(polynomials=["x^2", "1 - x"], hidden=(8,), steps=50)
    assert repr(experiment) == "Experiment(polynomials=['x^2', '-x + 1'], hidden=(8,), steps=50)"
    assert eval(repr(experiment), {"Experiment": pc.Experiment}) == experiment  # our own text
    many = pc.Experiment(polynomials=pc.TUTORIAL_POLYNOMIALS[:7])
    assert repr(many) == "Experiment(polynomials=<7 polynomials>)"


def test_an_experiment_on_own_points_is_represented_by_their_number():
    count, classes = len(OWN.data), OWN.data.class_count
    assert repr(OWN).startswith(f"Experiment(data=<{count} points of {classes} classes>")


def test_a_run_and_its_model_are_represented_in_one_line():
    run = pc.advance(pc.start(TINY), 40)
    assert repr(run) == (
        f"<Run at step 40 of {TINY.steps}: best loss {run.best_loss:#.3g} nats at step {run.best_step}, adam>"
    )
    model = run.best
    assert repr(model) == (
        f"<Model 2→4→2, ReLU: loss {model.loss:#.3g} nats, accuracy {100 * model.accuracy:.1f} %, "
        f"held-out {100 * model.held_out_accuracy:.1f} %>"
    )
    assert "held-out" not in repr(replace(model, held_out_accuracy=None))
    file = io.BytesIO()
    run.save(file)
    file.seek(0)
    assert repr(pc.Run.load(file)) == repr(run)


def test_values_with_many_numbers_are_represented_by_how_many():
    x = np.linspace(-1, 1, 400)
    points = pc.PointSet(np.column_stack([x, x**2]), ["a", "b"] * 200)
    assert repr(points) == str(points) == "<PointSet: 400 points, 2 classes>"
    run = pc.advance(pc.start(TINY), 40)
    assert repr(run.history) == "<History: 41 entries, steps 0 to 40>"
    assert repr(History(1)) == "<History: no entries>"
    landscape = pc.landscape(run, size=3)
    assert repr(landscape).startswith("<Landscape: 3 by 3 losses, ")
    assert repr(landscape).endswith(" nats, 1 trajectory>")
    assert len(repr(landscape)) < 80
    # as the tutorial prints them: 2.4942046014713335 and 0.015833333333333335
    assert repr(pc.tutorial.walkthrough()) == "<Walkthrough: 1,200 points, loss 2.49 nats, accuracy 1.6 %>"


def test_a_fit_is_represented_by_a_table():
    x = np.linspace(-1, 1, 101)
    curves = [np.column_stack([x, y]) for y in (x**2 - 1, 2 * x)]
    few = [[0.0, 5.0], [0.5, 5.0]]
    labels = ["a parabola"] * 101 + ["line"] * 101 + ["few"] * 2
    fit = pc.fit_polynomials(pc.PointSet(np.concatenate([*curves, few]), labels))
    assert repr(fit).splitlines() == [
        "class       polynomial  noise  explained  outliers  points",
        "a parabola  x^2 - 1         0    100.0 %         0     101",
        "line        2x              0    100.0 %         0     101",
        "few         none            -          -         -       2  "
        "it has only 2 points (at least 5 are needed)",
    ]
    assert str(fit) == repr(fit)


def test_the_package_lists_what_it_offers_and_nothing_else():
    offered = [name for name in dir(pc) if not name.startswith("_")]
    assert sorted(offered) == sorted({*pc.__all__, "figures"} - {"__version__"})
    assert all(hasattr(pc, name) for name in dir(pc))
    assert not hasattr(pc, "ModuleType")


def test_the_score_is_the_share_of_right_answers():
    model = pc.advance(pc.start(TINY), 60).best
    points, labels = TINY.training_set()
    assert model.score(points, labels) == model.accuracy
    wrong = labels.copy()
    wrong[:10] = 1 - model.predict(points[:10])
    right = model.predict(points)
    right[:10] = wrong[:10]
    assert model.score(points, right) == pytest.approx(1 - 10 / len(points))
    assert model.score(points[:1].tolist(), [int(model.predict(points[:1])[0])]) == 1.0


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0], r"labels: got shape \(1,\) of type int64 for 2 points; expected a whole number for each"),
        ([0.0, 1.0], "of type float64 for 2 points"),
        ([[0], [1]], r"got shape \(2, 1\)"),
        ([0, 2], "labels: got 0 to 2; expected classes, 0 to 1"),
        ([-1, 0], "labels: got -1 to 0; expected classes, 0 to 1"),
    ],
)
def test_labels_that_are_not_classes_have_no_score(labels, message):
    model = pc.advance(pc.start(TINY), 1).best
    with pytest.raises(pc.PolycoreError, match=message):
        model.score([[0.0, 0.0], [1.0, 1.0]], labels)
    with pytest.raises(pc.PolycoreError, match="labels: got shape"):
        model.score(np.empty((0, 2)), [])
