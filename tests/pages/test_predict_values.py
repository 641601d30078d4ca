"""What Predict shows of a model that is asked about a point: what its inputs hold, and what is answered."""

import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.models import kept_actions, model_in_use
from pages.models.point_choices import ANY, AT_CROSSING, ON_CURVE, AskedPoint, PointChoices
from pages.plane import answer_view
from pages.plane.crossings import meetings_of
from pages.plane.place import ON_ITS_CURVE
from pages.plane.referee import BESIDE
from pages.plane.scene import Scene, of_polynomials
from pages.points import score
from pages.predict import asked_point, weight_upload
from pages.predict.prediction import Prediction
from pages.runs.training import Training
from pages.state.kept_models import Kept
from pages.state.uploads import UploadedPoints
from pages.state.view import PointInputs
from polycore.model.weight_file import read_npy
from polycore.pictures.palette import PALETTE
from tests.runs import TINY

LINES = ("2x + 1", "-x", "x^2 - 1")  # what the classes of the small network stand for
TYPESET = ("2x + 1", "−x", "x² − 1")
LINES_AS_NUMBERS = [[2.0, 1.0], [-1.0, 0.0], [1.0, 0.0, -1.0]]
METADATA = {
    "format": 1,
    "polynomials": LINES_AS_NUMBERS,
    "held_out_accuracy": 0.625,
    "experiment": {"polynomials": LINES_AS_NUMBERS, "optimizer": "sgd", "x_range": [-2.0, 3.0]},
}


def arrays(classes: int = 3, seed: int = 1) -> dict[str, np.ndarray]:
    """Return a network 2→4→`classes` as the tutorial keeps it."""
    rng = np.random.default_rng(seed)
    return {
        "weights_l1": rng.normal(size=(2, 4)),
        "biases_l1": rng.normal(size=(1, 4)),
        "weights_l2": rng.normal(size=(4, classes)),
        "biases_l2": rng.normal(size=(1, classes)),
        "loss": np.float64(0.375),
        "accuracy": np.float64(0.75),
    }


