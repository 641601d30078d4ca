"""The page of data: the samples that are drawn, and points that a user uploads."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from pages.data import samples
from pages.models import model_in_use
from pages.points import score, uploaded_points
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.uploads import UploadedPoints
from polycore import Experiment, Model, PointSet, PolycoreError, Polynomial, points_from_csv
from polycore.experiment.settings import SETTINGS
from polycore.limits import MAX_CLASSES
from tests.pages.browsing import metrics
from tests.pages.browsing import opened as browsed

PAGE = "pages/2_data.py"
UP, DOWN = Polynomial(1, 0), Polynomial(-1, 0)
TWO = Experiment(polynomials=(UP, DOWN), samples_per_class=3)
SAMPLES = SETTINGS["samples_per_class"].label


def opened(query=None, begun=None):
    return browsed(PAGE, query or {}, begun)


def now(page):
    assert not page.exception
    return page.session_state[session.KEY]


def entered(page, label, value):
    [box] = [box for box in page.number_input if box.label == label]
    box.set_value(value).run()
    return page


def refusal(page):
    return "\n".join(text.value for text in page.text)


def shown(page):
    return [element.value for kind in ("markdown", "caption", "info") for element in page.get(kind)]


def drawn(page):
    """Return how many points each trace of the plot has, by the trace's name; curves left out."""
    [chart] = [chart for chart in page.get("bidi_component") if "data.plot" in chart.proto.id]
    figure = json.loads(chart.proto.bytes)["figure"]
    markers = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    return [(trace["name"], number_count(trace["x"])) for trace in markers]


def number_count(values):
    return len(values) if isinstance(values, list) else len(values["bdata"]) * 3 // 4 // 8


def rows(page, *columns):
    [table] = [frame.value for frame in page.dataframe if "predicted" in frame.value]
    return table[list(columns)].values.tolist()


def uploaded(page, content, name="points.csv"):
    page.file_uploader[0].set_value((name, content, "text/csv")).run()
    return page


def signed_model():
    """Return a model whose logits are (x, -x): UP has probability 1 / (1 + e^(-2x))."""
    return Model(([[1.0, -1.0], [0.0, 0.0]],), ([[0.0, 0.0]],), 0.5, 0.9, (UP, DOWN))


UNNAMED = replace(signed_model(), polynomials=())  # as a file that does not say what it tells apart


def with_model(experiment=TWO, points=None):
    kept = Kept("Run 1", signed_model(), experiment)
    return Session(setup=Setup(experiment), models=KeptModels((kept,), kept.title), points=points)


# --- samples ----------------------------------------------------------------------------------


def test_a_cold_page_shows_the_recommended_data():
    page = opened()
    assert "**1,200**: 100 on each of 12 polynomials." in shown(page)
    assert samples.FRESH_POINTS in shown(page)
    assert [count for _, count in drawn(page)] == [100] * 12


def test_a_link_brings_its_data():
    page = opened({"polynomials": "x~-x", "samples": "7", "range": "-2..3", "noise": "0.25", "seed": "5"})
    boxes = {box.label: box.value for box in page.number_input}
    assert boxes == {SAMPLES: 7, "x from": -2, "x to": 3, "Noise": 0.25, "Seed": 5}
    assert not page.toggle[0].value
    assert drawn(page) == [("p0 = x", 7), ("p1 = −x", 7)]


def test_an_input_changes_the_set_up_and_the_link_at_once():
    page = opened(begun=Session(setup=Setup(TWO)))
    for label, value, field, found in (
        (SAMPLES, 5, "samples_per_class", 5),
        ("x from", -3.0, "x_range", (-3, 1)),
        ("Noise", 0.5, "noise", 0.5),
    ):
        before = dict(page.query_params)
        entered(page, label, value)
        assert getattr(now(page).experiment, field) == found
        assert dict(page.query_params) != before


def test_fresh_points_can_be_switched_on_and_off_again(in_session):
    in_session(Session(setup=Setup(TWO)))
    samples.FRESH.adopt(True)
    assert session.current().experiment == replace(TWO, samples_per_class=None)
    assert samples.FRESH.show()
    samples.FRESH.adopt(False)
    # a loss is measured on 100 points of each curve, which stay
    assert session.current().experiment == replace(TWO, samples_per_class=100)


