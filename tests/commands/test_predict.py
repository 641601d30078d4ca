"""predict: points in, answers out, in pipes."""

import csv
import io
import subprocess

import numpy as np
import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.model.predictions import predictions_to_csv, probabilities_to_csv
from polycore.points.points_csv import points_from_csv, points_to_csv
from tests.commands.terminal import COMMAND, ENVIRONMENT, command, one_line


def test_every_point_has_its_answer(folder, model):
    done = command("predict", "weights.npz", "points.csv", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    points = [[0.0, 1.0], [0.5, 0.75], [-1.0, -3.0]]
    probabilities = model.predict_proba(points)
    assert [[float(row["x"]), float(row["y"])] for row in rows] == points
    assert [int(row["prediction"]) for row in rows] == probabilities.argmax(axis=1).tolist()
    assert [float(row["probability"]) for row in rows] == probabilities.max(axis=1).tolist()
    names = ("y = -x^2 + 1", "y = x^3 - 2")
    assert [row["curve"] for row in rows] == [names[int(row["prediction"])] for row in rows]
    # (0, 1) and (0.5, 0.75) lie on -x^2 + 1; at -1 the curves are at 0 and -3
    assert [float(row["distance"]) for row in rows] == [0, 0, 0]


def test_the_distance_is_that_of_the_nearest_curve_whatever_the_network_says(model):
    # at 2 the curves are at -3 and 6
    rows = list(csv.DictReader(io.StringIO(predictions_to_csv(model, np.array([[2.0, 0.0], [2.0, 100.0]])))))
    assert [float(row["distance"]) for row in rows] == [3, 94]


def test_points_come_from_standard_input_and_probabilities_on_demand(folder, model):
    table = points_to_csv([[0.0, 1.0], [0.25, -2.0]], [0, 1])  # as Data has them, with polynomials
    done = command("predict", "weights.npz", "--probabilities", folder=folder, stdin=table)
    assert (done.returncode, done.stderr) == (0, "")
    probabilities = [[float(row["p0"]), float(row["p1"])] for row in csv.DictReader(io.StringIO(done.stdout))]
    assert probabilities == model.predict_proba([[0.0, 1.0], [0.25, -2.0]]).tolist()


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        pytest.param(("0.5", "0.75"), (0.5, 0.75), id="decimals"),
        pytest.param(("-0.5", "-3"), (-0.5, -3.0), id="negative"),
        pytest.param(("-.5", "-1e-3"), (-0.5, -0.001), id="negative, in other ways"),
        pytest.param(("0,5", "0,75"), (0.5, 0.75), id="decimal commas"),
        pytest.param(("-1E2", "+2", "--probabilities"), (-100.0, 2.0), id="before an option"),
        pytest.param(("--", "-1", "2"), (-1.0, 2.0), id="after --"),
    ],
)
def test_a_point_may_be_typed(folder, model, typed, point):
    done = command("predict", "weights.npz", *typed, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    [row] = csv.DictReader(io.StringIO(done.stdout))
    [probabilities] = model.predict_proba([point])
    assert (float(row["x"]), float(row["y"])) == point
    assert float(row["probability"]) == probabilities.max()
    assert row["curve"] == f"y = {model.polynomials[probabilities.argmax()]}"


def test_the_columns_named_like_the_axes_of_the_networks_points_are_read(tmp_path, monkeypatch, capsys):
    data = pc.PointSet([[0, 0], [1, 2]], [0, 1], axes=("width", "height"))
    pc.start(pc.Experiment(data=data, hidden=(2,))).best.save(tmp_path / "own.npz")
    (tmp_path / "own.csv").write_text("height;width;note\n1,5;2;\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["predict", "own.npz", "own.csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("2.0,1.5,")


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(("0.5", "high"), id="a word"),
        pytest.param(("nan", "1"), id="no number"),
        pytest.param(("1e300", "1"), id="too far"),
        pytest.param(("1e308", "1e308"), id="as far as can be"),
        pytest.param(("0\n1", "2"), id="more than a number"),
        pytest.param(("1", "2", "3"), id="three numbers"),
        pytest.param(("points.csv", "points.csv"), id="two tables"),
    ],
)
def test_what_is_neither_a_point_nor_a_table_is_wrong_usage(folder, typed):
    done = command("predict", "weights.npz", *typed, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    expected = "a CSV file, or x and y of a point, such as 0.5 0.75, each at most 1e12 in size"
    assert f"expected {expected}" in one_line(done)


def test_a_reader_that_goes_is_no_error(folder):
    # more than a pipe holds, so that the command still writes when the reader has gone
    points = np.column_stack([np.linspace(-1, 1, 20_000), np.zeros(20_000)])
    (folder / "many.csv").write_text(points_to_csv(points), encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, "predict", "weights.npz", "many.csv"],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"x,y,prediction,probability,curve,distance\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141


@pytest.mark.parametrize(
    ("points", "says"),
    [
        pytest.param("x,y\n1\n", "points.csv: line 2: got 1 field; expected 2, as in", id="one number"),
        pytest.param("", "points.csv: the file is empty", id="nothing"),
        pytest.param("x,y\n1,\x1b[2J\n", "'\\x1b[2J'", id="an escape"),
    ],
)
def test_a_table_that_is_refused_is_reported_on_one_line(folder, monkeypatch, capsys, points, says):
    (folder / "points.csv").write_text(points, encoding="utf-8")
    monkeypatch.chdir(folder)
    assert main(["predict", "weights.npz", "points.csv"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    [line] = shown.err.splitlines()
    assert says in line
    assert line.isprintable()


def test_a_file_that_is_not_a_weight_file_is_named(folder):
    done = command("predict", "experiment.json", "points.csv", folder=folder)
    assert done.returncode == 1
    assert one_line(done).startswith("polycore: experiment.json: ")


def test_a_missing_table_is_named(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["predict", "weights.npz", "nowhere.csv"]) == 1
    assert "nowhere.csv cannot be read: No such file" in capsys.readouterr().err
    assert main(["predict", "weights.npz", ""]) == 1
    assert "the points '' cannot be read: No such file" in capsys.readouterr().err
    assert main(["predict", "weights.npz", "0.5,0.75"]) == 1
    assert "Give a CSV file, or x and y of a point, such as 0.5 0.75" in capsys.readouterr().err


def test_the_table_with_probabilities_is_the_other_one_with_more_columns(model):
    points = np.array([[0.0, 1.0], [0.5, 0.75]])
    short = predictions_to_csv(model, points).splitlines()
    long = probabilities_to_csv(model, points).splitlines()
    assert long[0] == f"{short[0]},p0,p1"
    assert all(one.startswith(f"{other},") for one, other in zip(long, short, strict=True))
    sums = [sum(map(float, line.split(",")[-2:])) for line in long[1:]]
    assert sums == pytest.approx([1, 1], abs=1e-15)


def test_a_model_that_knows_no_polynomials_names_none(model):
    nameless = pc.Model(model.weights, model.biases, model.loss, model.accuracy, polynomials=())
    points, _ = points_from_csv("x,y\n0,1\n")
    assert probabilities_to_csv(nameless, points).splitlines()[0] == "x,y,prediction,probability,p0,p1"