def answers(network: dict[str, np.ndarray], points: list[list[float]]) -> np.ndarray:
    """Return the probabilities (N, K) by the tutorial's forward pass: dot, add, ReLU, dot, add, softmax."""
    layer1 = np.array(points) @ network["weights_l1"] + network["biases_l1"]
    layer2 = np.maximum(layer1, 0) @ network["weights_l2"] + network["biases_l2"]
    powers = np.exp(layer2 - layer2.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def npz(network: dict[str, np.ndarray], metadata: str | None = None) -> bytes:
    """Return a weight file as NumPy writes it."""
    file = io.BytesIO()
    text = {} if metadata is None else {"metadata": np.array(metadata)}
    np.savez(file, **network, **text)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def six(network: dict[str, np.ndarray]) -> list[tuple[str, bytes]]:
    return [(f"{name}.npy", npy(array)) for name, array in network.items()]


NAMELESS = npz(arrays())
NAMED = npz(arrays(), json.dumps(METADATA))
TWELVE = {"polynomials": [list(polynomial.coefficients) for polynomial in pc.TUTORIAL_POLYNOMIALS]}
OF_THE_TUTORIAL = npz(arrays(12), json.dumps({"format": 1, "experiment": TWELVE} | TWELVE))


def kept_of(content: bytes = NAMED) -> Kept:
    """Return what is kept of an uploaded file."""
    return Kept.of_file(pc.Model.load(io.BytesIO(content)), 1)


def kept_with(classes: int = 3, **metadata: object) -> Kept:
    """Return what is kept of a file whose metadata has these entries."""
    return kept_of(npz(arrays(classes), json.dumps(METADATA | metadata)))


# --- the point --------------------------------------------------------------------------------

SCENE = of_polynomials(tuple(map(pc.Polynomial.parse, LINES)), (-2.0, 3.0))
MEETINGS = meetings_of(SCENE)
APART = of_polynomials((pc.Polynomial(0), pc.Polynomial(1), pc.Polynomial(2)), (-2.0, 3.0))
TWO = of_polynomials(SCENE.curves[:2], (-2.0, 3.0))
# 2x + 1 and -x meet at x = -1/3, 2x + 1 and x^2 - 1 at 1 ± √3, -x and x^2 - 1 at (-1 ± √5) / 2
MEET_AT = [-(1 + 5**0.5) / 2, 1 - 3**0.5, -1 / 3, (5**0.5 - 1) / 2, 1 + 3**0.5]


def choices_of(scene: Scene) -> PointChoices:
    return PointChoices(scene, meetings_of(scene))


def fitted(scene: Scene = SCENE, **inputs: object) -> tuple[PointInputs, AskedPoint]:
    """Return what the inputs hold for a model with this scene, and the point that they choose."""
    choices, chosen = choices_of(scene), PointInputs(**inputs)
    return choices.fitted(chosen), choices.asked(chosen)


@pytest.mark.parametrize(
    ("scene", "ways"),
    [
        pytest.param(SCENE, [ANY, ON_CURVE, AT_CROSSING], id="curves that meet"),
        pytest.param(APART, [ANY, ON_CURVE], id="curves that never meet"),
        pytest.param(Scene((), (), SCENE.window), [ANY], id="no known curves"),
    ],
)
def test_a_point_is_chosen_in_the_ways_that_the_curves_allow(scene, ways):
    assert choices_of(scene).ways == ways


def test_on_a_curve_y_is_the_polynomials_value_and_the_point_stays_there():
    inputs, asked = fitted(way=ON_CURVE, curve=2, x=3.0)
    assert asked == (3.0, 8.0, 2)  # 3² - 1
    assert fitted(way=ANY, x=inputs.x, y=inputs.y)[1] == (3.0, 8.0, None)


def test_a_value_beyond_all_floats_is_asked_about_but_not_held():
    steep = (pc.Polynomial(1e308, 1e308, 0), *SCENE.curves[1:])
    choices = PointChoices(Scene(steep, steep, SCENE.window), ())
    chosen = PointInputs(ON_CURVE, x=1e3, y=0.75)
    asked, inputs = choices.asked(chosen), choices.fitted(chosen)
    assert (asked.y, inputs.y) == (np.inf, 0.75)


def test_a_crossing_is_the_middle_one_until_one_is_chosen_and_the_point_stays_there():
    assert fitted(way=AT_CROSSING)[1].x == pytest.approx(MEET_AT[2])
    inputs, asked = fitted(way=AT_CROSSING, crossing=4)
    assert asked.x == pytest.approx(MEET_AT[4])
    assert asked.y == pytest.approx(2 * MEET_AT[4] + 1)
    assert (inputs.x, inputs.y) == asked[:2] == fitted(way=ANY, x=inputs.x, y=inputs.y)[1][:2]


def test_a_crossing_that_is_typed_in_nine_digits_is_the_crossing():
    # -x and x² - 1 meet at half of √5 - 1
    _, asked = fitted(x=0.618033989, y=-0.618033989)
    assert asked.x == pytest.approx((5**0.5 - 1) / 2, abs=1e-15)
    shown = Prediction(kept_of(), asked).answer
    assert shown.place.beside(shown.likeliest).startswith("The point lies on both p1 and p2")
    assert shown.meeting.name == "p1 & p2"
    distances = dict(
        zip(answer_view.columns(shown)["class"], answer_view.columns(shown)["distance"], strict=True)
    )
    assert [name for name, distance in distances.items() if distance == "0"] == ["p1", "p2"]
    assert fitted(x=-0.333, y=0.333)[1] == (-0.333, 0.333, None)


@pytest.mark.parametrize(
    ("scene", "before", "after"),
    [
        pytest.param(APART, {"way": AT_CROSSING, "crossing": 2}, (ANY, 0, 0), id="no crossing"),
        pytest.param(TWO, {"way": ON_CURVE, "curve": 2}, (ON_CURVE, 0, None), id="no such curve"),
        pytest.param(TWO, {"way": AT_CROSSING, "crossing": 1}, (AT_CROSSING, 0, 0), id="no such crossing"),
        pytest.param(SCENE, {"way": ON_CURVE, "curve": 2}, (ON_CURVE, 2, None), id="a curve that it has"),
        pytest.param(
            SCENE, {"way": AT_CROSSING, "crossing": 4}, (AT_CROSSING, 0, 4), id="a crossing that it has"
        ),
    ],
)
def test_what_another_model_does_not_have_gives_way_to_what_it_has(scene, before, after):
    now, _ = fitted(scene, **before)
    assert (now.way, now.curve, now.crossing) == after


def test_a_click_chooses_the_point_or_the_crossing_at_it():
    before = PointInputs(ON_CURVE, curve=1)
    # a pixel has fewer digits than a float
    now = asked_point.clicked(before, MEETINGS, 0.25000049, -1 / 3)
    assert (now.way, now.x, now.y) == (ANY, 0.25, -0.333333)
    there = MEETINGS[3]
    now = asked_point.clicked(before, MEETINGS, there.x, there.y)
    assert (now.way, now.crossing, now.x, now.y) == (AT_CROSSING, 3, there.x, there.y)
    assert there.x == pytest.approx(MEET_AT[3])


@pytest.mark.parametrize(("x", "y", "is_there"), [(3.0, 0.0, True), (4.0, 0.0, False), (0.0, 1e9, False)])
def test_the_map_shows_a_point_within_its_window(x, y, is_there):
    shown = Prediction(kept_of(), AskedPoint(x, y))
    assert shown.is_on_map == is_there
    assert shown.overlay(()).point == ((x, y) if is_there else None)


# --- the answer -------------------------------------------------------------------------------


def test_classes_without_polynomials_have_numbers_and_no_map():
    kept = kept_of(NAMELESS)
    shown = Prediction(kept, AskedPoint(0.5, 2.0))
    assert (shown.referee, shown.walk, model_in_use.scene_of_kept(kept)) == (None, None, None)
    assert list(answer_view.columns(shown.answer)) == ["class", "probability", "odds"]
    likeliest = answers(arrays(), [[0.5, 2.0]])[0].argmax()
    assert answer_view.texts(shown.answer)["name"] == f"class {likeliest}"


# whatever the point is, the probabilities are these
SHARES = pc.Model((np.zeros((2, 3)),), (np.log([[0.7, 0.1, 0.2]]),), 0.9, 0.5, SCENE.curves)


def verdict_at(x, y):
    return Prediction(Kept.of_file(SHARES, 1), AskedPoint(x, y)).verdict


def test_the_likeliest_class_is_named_first_with_how_sure_the_network_is_and_the_next_two_follow():
    assert verdict_at(0.5, 2.0) == {  # on 2x + 1
        "sure": "70.0\u00a0% sure",
        "where": ON_ITS_CURVE,
        "next": [["x² − 1", "20.0\u00a0%"], ["−x", "10.0\u00a0%"]],
        "colors": [PALETTE[label].color for label in (0, 2, 1)],
    }


def test_far_from_all_curves_it_is_not_said_how_sure_the_network_is_without_saying_that_first():
    far = verdict_at(0.5, 50.0)
    assert (far["sure"], far["colors"][0]) == ("", "transparent")
    # 2x + 1 is 2 there
    assert far["where"].startswith("The nearest, p0, is 48 away.")
    assert "the network would say p0 = 2x + 1: probability 70.0" in far["where"]


def test_a_point_beyond_all_sums_has_no_answer():
    with pytest.raises(pc.PolycoreError, match=r"1e\+100"):
        Prediction(kept_of(), AskedPoint(0.0, 1e200)).answer  # noqa: B018


def test_a_coefficient_too_large_for_a_map_leaves_the_answer():
    kept = kept_with(polynomials=[[1e308, 1e308, 0.0], [1.0, 0.0], [0.0]])
    assert model_in_use.scene_of_kept(kept) is None
    assert "∞" in answer_view.columns(Prediction(kept, AskedPoint(1e3, 0.0)).answer)["value at x"]


def test_uploaded_points_on_no_curve_are_counted():
    # the first lies on 2x + 1; at -1 the curves are at -1, 1 and 0
    points = UploadedPoints(np.array([[0.5, 2.0], [-1.0, 9.0], [-1.0, 8.0]]), None)
    assert score.measure(kept_of().model, points).far == 2


# --- the model's figures ----------------------------------------------------------------------


def test_the_figures_of_a_model_are_those_of_its_file():
    figures = {"held_out": "62.5 %", BESIDE: "", "accuracy": "75.0 %", "loss": "0.375"}
    figures["which"] = ""  # it has no others
    assert model_in_use.figures(kept_of()) == figures | {BESIDE: "best possible 100.0\u00a0%"}
    assert model_in_use.figures(kept_of(NAMELESS)) == figures | {"held_out": "unknown"}


def test_the_best_possible_accuracy_is_that_on_the_data_of_the_file():
    # they are drawn from y = 1 and y = -1 with a noise of 1: halfway lies 1 noise away, so the best possible
    # is the standard normal's share below 1, 84.13 %
    curves = [[1.0], [-1.0]]
    kept = kept_with(2, polynomials=curves, experiment={"polynomials": curves, "noise": 1.0})
    normal = (1 + math.erf(1 / math.sqrt(2))) / 2
    assert model_in_use.best_possible_for(kept) == pytest.approx(normal)


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(kept_of(NAMELESS), id="no polynomials"),
        pytest.param(kept_with(experiment=None), id="no experiment"),
        pytest.param(kept_with(polynomials=[[1.0], [2.0], [3.0]]), id="an experiment of other polynomials"),
    ],
)
def test_without_a_known_experiment_no_best_possible_accuracy_is_shown(kept):
    assert model_in_use.best_possible_for(kept) is None


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        pytest.param(kept_of(), "polycore-sgd-3.npz", id="its optimizer is known"),
        pytest.param(kept_of(NAMELESS), "polycore-3.npz", id="its experiment is unknown"),
    ],
)
def test_a_file_is_named_for_its_optimizer_and_its_classes(kept, name):
    assert model_in_use.file_name(kept) == name


