"""The programs that people take along run by themselves and say what the dashboard says."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from polycore import Experiment, Model, Polynomial, advance, start
from polycore.links.snippet import MOST_READABLE, numpy_snippet, script

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
