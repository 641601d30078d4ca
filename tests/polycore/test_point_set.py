"""Points of the user's own: what is allowed, how they are divided, and experiments on them."""

import hashlib
import io
import json
import pickle
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from polycore import figures
from polycore.links import link
from polycore.links.compact_points import points_from, points_text
from polycore.points.point_set import summary_of
from polycore.points.split import held_out_count, split, training_count
from tests.runs import KINDS, OWN, POINTS, TINY

SQUARE = [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_labels_are_indices_or_names():
    by_index = pc.PointSet(SQUARE, [0, 1, 1, 0], ("even", "odd"))
    by_name = pc.PointSet(SQUARE, ["even", "odd", "odd", "even"])
    assert by_index == by_name
    assert hash(by_index) == hash(by_name)
    assert by_index.names == ("even", "odd")
    assert by_name.labels.tolist() == [0, 1, 1, 0]


def test_names_are_numbered_as_they_first_appear_or_as_given():
    labels = ["b", "a", "b", "a"]
    assert pc.PointSet(SQUARE, labels).names == ("b", "a")
    ordered = pc.PointSet(SQUARE, labels, ("a", "b"))
    assert (ordered.names, ordered.labels.tolist()) == (("a", "b"), [1, 0, 1, 0])
    assert pc.PointSet(SQUARE, [0, 1, 2, 0]).names == ("class 0", "class 1", "class 2")


def test_labels_of_a_frame_that_look_alike_are_one_class():
    frame = pd.DataFrame({"x": [0, 1, 2], "y": [1, 0, 5], "label": ["caf\u00e9", "the", "cafe\u0301"]})
    assert pc.PointSet.from_frame(frame).names == ("caf\u00e9", "the")


def test_names_of_a_stored_run_stay_as_they_are():
    names = ("caf\u00e9", "cafe\u0301")
    points = pc.PointSet(SQUARE, [0, 1, 1, 0], names)
    experiment = pc.Experiment(data=points, hidden=(2,), steps=1)
    file = io.BytesIO()
    pc.start(experiment).save(file)
    file.seek(0)
    assert pc.Run.load(file).experiment.data.names == names
    assert pc.Experiment.from_json(experiment.to_json()) == experiment
    assert link.from_query(link.to_query(experiment)).experiment == experiment


def test_sets_of_other_points_labels_or_names_are_different():
    plain = pc.PointSet(SQUARE, [0, 1, 1, 0])
    assert plain != pc.PointSet([[0, 0], [0, 1], [1, 0], [1, 2]], [0, 1, 1, 0])
    assert plain != pc.PointSet(SQUARE, [0, 1, 0, 0])
    assert plain != pc.PointSet(SQUARE, [0, 1, 1, 0], ("a", "b"))
    assert plain != "points"


def test_the_arrays_are_copies_that_cannot_be_written():
    points = np.array(SQUARE, dtype=float)
    own = pc.PointSet(points, [0, 1, 1, 0])
    points[0] = 7
    assert own.points[0].tolist() == [0, 0]
    for one in (own, pickle.loads(pickle.dumps(own))):
        assert not one.points.flags.writeable
        assert not one.labels.flags.writeable
    assert (own.points.dtype, own.labels.dtype) == (np.float64, np.int64)


def test_the_sha256_is_that_of_the_documented_bytes():
    own = pc.PointSet([[-0.0, 1.5], [2, -3]], ["a", "b"])
    data = struct.pack("<4d", 0.0, 1.5, 2, -3) + struct.pack("<2q", 0, 1)
    assert own.sha256 == hashlib.sha256(data).hexdigest()


def test_columns_of_a_data_frame_become_points():
    frame = pd.DataFrame({"w": [0.0, 1.0, 2.0], "h": [1, 2, 0], "kind": ["a", "b", "a"], "x": [9, 9, 9]})
    assert pc.PointSet.from_frame(frame, "w", "h", "kind") == pc.PointSet(
        [[0, 1], [1, 2], [2, 0]], ["a", "b", "a"]
    )
    with pytest.raises(pc.PolycoreError, match="frame: got the columns 'w', 'h', 'kind', 'x'; expected one"):
        pc.PointSet.from_frame(frame)


def test_a_table_becomes_points():
    assert pc.PointSet.from_csv("x,y,label\n0,0,a\n1,2,b\n") == pc.PointSet([[0, 0], [1, 2]], ["a", "b"])


TWO = [[0.0, 0.0], [1.0, 1.0]]
NUMBERS = [str(number) for number in range(25)]


@pytest.mark.parametrize(
    ("points", "labels", "names", "message"),
    [
        ([[0, 0]], [0], None, "points: got 1; expected 2 to 20,000"),
        (np.zeros((20_001, 2)), np.zeros(20_001, int), None, "points: got 20,001; expected 2 to 20,000"),
        ([0, 1], [0, 1], None, r"points: got shape \(2,\); expected \(N, 2\)"),
        ([[0, 0], [1]], [0, 1], None, "points: got a value that is not an array"),
        ([["0", "1"], ["1", "2"]], [0, 1], None, "points: got type str"),
        ([[0, 0], [1, np.nan]], [0, 1], None, r"points, row 1: got \[1.0, nan\]"),
        ([[0, 0], [1, np.inf]], [0, 1], None, "points, row 1"),
        ([[0, 0], [1, 1.1e6]], [0, 1], None, "points, row 1: got .* of size at most 1e[+]06"),
        (
            [[0, 0], [0.001, 1]],
            [0, 1],
            None,
            "got x with a standard deviation of 0.0005; expected",
        ),
        ([[0, 1000], [1, 1001]], [0, 1], None, "got y with a standard deviation of 0.5; expected at least 1"),
        (
            TWO,
            [[0], [0, 1]],
            None,
            "labels: .* not an array .*; expected rows of equal length",
        ),
        (TWO, [0], None, r"labels: got shape \(1,\); expected \(2,\)"),
        (TWO, [0, -1], None, "labels: got -1 to 0; expected 0 to at most 23"),
        (TWO, [0, 24], None, "labels: got 0 to 24; expected 0 to at most 23"),
        (TWO, [0, 2], None, "labels: got no point of class 1, 'class 1'"),
        (TWO, [0, 0], None, "names: got 1; expected 2 to 24"),
        (TWO, [0.0, 1.0], None, "labels, row 0: got 0.0; expected whole numbers for all, or texts"),
        (TWO, [None, "a"], None, "labels, row 0: got None"),
        (TWO, ["a", "c"], ("a", "b"), "labels, row 1: got 'c'; expected one of the names"),
        (TWO, [0, 1], ("a", "b", "c"), "labels: got no point of class 2, 'c'"),
        (TWO, [0, 2], ("a", "b"), "labels: got 2; expected at most 1"),
        (TWO, [0, 1], ("a", "a"), "names: got 'a' twice; expected different names"),
        (TWO, [0, 1], "ab", "names: got a str"),
        (TWO, [0, 1], 2, "names: got an int"),
        (TWO, [0, 1], ("a", 2), r"names\[1\]: got 2; expected 1 to 40 printable"),
        (TWO, [0, 1], ("a", ""), r"names\[1\]: got ''"),
        (TWO, [0, 1], ("a", " b"), r"names\[1\]: got ' b'"),
        (TWO, [0, 1], ("a", "b" * 41), r"names\[1\]: got 'b"),
        (TWO, [0, 1], ("a", "b\n"), r"names\[1\]: got 'b\\n'"),
        (TWO, [0, 1], NUMBERS, "names: got 25; expected 2 to 24"),
    ],
)
def test_what_is_not_allowed_is_said(points, labels, names, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.PointSet(points, labels, names)


def test_a_fifth_of_each_class_is_held_out():
    labels = np.repeat([0, 1, 2], [100, 50, 10])
    points = np.random.default_rng(0).normal(size=(160, 2))
    experiment = pc.Experiment(data=pc.PointSet(points, labels))
    training, held_out = experiment.training_set(), experiment.held_out_set()
    assert np.bincount(training[1]).tolist() == [80, 40, 8]
    assert np.bincount(held_out[1]).tolist() == [20, 10, 2]
    both = np.concatenate([training[0], held_out[0]])
    assert sorted(map(tuple, both)) == sorted(map(tuple, points))
    assert replace(experiment, seed=1).held_out_set()[0].tolist() != held_out[0].tolist()


@pytest.mark.parametrize(
    ("count", "share", "expected"),
    [
        (1, 0.5, 0),
        (2, 0.2, 0),
        (2, 0.5, 1),
        (3, 0.05, 1),
        (4, 0.2, 1),
        (10, 0.2, 2),
        (3, 0.5, 2),
        (1000, 0.35, 350),
    ],
)
def test_a_class_keeps_a_point_and_one_of_three_is_held_out(count, share, expected):
    assert held_out_count(count, share) == expected


def test_points_that_cannot_be_spared_stand_in_for_held_out_ones():
    experiment = pc.Experiment(data=pc.PointSet(TWO, [0, 1]), hidden=(4,), steps=50)
    for one, other in zip(experiment.training_set(), experiment.held_out_set(), strict=True):
        assert one.tolist() == other.tolist()
    run = pc.advance(pc.start(experiment), 50)
    assert run.current.accuracy == run.current.held_out_accuracy == 1


@given(
    counts=st.lists(st.integers(1, 30), min_size=2, max_size=24),
    share=st.floats(0.05, 0.5),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_point_is_in_one_part(counts, share, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    points = np.column_stack([np.arange(len(labels)), -np.arange(len(labels))])
    own = pc.PointSet(points, labels)
    training, held_out = split(own, share, seed)
    assert len(training[0]) == training_count(own, share)
    assert set(training[1].tolist()) == set(range(len(counts)))
    if len(training[0]) < len(own):
        assert sorted([*training[0][:, 0], *held_out[0][:, 0]]) == list(range(len(own)))


def test_an_experiment_on_points_has_no_polynomials():
    assert (OWN.polynomials, OWN.class_count, OWN.class_names) == ((), 2, POINTS.names)
    assert OWN.widths == (2, 4, 2)
    assert pc.Experiment(data=POINTS, polynomials=pc.TUTORIAL_POLYNOMIALS).polynomials == ()
    assert replace(OWN, steps=5).data == POINTS
    assert pc.Experiment.recommended().on_points(POINTS, 0.3).held_out_share == 0.3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"polynomials": TINY.polynomials}, "polynomials: got 2 together with data"),
        (
            {"samples_per_class": None},
            "samples_per_class: got None together with data",
        ),
        ({"x_range": (0, 1)}, "x_range: got .* together with data"),
        ({"noise": 0.1}, "noise: got 0.1 together with data"),
        ({"sampling": "even"}, "sampling: got 'even' together with data"),
        ({"growing_batches": True}, "growing_batches: got True together with data"),
        ({"data": None, "held_out_share": 0.3}, "held_out_share: got 0.3 without data"),
        ({"held_out_share": 0.6}, "held_out_share: got 0.6; expected a number from 0.05 to 0.5"),
        ({"data": TWO}, "data: got a list; expected a PointSet"),
        ({"optimizer": "lbfgs", "batch_size": 8}, "batch_size: got 8 of .* samples for the optimizer lbfgs"),
        ({"data": None, "polynomials": ()}, "polynomials: got 0; expected 2 to 24"),
    ],
)
def test_what_contradicts_own_points_is_said(fields, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.Experiment(**{"data": POINTS, **fields})


def test_json_holds_three_hundred_points():
    assert pc.Experiment.from_json(OWN.to_json()) == OWN
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(301, 2)), np.arange(301) % 24
    most = pc.Experiment(data=pc.PointSet(points[:300], labels[:300]))
    assert pc.Experiment.from_json(most.to_json()) == most
    with pytest.raises(pc.PolycoreError, match=r"data: got 301 points; .*run\.save"):
        pc.Experiment(data=pc.PointSet(points, labels)).to_json()