def test_samples_come_back_as_fresh_points_are_switched_off_unless_their_number_was_refused():
    page = opened(begun=Session(setup=Setup(TWO)))

    def switched_on_and_off():
        page.toggle[0].set_value(True).run()
        assert now(page).experiment.samples_per_class is None
        assert not refusal(page)
        page.toggle[0].set_value(False).run()
        return now(page).experiment.samples_per_class

    assert switched_on_and_off() == 3
    entered(page, SAMPLES, -5)
    assert switched_on_and_off() == 100  # as many as the loss is measured on


def test_without_noise_the_samples_lie_on_their_polynomials():
    table = samples.table_of(TWO, *TWO.training_set())
    assert table["polynomial"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["y"].tolist() == pytest.approx((table["x"] * [1, 1, 1, -1, -1, -1]).tolist())
    assert table["formula"].tolist() == ["x"] * 3 + ["−x"] * 3


def test_a_new_seed_gives_other_samples():
    page = opened(begun=Session(setup=Setup(TWO)))
    page.button(key="data.new_seed").click().run()
    seed = now(page).experiment.seed
    assert {box.label: box.value for box in page.number_input}["Seed"] == seed
    assert (now(page).experiment.training_set()[0] != TWO.training_set()[0]).any()


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(90_000, "at most 1,000,000 samples", id="too many"),
        pytest.param(-5, "got -5; expected a whole number", id="none"),
    ],
)
def test_a_number_of_samples_that_is_refused_changes_nothing(in_session, count, expected):
    before = Session(setup=Setup(Experiment(samples_per_class=5)))
    in_session(before)
    with pytest.raises(PolycoreError, match=expected):
        samples.PER_CLASS.adopt(count)
    assert session.current() is before


def test_an_invalid_value_changes_nothing_and_stays_with_its_reason():
    page = entered(opened(begun=Session(setup=Setup(TWO))), "Noise", -0.5)
    assert "Noise: got -0.5; expected a number from 0" in refusal(page)
    assert now(page).experiment == TWO
    assert {box.label: box.value for box in page.number_input}["Noise"] == -0.5


def test_a_part_of_many_samples_is_drawn_and_listed():
    many = Experiment(polynomials=(UP, DOWN), samples_per_class=50_000)
    points, labels = many.training_set()
    table = samples.table_of(many, points, labels)
    assert table[["x", "y"]].values.tolist() == points[:2000].tolist()
    assert samples.notes_on(points) == ["The first 2,000 of 100,000; the file has all."]
    figure = samples.figure_of(many, points, labels, None, samples.SAMPLES)
    assert sum(count for _, count in drawn_in(figure)) == 3000


def test_the_download_holds_every_sample_with_every_digit(computed_files):
    opened(begun=Session(setup=Setup(TWO)))
    points, labels = points_from_csv(computed_files["polycore-samples.csv"]())
    expected_points, expected_labels = TWO.training_set()
    assert (points == expected_points).all()
    assert (labels == expected_labels).all()


def test_samples_too_large_for_a_file_are_reported_and_not_offered():
    # 10^6 · 1000^12 is 10^42
    wide = Experiment(polynomials=(Polynomial(1e6, *[0] * 12), UP), x_range=(-1000, 1000))
    page = opened(begun=Session(setup=Setup(wide)))
    assert samples.TOO_LARGE in shown(page)
    assert page.download_button[0].disabled


def test_every_control_says_what_it_is_for_if_a_wrong_guess_costs_something():
    page = opened(begun=with_model(points=UploadedPoints(np.ones((1, 2)), None)))
    kinds = ("number_input", "toggle", "button", "download_button", "file_uploader", "segmented_control")
    controls = [control for kind in kinds for control in page.get(kind)]
    assert len(controls) == 15
    assert [control.label for control in controls if not control.help] == [
        "x to",
        "Learn from",
        "Show",
    ]


# --- uploaded points -----------------------------------------------------------------------------


def test_uploaded_points_are_drawn_and_counted_and_wait_for_a_model():
    page = uploaded(opened(begun=Session(setup=Setup(TWO))), b"x,y\n0.5,3\n0.1,0.2\n")
    assert now(page).points.points.tolist() == [[0.5, 3], [0.1, 0.2]]
    assert drawn(page) == [("point", 2)]
    assert "**2 points** uploaded, without labels." in shown(page)
    assert uploaded_points.UNMEASURED in shown(page)
    page.segmented_control(key="data.shown.v0").set_value(samples.BOTH).run()
    assert drawn(page) == [("p0 = x", 3), ("p1 = −x", 3), ("point", 2)]