def test_a_model_is_as_good_as_its_run_by_now():
    def run_after(steps, **changes):
        run = pc.advance(pc.start(replace(TINY, **changes)), steps)
        return Training(run, executor=None, advance=pc.advance)

    kept = Kept.of_run(run_after(5).view, 1)
    later = run_after(25)
    assert model_in_use.newest(kept, later) is later.view.best
    another = run_after(TINY.steps, seed=6)
    assert model_in_use.newest(kept, another) is kept.model
    assert max(later.view.run.best_loss, another.view.run.best_loss) < kept.model.loss
    assert model_in_use.newest(kept, None) is kept.model


# --- files, and names for classes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        pytest.param(
            [name for name in weight_upload.NPY_NAMES if name != "loss.npy"],
            "missing: loss.npy",
            id="missing",
        ),
        pytest.param([*weight_upload.NPY_NAMES, "loss.npy"], "Got loss.npy twice; expected", id="double"),
        pytest.param(
            [*weight_upload.NPY_NAMES, "loss (1).npy"], "Got loss (1).npy; expected only", id="unknown"
        ),
    ],
)
def test_npy_files_that_are_not_the_six_are_refused(names, sentence):
    assert sentence in weight_upload.npy_problem(names)


def test_the_six_files_are_one_model_in_any_order():
    files = dict(reversed(six(arrays(classes=12))))
    assert weight_upload.npy_problem(list(files)) is None
    model = weight_upload.model_of_npy({name: io.BytesIO(content) for name, content in files.items()})
    [shares] = answers(arrays(classes=12), [[0.3, 0.4]])
    assert model.predict_proba([[0.3, 0.4]])[0] == pytest.approx(shares)
    # of 12 classes it is taken that they are the tutorial's
    assert model.polynomials == pc.TUTORIAL_POLYNOMIALS


