"""Points of the user's own in a link."""

import base64
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from polycore.links import link
from polycore.links.compact_points import points_from, points_text
from polycore.links.compact_weights import compact
from polycore.links.snippet import numpy_snippet, script
from tests.experiments import experiments
from tests.runs import OWN, POINTS

DRAWN = pc.PointSet([[0.5, -0.25], [1, 2], [-3, 0.125]], ["a", "b", "a"])


def by_hand(kind, head, names, labels, body):
    """Return a text with a true checksum around these parts."""
    data = zlib.compress(head + b"".join(name + b"\0" for name in names) + bytes(labels) + body)
    packed = base64.urlsafe_b64encode(data).decode().rstrip("=")
    checksum = base64.urlsafe_b64encode((zlib.crc32(packed.encode()) % 2**24).to_bytes(3, "big")).decode()
    return kind + checksum + packed


def planes(numbers, form):
    """Return the lowest bytes of the packed numbers, then the next ones, and so on."""
    packed = [struct.pack(form, number) for number in numbers]
    return b"".join(bytes(column) for column in zip(*packed, strict=True))


# in thousandths: x of all points, then y of all points
SOUND = by_hand(
    "i",
    struct.pack("<HBb", 3, 2, 3),
    [b"a", b"b"],
    [0, 1, 0],
    planes([500, 1000, -3000, -250, 2000, 125], "<i"),
)


def test_a_text_made_by_hand_from_the_description_opens_for_ever():
    assert points_from(SOUND) == DRAWN


def test_its_exact_kind_too():
    body = planes([0.1, 1 / 3, 1e-300, -2.5, 1e6, 7], "<d")
    text = by_hand("f", struct.pack("<HBb", 3, 2, 0), ["ä".encode(), b"b"], [1, 0, 1], body)
    assert points_from(text) == pc.PointSet([[0.1, -2.5], [1 / 3, 1e6], [1e-300, 7]], [1, 0, 1], ("ä", "b"))


@given(
    points=st.lists(
        st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)),
        min_size=2,
        max_size=300,
        unique_by=tuple,
    ),
    digits=st.integers(0, 3),
    names=st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=24, unique=True),
)
def test_every_set_survives(points, digits, names):
    labels = np.arange(len(points)) % len(names)
    try:
        data = pc.PointSet(np.array(points) / 10**digits, labels, names)
    except pc.PolycoreError:
        return
    text = points_text(data)
    assert text[0] == "i"
    assert points_from(text) == data


@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_digits_the_points_have(seed):
    rng = np.random.default_rng(seed)
    data = pc.PointSet(rng.normal(size=(20, 2)) * 10 ** rng.uniform(-2, 5, size=2), np.arange(20) % 3)
    assert points_from(points_text(data)) == data


def test_three_hundred_drawn_points_leave_room_for_a_network():
    rng = np.random.default_rng(0)
    drawn = pc.PointSet(rng.integers(-500, 501, (300, 2)) / 500, rng.integers(4, size=300))
    assert len(points_text(drawn)) < 1_800
    exact = pc.PointSet(rng.normal(size=(300, 2)), rng.integers(4, size=300))
    assert len(points_text(exact)) < 6_500


def test_more_than_three_hundred_are_refused():
    rng = np.random.default_rng(0)
    many = pc.PointSet(rng.normal(size=(301, 2)), np.arange(301) % 2)
    with pytest.raises(pc.PolycoreError, match="points: got 301; expected at most 300"):
        points_text(many)
    with pytest.raises(pc.PolycoreError, match="points: got 301"):
        link.to_query(OWN.on_points(many))