def read(*lines, polynomials=(UP, DOWN)):
    """Return the points of a file with these lines, uploaded while the set-up has `polynomials`."""
    table = "\n".join(["x,y,polynomial", *lines]).encode()
    return UploadedPoints.read(table, Experiment(polynomials=polynomials), ("x", "y"))


def drawn_in(figure):
    return [(trace["name"], len(trace["x"])) for trace in figure["data"] if trace["mode"] == "markers"]


def test_labeled_points_are_drawn_by_class_and_unknown_labels_reported():
    points = read("1,1,0", "1,-1,1", "2,2,2", "3,3,23")
    figure = samples.figure_of(TWO, *TWO.training_set(), points, samples.UPLOADED)
    assert drawn_in(figure) == [("p0 = x", 1), ("p1 = −x", 1), ("point", 2)]
    assert uploaded_points.notes_on_labels(points, TWO.polynomials) == [
        "2 points with a label that is no class here: no name, no formula, no number from 0 to 1."
    ]


@pytest.mark.parametrize(
    ("classes", "labels", "places"),
    [
        pytest.param((UP, DOWN), ["-x", "x", "2x - x", "p1", "2x"], [1, 0, 0, 1, -1], id="formulas"),
        pytest.param((UP, DOWN), ["0", "p1", "1.0", "24", ""], [0, 1, 1, -1, -1], id="numbers"),
        pytest.param((Polynomial(1), UP), ["1", "0"], [1, 0], id="a number is no constant"),
        pytest.param(("oak", "elm"), ["elm", "oak", "ash"], [1, 0, -1], id="names"),
        pytest.param(("oak", "elm"), ["1", "p0"], [1, 0], id="numbers of names"),
        pytest.param(("1", "2"), ["2", "1.0", "0"], [1, 0, -1], id="names that are numbers"),
        pytest.param(("x²", "2x"), ["x^2", "x + x"], [0, 1], id="names that are formulas"),
    ],
)
def test_a_label_is_a_name_or_a_formula_or_a_number(classes, labels, places):
    named = isinstance(classes[0], str)
    data = PointSet([[0, 0], [1, 1]], [0, 1], classes) if named else None
    experiment = Experiment(data=data) if named else Experiment(polynomials=classes)
    table = "\n".join(["a;b;kind", *(f"0,5;{row};{label}" for row, label in enumerate(labels))])
    points = UploadedPoints.read(table.encode(), experiment, ("b", "a"))
    assert points.points.tolist() == [[row, 0.5] for row in range(len(labels))]
    assert points.classes_in(experiment.shown_classes).tolist() == places


def test_labels_that_can_be_no_classes_are_refused():
    table = "x,y,z\n" + "".join(f"1,2,{row}\n" for row in range(97))
    with pytest.raises(PolycoreError, match=r"line 98, column 3 \(z\): got 97 different labels; expected"):
        UploadedPoints.read(table.encode(), TWO, ("x", "y"))


@pytest.mark.parametrize(
    ("shown_points", "markers"),
    [
        (samples.SAMPLES, [("p0 = x", 3), ("p1 = −x", 3)]),
        (samples.UPLOADED, [("point", 1)]),
        (samples.BOTH, [("p0 = x", 3), ("p1 = −x", 3), ("point", 1)]),
    ],
)
def test_samples_or_uploaded_points_are_drawn_or_both(shown_points, markers):
    own = UploadedPoints(np.array([[7.0, 7.0]]), None)
    assert drawn_in(samples.figure_of(TWO, *TWO.training_set(), own, shown_points)) == markers


def test_points_stay_across_pages_until_they_are_removed():
    page = uploaded(opened(begun=Session(setup=Setup(TWO))), b"x,y\n7,7\n")
    page.switch_page("pages/1_polynomials.py").run()
    page.switch_page(PAGE).run()
    assert "**1 point** uploaded, without labels." in shown(page)
    page.button(key="data.remove").click().run()
    assert now(page).points is None
    assert not any("uploaded" in value for value in shown(page))
    assert [control.label for control in page.segmented_control] == ["Learn from"]


def test_a_refused_file_changes_nothing():
    before = UploadedPoints(np.array([[1.0, 2.0]]), None)
    page = uploaded(opened(begun=Session(setup=Setup(TWO), points=before)), b"x,y\n[a](http://b),1\n")
    assert "line 2, column 1 (x): got '[a](http://b)'" in refusal(page)
    assert now(page).points is before
    assert not any("http" in value for value in shown(page) if not value.startswith("This link"))


