"""The examples do what they say: their outputs are checked against arithmetic of other programs."""

import csv
import json
import re
import statistics
from collections import defaultdict

import numpy as np
import pytest
import scipy.stats
from PIL import Image
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

import polycore as pc
from tests.examples.programs import EXAMPLES, finished, printed

pytestmark = pytest.mark.slow  # each test starts a process


def softmax_of_relu(file, points):
    """Return the probabilities of a weight file of format 1 or 2, as docs/weight-file.md computes them."""
    with np.load(file) as arrays:
        values = np.asarray(points, dtype=float)
        layers = sum(name.startswith("weights_l") for name in arrays.files)
        for layer in range(1, layers + 1):
            values = values @ arrays[f"weights_l{layer}"] + arrays[f"biases_l{layer}"]
            if layer < layers:
                values = np.maximum(values, 0)
    return np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)


def test_train_and_plot(tmp_path):
    text = (EXAMPLES / "train_and_plot.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if re.match(r"[^#]", line)]) <= 24  # "about twenty lines"
    accuracy, best_possible = map(float, re.findall(r"([\d.]+)%", printed("train_and_plot.py", tmp_path)))
    # at every x the points of a curve are recognized up to half the distance to its neighbors: 0.93365, from
    # SciPy's normal distribution at 4,000 values of x
    assert best_possible == 93.4
    assert 90 < accuracy < 95  # 3,000 points determine a share to within half a percent
    page = (tmp_path / "train_and_plot.html").read_text(encoding="utf-8")
    assert page.count(f'"name":{json.dumps("p0 = x³ − 2x")}') == 2  # the curve, and its samples
    assert "data:image/png;base64," in page  # the map


def test_points_from_csv(tmp_path):
    with (EXAMPLES / "leaves.csv").open(encoding="utf-8", newline="") as file:
        leaves = list(csv.DictReader(file))
    trees = [leaf["tree"] for leaf in leaves]
    first, held_out, *answers = printed("points_from_csv.py", tmp_path).splitlines()
    names = list(dict.fromkeys(trees))
    assert first == f"{len(leaves)} leaves: {', '.join(names)}"

    # of a fifth of the leaves, 36, a whole number is classified correctly
    share = float(re.search(r"([\d.]+)%", held_out)[1])
    count = len(leaves) // 5
    assert share in [round(100 * correct / count, 1) for correct in range(count + 1)]
    # normal distributions were fitted to the leaves by scikit-learn, and they were drawn from such
    points = np.array([[float(leaf["width"]), float(leaf["length"])] for leaf in leaves])
    normal = QuadraticDiscriminantAnalysis().fit(points, trees)
    assert share / 100 == pytest.approx(normal.score(points, trees), abs=3 * (0.05 * 0.95 / count) ** 0.5)

    assert len(answers) == 2
    for answer in answers:
        point, shares = answer.split(": ")
        size = [float(number) for number in re.findall(r"[\d.]+", point)]
        [expected] = softmax_of_relu(tmp_path / "leaves.npz", [size])
        reported = dict(re.findall(r"(\w+) ([\d.]+)%", shares))
        assert list(reported) == names
        assert [float(one) / 100 for one in reported.values()] == pytest.approx(expected, abs=0.0006)
        assert names[expected.argmax()] == normal.predict([size])[0]
    assert all(name in (tmp_path / "leaves.html").read_text(encoding="utf-8") for name in names)


def test_continue_and_film(tmp_path):
    *losses, film = printed("continue_and_film.py", tmp_path).splitlines()
    reported = [re.fullmatch(r"step (\d+): loss ([\d.]+) nats", line).groups() for line in losses]
    assert [int(step) for step, _ in reported] == [200, 400, 800]
    assert film == "film.gif shows steps 0 to 800"

    # the run that never stopped is as good at step 400
    experiment = pc.Run.load(tmp_path / "today.npz").experiment
    whole = pc.advance(pc.start(experiment), 400)
    assert reported[1][1] == f"{whole.best.loss:.4f}"
    points, labels = experiment.training_set()
    right = softmax_of_relu(tmp_path / "weights.npz", points)[np.arange(len(labels)), labels]
    assert float(reported[2][1]) == pytest.approx(-np.log(right).mean(), abs=0.00006)
    assert float(reported[2][1]) < float(reported[1][1]) < float(reported[0][1])

    with Image.open(tmp_path / "film.gif") as picture:
        assert (picture.format, picture.size) == ("GIF", (640, 320))
        assert 10 < picture.n_frames <= 48


def test_sweep_on_dask(tmp_path):
    done = finished("sweep_on_dask.py", tmp_path)
    assert done.returncode == 0, done.stderr  # on a busy machine Dask logs that its workers are slow to end
    lines = done.stdout.splitlines()
    assert lines[:18] == [f"{count} of 18 runs" for count in range(1, 19)]
    names, *settings = [line.split() for line in lines[18:]]
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        runs = list(csv.DictReader(file))
    assert len({(run["hidden"], run["learning_rate"], run["seed"]) for run in runs}) == len(runs) == 18

    accuracies = defaultdict(list)
    for run in runs:
        key = run["hidden"], float(run["learning_rate"])
        accuracies[key].append(float(run["held_out_accuracy"]))
    assert len(settings) == len(accuracies) == 6
    for setting in settings:
        row = dict(zip(names, setting, strict=True))
        seeds = accuracies[row["hidden"], float(row["learning_rate"])]
        mean, deviation = statistics.mean(seeds), statistics.stdev(seeds)
        low, high = scipy.stats.t.interval(0.95, len(seeds) - 1, mean, deviation / len(seeds) ** 0.5)
        reported = [float(row[name]) for name in ("held_out_accuracy", "low", "high")]
        assert reported == pytest.approx([mean, max(low, 0), min(high, 1)], abs=1e-6)
    best = pc.Model.load(tmp_path / "best.npz")
    assert best.held_out_accuracy == pytest.approx(max(map(max, accuracies.values())), abs=1e-12)
