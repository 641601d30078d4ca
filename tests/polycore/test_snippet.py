"""The programs that people take along run by themselves and say what the dashboard says."""

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from polycore import Experiment, Model, PointSet, PolycoreError, Polynomial, Run, advance, start
from polycore.links.snippet import MOST_READABLE, numpy_snippet, script
from polycore.training.leg import MOST_LEGS, Leg
from tests.runs import KINDS, OWN, TINY
from tests.runs import POINTS as OWN_POINTS

POINTS = [[0.0, 0.0], [0.5, 0.75], [-1.0, 1e3], [3e-7, -2.0], [-40.0, 7.0]]
SMALL = Experiment(polynomials=(Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2)), hidden=(8,), steps=60)
ASK = """
import sys, json
print(json.dumps(predict_proba(json.loads(sys.stdin.read())).tolist()))
print(sorted(name for name in sys.modules if name.startswith(("polycore", "streamlit", "plotly", "pandas"))))
"""


def trained_model(**fields):
    experiment = Experiment(**{"steps": 30, **fields})
    return advance(start(experiment), experiment.steps).best


def answers(code, folder):
    """Return what the program says of POINTS in a process of its own, away from this project."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", code + ASK],
        input=json.dumps(POINTS),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    example, probabilities, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    return example, np.array(json.loads(probabilities))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="the tutorial's size"),
        pytest.param({"hidden": ()}, id="no hidden layer"),
        pytest.param({"hidden": (16, 8, 24)}, id="too many numbers to read"),
        pytest.param({"x_range": (-100.0, -99.0), "hidden": (3,)}, id="numbers of all sizes"),
    ],
)
def test_the_snippet_predicts_as_the_model_does_with_numpy_alone(fields, tmp_path):
    model = trained_model(**fields)
    example, found = answers(numpy_snippet(model), tmp_path)
    assert found == pytest.approx(model.predict_proba(POINTS), abs=1e-12)
    name, probability = re.fullmatch(r"(.*) (\S+)", example).groups()
    [expected] = model.predict_proba([[0.5, 0.75]])
    assert name == str(model.polynomials[expected.argmax()])
    assert float(probability) == pytest.approx(expected.max(), abs=1e-12)


def test_the_weights_in_the_snippet_are_the_models_to_the_last_bit():
    for hidden in ((6,), (40, 40)):
        model = trained_model(hidden=hidden)
        names = {}
        exec(numpy_snippet(model), names)
        for (weights, biases), ours, theirs in zip(names["LAYERS"], model.weights, model.biases, strict=True):
            assert np.array_equal(weights, ours)
            assert np.array_equal([biases], theirs)


def test_a_model_that_does_not_know_its_polynomials_names_classes():
    model = Model((np.eye(2),), (np.zeros((1, 2)),), 0.0, 1.0, ())
    names = {}
    exec(numpy_snippet(model), names)
    assert names["POLYNOMIALS"] == ["class 0", "class 1"]


@pytest.mark.parametrize("hidden", [pytest.param((12,), id="readable"), pytest.param((64,), id="packed")])
def test_besides_its_numbers_and_names_a_snippet_has_about_twenty_lines(hidden):
    model = trained_model(hidden=hidden)
    readable = sum(a.size for a in (*model.weights, *model.biases)) <= MOST_READABLE
    assert readable == (hidden == (12,))
    lines = numpy_snippet(model).splitlines()
    assert max(map(len, lines)) <= 110
    code = [
        line
        for line in lines
        if line and not re.fullmatch(r'[-\s\d.e,\[\]()]+|[A-Za-z\d+/=]{3,}| +".*",', line)
    ]
    assert 12 <= len(code) <= 26


@pytest.mark.parametrize(
    "experiment",
    [
        pytest.param(SMALL, id="adam"),
        pytest.param(
            Experiment(
                samples_per_class=None,
                hidden=(8, 4),
                optimizer="sgd",
                learning_rate=1 / 3,
                schedule="one-cycle",
                batch_size=32,
                steps=25,
                seed=7,
                standardize=False,
                momentum=0.7,
                nesterov=True,
                weight_decay=1e-3,
                sampling="crossings",
                growing_batches=True,
                noise=0.1,
                x_range=(-1 / 3, 2),
                patience=20,
                polynomials=(Polynomial(1 / 3, 0.1), Polynomial(1e-300, 5)),
            ),
            id="every field",
        ),
    ],
)
def test_the_script_makes_the_same_run_to_the_last_bit(experiment, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(script(experiment), names)
    expected = advance(start(experiment), experiment.steps)
    assert names["experiment"] == experiment
    assert np.array_equal(names["run"].parameters, expected.parameters)
    assert np.array_equal(names["run"].history.loss, expected.history.loss)
    [file] = tmp_path.iterdir()
    assert file.name == f"polycore-{experiment.optimizer}-2.npz"
    kept = Model.load(file)
    assert all(map(np.array_equal, kept.weights, expected.best.weights))
    assert f"held-out accuracy {kept.held_out_accuracy:.2%}" in capsys.readouterr().out


def test_the_script_of_the_recommended_experiment_names_every_field():
    names = {}
    exec(script(Experiment.recommended()).split("run = ")[0], names)
    assert names["experiment"] == Experiment.recommended()


# --- runs that continued -----------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


def parts(*experiments, weights=None, steps=(30, 20, 25)):
    """Return a run of several experiments, each continuing from the one before."""
    run = weights
    for experiment, count in zip(experiments, steps, strict=False):
        run = advance(start(experiment, weights=run), count)
    return run


def program_of(run):
    return script(run.experiment, run.earlier, run.step)


def trained_by(code, folder):
    """Return the model that a program saves in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [file] = folder.iterdir()
    return Model.load(file)