HEAD = struct.pack("<HBb", 3, 2, 3)
BODY = planes([500, 1000, -3000, -250, 2000, 125], "<i")
BAD = {
    "nothing": ("", "an empty text"),
    "spaces": (SOUND + " ", "characters outside"),
    "another kind": ("x" + SOUND[1:], "unknown encoding, x"),
    "a character less": (SOUND[:-1], "damaged"),
    "a character more": (SOUND + "A", "damaged"),
    "only a kind": ("i", "damaged|unpacked"),
    "no class": (by_hand("i", struct.pack("<HBb", 3, 0, 3), [], [0, 0, 0], BODY), "names: got 0"),
    "a class without its name": (
        by_hand("i", struct.pack("<HBb", 3, 3, 3), [b"a", b"b"], [0, 1, 0], BODY),
        "length",
    ),
    "a class without a point": (by_hand("i", HEAD, [b"a", b"b"], [0, 0, 0], BODY), "no point of class 1"),
    "a point of no class": (by_hand("i", HEAD, [b"a", b"b"], [0, 1, 2], BODY), "labels: got"),
    "two equal names": (by_hand("i", HEAD, [b"a", b"a"], [0, 1, 0], BODY), "got 'a' twice"),
    "a name of control characters": (by_hand("i", HEAD, [b"a", b"\x1b"], [0, 1, 0], BODY), "names"),
    "a name that is not text": (by_hand("i", HEAD, [b"a", b"\xff"], [0, 1, 0], BODY), "not valid text"),
    "a point less": (by_hand("i", HEAD, [b"a", b"b"], [0, 1], BODY[:16]), "length"),
    "a point more": (by_hand("i", HEAD, [b"a", b"b"], [0, 1, 0], BODY + bytes(9)), "length"),
    "seven digits": (by_hand("i", struct.pack("<HBb", 3, 2, 7), [b"a", b"b"], [0, 1, 0], BODY), "length"),
    "digits below 0": (by_hand("i", struct.pack("<HBb", 3, 2, -1), [b"a", b"b"], [0, 1, 0], BODY), "length"),
    "numbers that are none": (
        by_hand("f", HEAD, [b"a", b"b"], [0, 1, 0], planes([np.nan] * 6, "<d")),
        r"points, row 0: got \[nan, nan\]",
    ),
    "numbers that are too large": (
        by_hand("i", struct.pack("<HBb", 3, 2, 0), [b"a", b"b"], [0, 1, 0], planes([2**31 - 1] * 6, "<i")),
        "points, row 0",
    ),
    "equal points": (
        by_hand("i", HEAD, [b"a", b"b"], [0, 1, 0], planes([1] * 6, "<i")),
        "standard deviation",
    ),
    "a megabyte of zeros": (by_hand("i", HEAD, [b"a", b"b"], [], bytes(1 << 20)), "do not unpack"),
}


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_a_damaged_text_is_named_and_the_link_opens_with_polynomials(text, says):
    with pytest.raises(pc.PolycoreError, match=says):
        points_from(text)
    opened = link.from_query({**link.to_query(OWN), "points": text})
    [problem] = opened.problems
    assert problem.startswith("points: ")
    assert problem.endswith("The link opens with polynomials instead.")
    assert opened.experiment.data is None
    assert opened.experiment.steps == OWN.steps


def test_a_bomb_is_not_unpacked():
    packed = base64.urlsafe_b64encode(zlib.compress(bytes(8 << 20), 9)).decode().rstrip("=")
    assert len(packed) < link.LONGEST_PART
    with pytest.raises(pc.PolycoreError):
        points_from("iAAAA" + packed)


@given(experiment=experiments, seed=st.integers(0, 99))
def test_a_link_of_points_has_every_setting(experiment, seed):
    rng = np.random.default_rng(seed)
    data = pc.PointSet(rng.integers(-9, 10, (50, 2)), np.arange(50) % 3)
    own = experiment.on_fixed_samples().on_points(data, 0.3)
    query = link.to_query(own)
    assert not {"polynomials", "samples", "range", "noise", "sampling", "growing_batches"} & set(query)
    opened = link.from_query(query)
    assert (opened.experiment, opened.problems) == (own, ())
    assert link.experiment_of(query) == own


def test_parts_about_samples_do_not_matter_beside_points():
    query = {**link.to_query(OWN), "polynomials": "x~2x", "noise": "3"}
    assert link.from_query(query).experiment == OWN


def test_a_link_of_points_may_have_their_network():
    run = pc.advance(pc.start(OWN), 60)
    words = compact(run.best, OWN, 4000)
    opened = link.from_query({**link.to_query(OWN), "weights": words})
    assert opened.model.classes == POINTS.names
    assert opened.model.accuracy == run.best.accuracy
    assert opened.model.experiment_on(POINTS) == OWN


def test_a_rounded_network_of_points_answers_as_before():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 2)).round(2)
    data = pc.PointSet(points, (points[:, 0] * points[:, 1] > 0).astype(int))
    experiment = pc.Experiment(data=data, hidden=(32, 32), steps=300)
    run = pc.advance(pc.start(experiment), 300)
    words = compact(run.best, experiment, 3000)
    assert words[0] == "r"
    model = link.from_query({**link.to_query(experiment), "weights": words}).model
    assert (model.predict(points) == run.best.predict(points)).mean() > 0.99


NAMES = ('quote "', "back\\slash", "'''", "{brace}", "x = 1")


def test_programs_of_points_run_and_escape_the_names():
    data = pc.PointSet(np.arange(10).reshape(5, 2) % 7, [0, 1, 2, 3, 4], NAMES)
    run = pc.advance(pc.start(pc.Experiment(data=data, hidden=(8,), steps=30)), 30)
    names = {}
    exec(numpy_snippet(run.best), names)
    assert names["POLYNOMIALS"] == list(NAMES)
    assert names["predict_proba"](data.points) == pytest.approx(
        run.best.predict_proba(data.points), abs=1e-14
    )
    program = script(run.experiment)
    experiment = {}
    exec(program.split("run = ")[0], experiment)
    assert experiment["experiment"] == run.experiment