def test_without_points_the_json_is_as_before():
    assert not {"data", "held_out_share"} & set(TINY.to_dict())
    assert TINY.summary() == TINY.to_dict()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "data: got a list; expected an object"),
        ({}, "data: got an object with other fields"),
        ({"points": TWO, "labels": [0, 1]}, "other fields"),
        (
            {"count": 2, "sha256": "0" * 64, "names": ["a", "b"]},
            "expected the points",
        ),
        ({"points": "ab", "labels": [0, 1], "names": ["a", "b"]}, "data: got other values"),
        ({"points": [[0, 0], [1, True]], "labels": [0, 1], "names": ["a", "b"]}, "data: got other values"),
        ({"points": TWO, "labels": [0, 1.0], "names": ["a", "b"]}, "data: got other values"),
        ({"points": TWO, "labels": [0, 1], "names": ["a", None]}, "data: got other values"),
        ({"points": TWO, "labels": [0, 5], "names": ["a", "b"]}, "labels: got 5"),
        (
            {"points": [[0, 0], [0, 0]], "labels": [0, 1], "names": ["a", "b"]},
            "got x with a standard deviation",
        ),
    ],
)
def test_other_points_in_json_are_refused(data, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.Experiment.from_dict({"data": data})


def test_a_model_of_own_points_knows_its_classes_and_not_the_points(tmp_path):
    run = pc.advance(pc.start(OWN), 10)
    run.best.save(tmp_path / "own.npz")
    model = pc.Model.load(tmp_path / "own.npz")
    assert (model.classes, model.class_names, model.polynomials) == (POINTS.names, POINTS.names, ())
    assert model.predict_proba(POINTS.points).tobytes() == run.best.predict_proba(POINTS.points).tobytes()
    assert model.experiment is None
    assert model.experiment_on(POINTS) == OWN
    assert model.experiment_on(pc.PointSet(TWO, POINTS.names)) is None
    with np.load(tmp_path / "own.npz") as file:
        text = file["metadata"].item()
    assert '"format":2' in text
    assert POINTS.sha256 in text
    assert '"points"' not in text


def test_a_class_has_a_polynomial_or_a_name():
    model = pc.start(OWN).current
    named = model.with_polynomials(pc.INTRODUCTION_POLYNOMIALS)
    assert (named.classes, named.class_names) == ((), ("-x^2 + 1", "x^3 - 2"))
    with pytest.raises(pc.PolycoreError, match="classes: got names together with polynomials"):
        replace(named, classes=("a", "b"))
    with pytest.raises(pc.PolycoreError, match="classes: got 3 names for 2 classes"):
        replace(model, classes=("a", "b", "c"))
    with pytest.raises(pc.PolycoreError, match="classes: got 'a' twice"):
        replace(model, classes=("a", "a"))
    assert replace(model, classes=()).class_names == ("class 0", "class 1")


def test_twelve_named_classes_are_not_the_tutorials(tmp_path):
    points = np.random.default_rng(0).normal(size=(24, 2))
    names = [f"kind {number}" for number in range(12)]
    run = pc.start(pc.Experiment(data=pc.PointSet(points, np.arange(24) % 12, names)))
    run.best.save(tmp_path / "twelve.npz")
    assert pc.Model.load(tmp_path / "twelve.npz").class_names == tuple(names)


def test_the_moons_are_learned():
    # two half circles, each around the end of the other: no straight line parts them
    angles = np.linspace(0, np.pi, 100)
    upper = np.column_stack([np.cos(angles), np.sin(angles)])
    lower = np.column_stack([1 - np.cos(angles), 0.5 - np.sin(angles)])
    moons = pc.PointSet(np.concatenate([upper, lower]), np.repeat(["upper", "lower"], 100))
    experiment = pc.Experiment(data=moons, hidden=(16,), steps=500)
    run = pc.advance(pc.start(experiment), 500)
    assert run.best.held_out_accuracy == 1
    assert run.best.predict([[0, 1], [1, -0.5]]).tolist() == [0, 1]


def test_every_kind_has_points_of_its_own_among_the_tests():
    assert [kind for kind in KINDS if KINDS[kind].data is not None] == ["own points", "own points in batches"]


# --- the names of the axes --------------------------------------------------------------------


ROWS = [[0.0, 1.0], [2.0, 3.0], [5.0, 1.0]]
MEASURED = pc.PointSet(ROWS, [0, 1, 1], ("a", "b"), ("width", "<b>height</b>"))
PLAIN = pc.PointSet(ROWS, [0, 1, 1], ("a", "b"))


@pytest.mark.parametrize(
    ("header", "axes"),
    [
        pytest.param("width,height,kind\n", ("width", "height"), id="a header"),
        pytest.param("", ("x", "y"), id="no header"),
        pytest.param(f"{'w' * 60},height,kind\n", ("w" * 40, "height"), id="cut at forty"),
        pytest.param("wi\u202edth,height,kind\n", ("x", "height"), id="what cannot be seen"),
        pytest.param("size,size,kind\n", ("x", "y"), id="the same twice"),
    ],
)
def test_the_axes_have_the_names_of_a_tables_columns(header, axes):
    assert pc.PointSet.from_csv(f"{header}0,1,a\n2,3,b\n5,1,b\n").axes == axes


def test_the_axes_have_the_names_of_a_frames_columns():
    frame = pd.DataFrame({"kind": ["a", "b", "b"], "height": [1.0, 3, 1], "width": [0.0, 2, 5]})
    assert pc.PointSet.from_frame(frame, "width", "height", "kind").axes == ("width", "height")


@pytest.mark.parametrize("axes", ["xy", ("x",), ("x", "x"), ("x", ""), ("x", " y"), ("x", "a\nb"), 3, (1, 2)])
def test_what_cannot_name_axes_is_refused(axes):
    with pytest.raises(pc.PolycoreError, match=r"^axes: got .*; expected two different texts"):
        pc.PointSet(ROWS, [0, 1, 1], axes=axes)


def test_sets_are_equal_whatever_their_axes_are_called():
    assert MEASURED == PLAIN
    assert (hash(MEASURED), MEASURED.sha256) == (hash(PLAIN), PLAIN.sha256)


def test_the_names_of_axes_travel_in_every_form(tmp_path):
    experiment = pc.Experiment(data=MEASURED, hidden=(2,), steps=3)
    run = pc.advance(pc.start(experiment), 3)
    run.save(tmp_path / "run.npz")
    run.best.save(tmp_path / "model.npz")
    assert pickle.loads(pickle.dumps(MEASURED)).axes == MEASURED.axes
    assert pc.Experiment.from_json(experiment.to_json()).data.axes == MEASURED.axes
    assert points_from(points_text(MEASURED)).axes == MEASURED.axes
    assert pc.Run.load(tmp_path / "run.npz").experiment.data.axes == MEASURED.axes
    model = pc.Model.load(tmp_path / "model.npz")
    assert model.axes == MEASURED.axes
    assert model.experiment_on(PLAIN) == experiment  # the same table without its header


def test_points_without_names_of_axes_are_written_as_before():
    assert "axes" not in pc.Experiment(data=PLAIN).to_json()
    assert "axes" not in json.dumps(pc.Experiment(data=PLAIN).summary())
    assert points_from(points_text(PLAIN)).axes == ("x", "y")
    assert pc.start(pc.Experiment(data=PLAIN)).best.axes == ("x", "y")


@pytest.mark.parametrize("axes", [["x"], ["x", "x"], ["x", 3], "xy", None, ["a", "b", "c"]])
def test_axes_in_a_file_that_are_no_names_are_refused(axes):
    values = json.loads(pc.Experiment(data=MEASURED).to_json())
    values["data"]["axes"] = axes
    with pytest.raises(pc.PolycoreError):
        pc.Experiment.from_json(json.dumps(values))
    summary = {"count": 3, "sha256": MEASURED.sha256, "names": ["a", "b"], "axes": axes}
    with pytest.raises(pc.PolycoreError):
        summary_of(summary)


def test_figures_of_points_name_the_axes_and_escape_the_names():
    model = pc.start(pc.Experiment(data=MEASURED, hidden=(2,))).best
    for figure in (
        figures.map_of(model),
        figures.samples_figure(MEASURED.points, MEASURED.labels, MEASURED.names, MEASURED.axes),
    ):
        titles = figure.layout.xaxis.title.text, figure.layout.yaxis.title.text
        assert titles == ("width", "&lt;b&gt;height&lt;/b&gt;")