def same_network(one, other):
    layers = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    return all(a.tobytes() == b.tobytes() for a, b in layers)


def loaded(run):
    file = io.BytesIO()
    run.save(file)
    return Run.load(io.BytesIO(file.getvalue()))


OTHER_POINTS = OWN.on_points(PointSet(OWN_POINTS.points + 1, OWN_POINTS.labels, OWN_POINTS.names))


NETWORK = advance(start(TINY), 30).current
UNTRAINED = Model(NETWORK.weights, NETWORK.biases, 0.7, 0.5, ())  # a file that says nothing of its origin
FASTER = replace(TINY, learning_rate=0.05)
SECOND = replace(OWN, optimizer="sgd", batch_size=9, learning_rate=0.1)
WITH_DISTANCES = KINDS["distances on fresh points"]


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(parts(TINY, FASTER), id="one change"),
        pytest.param(parts(TINY, FASTER, replace(FASTER, batch_size=7)), id="two changes"),
        pytest.param(parts(TINY, TINY), id="no change"),
        pytest.param(
            parts(TINY, KINDS["evolution"], KINDS["sgd on batches"]), id="two changes of the optimizer"
        ),
        pytest.param(
            parts(TINY, replace(TINY, x_range=(2, 7)), KINDS["adam on fresh points"]), id="other data"
        ),
        pytest.param(parts(OWN, replace(OWN, seed=9), SECOND), id="own points"),
        pytest.param(parts(TINY, OWN, SECOND), id="from polynomials to own points"),
        pytest.param(parts(OTHER_POINTS, OWN, TINY), id="from own points to others and to polynomials"),
        pytest.param(loaded(parts(OWN, SECOND)), id="own points from a run file"),
        pytest.param(parts(FASTER, TINY, weights=NETWORK), id="given weights"),
        pytest.param(loaded(parts(FASTER, TINY, weights=NETWORK)), id="given weights from a run file"),
        pytest.param(
            loaded(parts(TINY, weights=parts(TINY, weights=NETWORK).best)), id="given weights twice"
        ),
        pytest.param(parts(KINDS["sgd on batches"], TINY, weights=UNTRAINED), id="a network of nobody knows"),
        pytest.param(parts(SECOND, OWN, weights=NETWORK), id="given weights on own points"),
        pytest.param(
            parts(WITH_DISTANCES, weights=advance(start(WITH_DISTANCES), 9).best), id="given distances"
        ),
        pytest.param(parts(TINY, FASTER, weights=start(replace(TINY, seed=8))), id="a run without a step"),
        pytest.param(
            parts(TINY, replace(OWN, optimizer="sgd"), TINY, steps=(30, 0, 20)), id="a part without a step"
        ),
        pytest.param(
            parts(TINY, weights=parts(TINY, FASTER, weights=UNTRAINED).best), id="a network that continued"
        ),
    ],
)
def test_the_script_repeats_each_part_of_a_run_that_continued(run, tmp_path):
    assert run.earlier
    model = trained_by(program_of(run), tmp_path)
    assert same_network(model, run.best)
    # what was trained before is known of it too
    assert model.metadata["earlier"] == run.best.metadata["earlier"]


def test_the_script_of_a_run_that_was_stopped_ends_there(tmp_path):
    run = advance(start(replace(TINY, steps=3000)), 40)
    assert same_network(trained_by(script(run.experiment, (), run.step), tmp_path), run.best)


def test_a_part_without_steps_counts():
    # the optimizer of a part without steps is another one: that of the part after it starts afresh
    with_part = parts(TINY, replace(TINY, optimizer="sgd"), TINY, steps=(30, 0, 20))
    without = parts(TINY, TINY, steps=(30, 20))
    assert not same_network(with_part.current, without.current)


FROM_NETWORK = parts(TINY, weights=NETWORK)


def last_parts(count):
    run = advance(start(TINY), 1)
    for number in range(count):
        run = advance(start(replace(TINY, seed=number), weights=run), 1)
    return run


@pytest.mark.parametrize(
    ("run", "message"),
    [
        pytest.param(last_parts(MOST_LEGS + 1), "The settings before step 1 are not known", id="more parts"),
        pytest.param(
            loaded(replace(FROM_NETWORK, earlier=(replace(FROM_NETWORK.earlier[-1], given=None),))),
            "The run continued at step 30 from a network whose weights are not known",
            id="weights that a file of format 3 leaves out",
        ),
        pytest.param(
            loaded(parts(OTHER_POINTS, OWN)),
            "The points of your own that steps 0 to 30 were trained on are not known",
            id="other points",
        ),
        pytest.param(
            replace(parts(TINY, FASTER), earlier=(Leg(0, 30, None, start(TINY).history),)),
            "The settings of steps 0 to 30 are not known",
            id="unknown settings",
        ),
    ],
)
def test_a_run_that_cannot_be_repeated_says_what_is_missing(run, message):
    with pytest.raises(PolycoreError, match=message):
        program_of(run)


def test_as_many_parts_as_are_kept_are_repeated(tmp_path):
    run = last_parts(MOST_LEGS)
    assert len(run.earlier) == MOST_LEGS
    assert same_network(trained_by(program_of(loaded(run)), tmp_path), run.best)