# e^(2x) = 3 at x = ln(3) / 2: there UP has probability 3/4, and at -x DOWN has
THREE_QUARTERS = math.log(3) / 2


def test_the_model_is_measured_if_the_file_names_polynomials():
    x = THREE_QUARTERS
    lines = [f"{x},1,0", f"{x},-5,0", f"{-x},1,1", f"{-x},9,0", f"{x},0,7"]
    page = uploaded(opened(begun=with_model()), "\n".join(["x,y,polynomial", *lines]).encode())
    # three of four right; the loss is the mean of -ln(3/4), three times, and -ln(1/4)
    loss = (3 * math.log(4 / 3) + math.log(4)) / 4
    [accuracy] = [metric for metric in page.metric if metric.label == "Accuracy"]
    # the curves are x and -x: a y of 1 is nearer to the right one, -5 and 9 to the other
    assert (accuracy.value, accuracy.delta) == ("75.0 %", "referee 50.0 %")
    assert float(metrics(page)["Loss"].removesuffix(" nats")) == pytest.approx(loss, rel=0.005)
    assert any("Measured on 4 points of 5" in value for value in shown(page))
    assert rows(page, "predicted", "in the file", "right") == [[3, 3, 2], [2, 1, 1]]


def test_the_referees_accuracy_is_on_the_same_points():
    # the curves are x and -x: at x = 1, 0.9 is nearer to the first, -0.2 to the second; the model says the
    # first wherever x is above 0, and is right with the first two of these three points
    scored = score.measure(signed_model(), read("1,0.9,0", "1,-0.2,0", "1,-1,1"))
    assert (scored.accuracy, scored.referee_accuracy) == pytest.approx((2 / 3, 2 / 3))
    scored = score.measure(signed_model(), read("1,0.9,0", "1,-0.2,1", "1,-1,1", "-1,2,1"))
    assert (scored.accuracy, scored.referee_accuracy) == (0.5, 1)


def test_without_a_referee_nothing_is_beside_the_accuracy():
    # no set-up may have this coefficient, so the referee refuses it
    model = Model(signed_model().weights, signed_model().biases, 0.5, 0.9, (UP, Polynomial(1e9, 0)))
    scored = score.measure(model, read("1,0,0"))
    assert (scored.accuracy, scored.referee_accuracy) == (1, None)


def test_without_polynomials_the_predictions_are_counted():
    points = UploadedPoints(np.array([[1, 0], [2, 0], [-1, 0]]), None, (UP, DOWN))
    scored = score.measure(signed_model(), points)
    assert (scored.accuracy, uploaded_points.note_on_classes(signed_model(), points)) == (None, "")
    assert uploaded_points.table_of(scored, signed_model()).to_dict("list") == {
        "polynomial": ["p0 = x", "p1 = −x"],
        "predicted": [2, 1],
    }


def test_without_points_of_known_polynomials_there_is_nothing_to_measure():
    scored = score.measure(signed_model(), read(f"1,0,{MAX_CLASSES - 1}"))
    assert (scored.measured, scored.accuracy, scored.loss) == (0, None, None)
    assert uploaded_points.table_of(scored, signed_model()).to_dict("list") == {
        "polynomial": ["p0 = x", "p1 = −x"],
        "predicted": [1, 0],
    }


PARABOLA = Polynomial(1, 0, 0)


@pytest.mark.parametrize(
    ("polynomials", "lines", "share", "measured"),
    [
        # the network says UP wherever x is above 0, and DOWN below
        pytest.param((DOWN, UP), ["1,0,1", "2,0,1", "-1,0,0", "1,0,0"], 3 / 4, 4, id="reordered"),
        pytest.param((PARABOLA, UP, DOWN), ["1,0,1", "-1,0,2", "1,0,0"], 1, 2, id="more"),
        pytest.param((PARABOLA, DOWN), ["1,0,0", "1,0,1", "-1,0,1"], 1 / 2, 2, id="one of two"),
    ],
)
def test_points_are_scored_by_the_polynomials_that_their_labels_mean(polynomials, lines, share, measured):
    scored = score.measure(signed_model(), read(*lines, polynomials=polynomials))
    assert (scored.accuracy, scored.measured) == (share, measured)