def test_a_file_that_is_not_npy_is_named():
    files = dict(six(arrays())) | {"biases_l2.npy": b"nothing"}
    with pytest.raises(pc.WeightFileError) as wrong:
        read_npy(io.BytesIO(b"nothing"))
    with pytest.raises(pc.WeightFileError) as refused:
        weight_upload.model_of_npy({name: io.BytesIO(content) for name, content in files.items()})
    assert str(refused.value) == f"biases_l2.npy: {wrong.value}"


def test_polynomials_are_read_one_a_line():
    assert kept_actions.polynomials_in("x\n\n x^2 - 1\n(x+1)^2\n") == [
        pc.Polynomial(1, 0),
        pc.Polynomial(1, 0, -1),
        pc.Polynomial(1, 2, 1),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("x\n<b>y</b>\n2x", "Line 2: character 1", id="a line that is none"),
        pytest.param("x\n2x", "got 2 for 3 classes", id="too few"),
        pytest.param("", kept_actions.NO_POLYNOMIAL, id="none"),
    ],
)
def test_polynomials_that_cannot_be_used_are_refused(text, sentence):
    model = kept_of(NAMELESS).model
    with pytest.raises(pc.PolycoreError, match=sentence):
        model.with_polynomials(kept_actions.polynomials_in(text))