def test_a_network_for_other_polynomials_does_not_score_the_points():
    others = Experiment(polynomials=(PARABOLA, Polynomial(1, 0, 0, 0)))
    page = opened(begun=replace(with_model(), setup=Setup(others)))
    uploaded(page, b"x,y,polynomial\n1,1,0\n-1,-1,1\n")
    assert "Accuracy" not in metrics(page)
    assert {uploaded_points.OTHER_POLYNOMIALS, uploaded_points.ALL_UNKNOWN} <= set(shown(page))
    assert rows(page, "polynomial", "predicted") == [["p0 = x", 1], ["p1 = −x", 1]]
    assert "Run 1, the model in use, on these points:" in refusal(page)


def test_a_network_without_polynomials_does_not_score_the_points_and_answers_by_index():
    points = read("1,0,0")
    scored = score.measure(UNNAMED, points)
    assert (scored.accuracy, scored.loss) == (None, None)
    assert uploaded_points.note_on_classes(UNNAMED, points) == uploaded_points.WITHOUT_POLYNOMIALS
    assert uploaded_points.table_of(scored, UNNAMED).values.tolist() == [["p0", 1], ["p1", 0]]


@pytest.mark.parametrize(
    ("meant", "note"),
    [((UP, DOWN), ""), ((PARABOLA, UP), uploaded_points.OTHER_POLYNOMIALS)],
    ids=["the model's own", "one that it does not know"],
)
def test_it_is_said_if_the_labels_mean_other_polynomials_than_the_models(meant, note):
    assert uploaded_points.note_on_classes(signed_model(), read("1,0,0", polynomials=meant)) == note


def test_labels_keep_their_meaning_when_the_set_up_changes():
    points, other = read("1,1,0", "-1,1,1"), Experiment(polynomials=(PARABOLA, DOWN), samples_per_class=3)
    # both are still scored as UP and DOWN, and drawn as the second of the new list and as a ring
    assert score.measure(signed_model(), points).accuracy == 1
    figure = samples.figure_of(other, *other.training_set(), points, samples.UPLOADED)
    assert drawn_in(figure) == [("p0 = x²", 0), ("p1 = −x", 1), ("point", 1)]
    note, _ = uploaded_points.notes_on_labels(points, other.polynomials)
    assert "at the time of the upload: $p_{0} = x$, $p_{1} = -x$." in note
    assert uploaded_points.notes_on_labels(points, (UP, DOWN)) == []


# --- the trained model ------------------------------------------------------------------------


def stays(page):
    return [value for value in shown(page) if "seeing a network" in value]


def test_other_samples_leave_the_trained_model_and_say_so():
    page = opened(begun=with_model())
    assert not stays(page)
    entered(page, "Noise", 0.5)
    [line] = stays(page)
    assert "seeing a network that was trained on other samples, until" in line
    assert now(page).answering is not None


CURVES, POINTS = TWO, Experiment(data=PointSet([[0, 0], [1, 1], [0, 1], [1, 0]], ["A", "B", "A", "B"]))


@pytest.mark.parametrize(
    ("learned", "set_up", "words"),
    [
        pytest.param(Kept("Run 1", signed_model(), CURVES), CURVES, None, id="the same"),
        # as after "Keep the best" of a sweep, whose best has another seed: nothing was there before
        pytest.param(
            Kept("Sweep", signed_model(), replace(CURVES, seed=1)), CURVES, "on other samples", id="samples"
        ),
        pytest.param(Kept("Run 1", signed_model(), CURVES), Experiment(), "on other curves", id="curves"),
        pytest.param(
            Kept("Run 1", signed_model(), CURVES), POINTS, "on curves, not on these points", id="points drawn"
        ),
        pytest.param(
            Kept("Run 1", replace(UNNAMED, classes=("A", "B")), POINTS),
            CURVES,
            "on points, not on these curves",
            id="curves after points",
        ),
        pytest.param(
            Kept("Upload 1", replace(UNNAMED, classes=("C", "D")), None),
            POINTS,
            "on points of other classes",
            id="other classes",
        ),
        pytest.param(Kept("Upload 1", UNNAMED, None), CURVES, "elsewhere", id="a file that does not say"),
    ],
)
def test_what_is_said_of_a_network_of_another_set_up_is_so(learned, set_up, words):
    begun = Session(setup=Setup(set_up), models=KeptModels((learned,), learned.title))
    assert model_in_use.trained_otherwise(begun) == words
