"""Predict: asking about points, uploading and downloading models and tables of points, and reading."""

import base64
import io
import json
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import polycore as pc
from pages.models import asked, kept_actions, model_in_use
from pages.plane import plane
from pages.plane.crossings import explained
from pages.plane.referee import best_possible_text
from pages.points.uploaded_points import note_on_far
from pages.predict import asked_point, many_points, weight_upload
from pages.runs.training import Training
from pages.state import refusal, session
from polycore.model.predictions import predictions_to_csv
from polycore.pictures.class_map import class_map
from polycore.pictures.palette import class_colors
from tests.pages.browsing import (
    QUICK,
    behind,
    click,
    compared,
    component_ids,
    drawn,
    labelled,
    live_rows,
    live_text,
    live_value,
    metrics,
    opened,
    press,
    refreshed,
    sent_to,
    session_of,
    wait_for,
    widget_states,
    words_of,
)
from tests.pages.test_predict_values import (
    MEET_AT,
    METADATA,
    NAMED,
    NAMELESS,
    OF_THE_TUTORIAL,
    TYPESET,
    answers,
    arrays,
    npz,
    six,
)
from tests.waiting import wait_until

PREDICT, DATA, TRAIN = "pages/4_predict.py", "pages/2_data.py", "pages/3_train.py"
MAP = "predict.map"
SETUP = {"polynomials": "2x+1~-x~x^2-1", "samples": "20", "optimizer": "sgd"}


def uploaded(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Add files to the uploader for models."""
    uploader = app.file_uploader(key=weight_upload.FILES_KEY)
    # AppTest's own `upload` removes the files of an earlier script run, and a browser does not
    there = uploader._get_files_to_register()
    uploader._files = [*there, *((str(uuid4()), name, content, "") for name, content in files)]
    app.run()
    assert not app.exception
    return app


def with_model(content: bytes = NAMED) -> AppTest:
    return uploaded(opened(PREDICT, SETUP), ("a.npz", content))


def ask(app: AppTest, x: float, y: float) -> AppTest:
    labelled(app.number_input, "x").set_value(x)
    labelled(app.number_input, "y").set_value(y).run()
    assert not app.exception
    return app


def table(app: AppTest) -> list[list[str]]:
    """Return the cells of each class in the table of the answer, the likeliest first."""
    return list(live_rows(app, "answer.table.rows").values())


def pixels(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGBA"))


def texts(app: AppTest) -> str:
    """Return what the page shows as it is."""
    return "\n".join(text.value for text in app.text)


def words(app: AppTest) -> str:
    """Return what the page says in words of ours."""
    texts = [text.value for text in [*app.markdown, *app.caption, *app.subheader]]
    return "\n".join([*texts, live_text(app)])


def crossings_on(app: AppTest) -> list[tuple[float, float]]:
    """Return the crossings that are marked on the map."""
    [diamonds] = [trace for trace in drawn(app, MAP).data if trace.marker.symbol == "diamond"]
    return list(zip(diamonds.x, diamonds.y, strict=True))


# --- without a model --------------------------------------------------------------------------


def test_a_cold_page_offers_training_and_an_upload():
    app = opened(PREDICT)
    assert model_in_use.NONE_YET in words(app)
    assert model_in_use.TRAIN_LABEL in [link.label for link in app.main.get("page_link")]
    assert [uploader.key for uploader in app.file_uploader] == [weight_upload.FILES_KEY]
    assert not app.number_input


# --- the answer -------------------------------------------------------------------------------


def test_the_page_says_what_the_network_answers():
    app = ask(with_model(), 0.5, 2.0)
    [shares] = answers(arrays(), [[0.5, 2.0]])
    order = np.argsort(-shares)
    assert live_value(app, "answer.name") == TYPESET[order[0]]
    assert live_value(app, "verdict.sure") == f"{100 * shares.max():.1f}\u00a0% sure"
    assert [cells[:3] for cells in table(app)] == [
        [f"p{label}", TYPESET[label], f"{100 * shares[label]:.2f} %"] for label in order
    ]


def test_the_map_of_a_model_that_stands_still_is_as_fine_everywhere_as_at_its_borders():
    app = with_model()
    model = session_of(app).answering.model
    map_of = drawn(app, MAP).layout
    window = tuple(map_of.xaxis.range), tuple(map_of.yaxis.range)
    sharp = class_map(model.weights, model.biases, window, sharp=True)
    shown, expected = pixels(map_of.images[0].source), pixels(sharp.painting().url(class_colors(3)))
    assert (shown == expected).all()
    # while a run continues, cells without a border in them have one shade each
    assert (
        pixels(class_map(model.weights, model.biases, window).painting().url(class_colors(3))) != shown
    ).any()


def test_the_model_in_use_shows_its_figures_and_the_best_possible_beside_the_held_out_one_only():
    # what it bounds is the accuracy on new points: a network can learn its training points by heart
    app = with_model()
    kept = session_of(app).answering
    assert metrics(app) == {
        "New points right": "62.5 %",
        "Training points": "75.0 %",
        "Loss": "0.375",
    }
    assert compared(app) == {
        "New points right": best_possible_text(model_in_use.best_possible_for(kept)),
        "Training points": "",
        "Loss": "",
    }


def test_a_point_too_far_away_is_refused_and_the_page_stays():
    app = ask(with_model(), 0.0, 1e200)
    assert asked_point.TOO_FAR in words(app)
    assert "1e+100" in texts(app)
    assert table(ask(app, 0.0, 1.0))


# --- choosing the point -----------------------------------------------------------------------


def test_each_way_to_choose_a_point_has_its_inputs_and_the_point_stays_there():
    app = with_model()
    labelled(app.button_group, "Point").set_value(asked_point.ON_CURVE).run()
    assert labelled(app.selectbox, "Curve").options == [f"p{i} = {text}" for i, text in enumerate(TYPESET)]
    labelled(app.selectbox, "Curve").set_value(2)
    labelled(app.number_input, "x").set_value(3.0).run()
    assert "y = 8" in words(app)  # 3² - 1
    labelled(app.button_group, "Point").set_value(asked_point.ANY).run()
    assert labelled(app.number_input, "y").value == 8.0
    labelled(app.button_group, "Point").set_value(asked_point.AT_CROSSING).run()
    assert labelled(app.selectbox, "Crossing").options == [
        "x = −1.618: p1 & p2",
        "x = −0.7321: p0 & p2",
        "x = −0.3333: p0 & p1",
        "x = 0.618: p1 & p2",
        "x = 2.732: p0 & p2",
    ]
    labelled(app.selectbox, "Crossing").set_value(3).run()
    assert "A crossing: p1 & p2" in words(app)
    assert explained(2) in words(app)
    assert list(live_rows(app, "answer.crossing")) == ["p1 = −x", "p2 = x² − 1"]


def test_the_tutorials_point_is_one_button_away_where_the_curves_are_the_tutorials():
    assert asked_point.TUTORIAL_POINT not in [button.label for button in with_model().button]
    app = with_model(OF_THE_TUTORIAL)
    labelled(app.button_group, "Point").set_value(asked_point.ON_CURVE).run()
    press(app, asked_point.TUTORIAL_POINT)
    assert labelled(app.number_input, "x").value == -0.55
    # -2·0.09150625 + 3·0.166375 - 4·0.55 + 1
    assert labelled(app.number_input, "y").value == pytest.approx(-0.8838875, abs=1e-12)  # rounding
    [shares] = answers(arrays(12), [[-0.55, -0.8838875]])
    assert table(app)[0][2] == f"{100 * shares.max():.2f} %"


def test_a_click_on_the_map_chooses_the_point_or_the_crossing_there():
    app = with_model()
    assert list(drawn(app, MAP).layout.xaxis.range) == [-2.0, 3.0]
    assert asked.CLICK in words(app)
    click(app, MAP, 0.25, -0.5)
    assert (labelled(app.number_input, "x").value, labelled(app.number_input, "y").value) == (0.25, -0.5)
    [*_, marked] = drawn(app, MAP).data
    assert (marked.x[0], marked.y[0]) == (0.25, -0.5)
    assert [x for x, _ in crossings_on(app)] == pytest.approx(MEET_AT)
    click(app, MAP, *crossings_on(app)[3])
    assert labelled(app.button_group, "Point").value == asked_point.AT_CROSSING
    assert labelled(app.selectbox, "Crossing").value == 3


def test_the_point_is_kept_on_other_pages_and_through_a_refresh():
    app = ask(with_model(), 0.125, 0.25)
    app.switch_page(DATA).run()
    app.switch_page(PREDICT).run()
    for page in (app, refreshed(app, PREDICT, SETUP)):
        assert [labelled(page.number_input, name).value for name in "xy"] == [0.125, 0.25]


@pytest.mark.parametrize(
    ("content", "before", "choose", "way", "place"),
    [
        pytest.param(
            NAMED,
            asked_point.ON_CURVE,
            lambda app: click(app, MAP, 0.25, -0.5),
            asked_point.ANY,
            (0.25, -0.5),
            id="the map",
        ),
        pytest.param(
            OF_THE_TUTORIAL,
            asked_point.AT_CROSSING,
            lambda app: press(app, asked_point.TUTORIAL_POINT),
            asked_point.ANY,
            (-0.55, pytest.approx(-0.8838875)),
            id="the tutorial's button",
        ),
        pytest.param(
            NAMED,
            asked_point.ANY,
            lambda app: click(app, MAP, *crossings_on(app)[0]),
            asked_point.AT_CROSSING,
            # -x and x^2 - 1 meet at (-1 - √5) / 2
            (pytest.approx(-(1 + 5**0.5) / 2), pytest.approx((1 + 5**0.5) / 2)),
            id="a crossing on the map",
        ),
    ],
)
def test_the_point_stays_for_a_browser_that_missed_how_it_was_chosen(content, before, choose, way, place):
    app = ask(with_model(content), 0.125, 1.0)
    labelled(app.button_group, "Point").set_value(before).run()
    shown = widget_states(app)
    choose(app)
    behind(app, shown)
    now = session_of(app).view.point_inputs
    assert (now.way, (now.x, now.y)) == (way, place)
    assert labelled(app.button_group, "Point").value == way
    marked = drawn(app, MAP).data[-1]
    assert (marked.x[0], marked.y[0]) == place


def test_y_stays_for_a_browser_that_missed_where_the_curve_led():
    app = ask(with_model(), 3.0, 1.0)
    labelled(app.button_group, "Point").set_value(asked_point.ON_CURVE).run()
    labelled(app.selectbox, "Curve").set_value(2).run()
    labelled(app.button_group, "Point").set_value(asked_point.ANY)
    shown = widget_states(app)
    behind(app.run(), shown)
    assert labelled(app.number_input, "y").value == session_of(app).view.point_inputs.y == 8.0  # 3² - 1


def test_drawing_the_page_about_another_model_changes_nothing_of_what_was_chosen():
    app = with_model()
    labelled(app.button_group, "Point").set_value(asked_point.AT_CROSSING).run()
    chosen = session_of(app).view.point_inputs
    apart = METADATA | {"polynomials": [[0.0], [1.0], [2.0]]}
    uploaded(app, ("b.npz", npz(arrays(), json.dumps(apart))))
    assert labelled(app.button_group, "Point").value == asked_point.ANY
    assert session_of(app).view.point_inputs == chosen


# --- uploads and downloads of models ----------------------------------------------------------


def test_what_is_downloaded_is_what_was_uploaded(computed_files):
    with_model()
    with np.load(io.BytesIO(computed_files["polycore-sgd-3.npz"]())) as stored:
        for name, array in arrays().items():
            np.testing.assert_array_equal(stored[name], array)


def test_a_file_is_loaded_once_even_if_the_page_runs_again():
    app = with_model()
    for _ in range(3):
        app.run()
    ask(app, 0.1, 0.2)
    assert session_of(app).models.uploads == 1
    uploaded(app, ("b.npz", npz(arrays(seed=2))))
    assert [kept.title for kept in session_of(app).models.kept] == [
        "Upload 1 · 3 polynomials",
        "Upload 2 · 3 polynomials",
    ]
    assert "a.npz: added as Upload 1 · 3 polynomials." in texts(app)


def test_what_became_of_files_that_were_removed_from_the_uploader_is_forgotten():
    app = opened(PREDICT, SETUP)
    for number in range(4):
        app.file_uploader(key=weight_upload.FILES_KEY).set_value(None)  # the user removes it
        uploaded(app, ("a.npz", NAMED), (f"{number}.npz", b"no file of weights"))
        assert len(session_of(app).uploads) == 2
        assert f"{number}.npz: " in texts(app)
    assert session_of(app).models.uploads == 4


def test_another_model_can_be_chosen():
    app = uploaded(with_model(), ("b.npz", npz(arrays(seed=2))))
    labelled(app.selectbox, "Model").set_value("Upload 1 · 3 polynomials").run()
    assert session_of(app).models.in_use == "Upload 1 · 3 polynomials"
    [shares] = answers(arrays(seed=1), [[0.5, 2.0]])
    assert table(ask(app, 0.5, 2.0))[0][2] == f"{100 * shares.max():.2f} %"


def test_a_refused_file_is_reported_and_nothing_is_lost():
    app = with_model()
    before = session_of(app)
    name, content = "![](http://127.0.0.1/x)<b>.npz", NAMED[:-30]
    uploaded(app, (name, content))
    assert refusal.UNREAD_FILE in words(app)
    with pytest.raises(pc.WeightFileError) as error:
        pc.Model.load(io.BytesIO(content))
    assert f"{name}: {error.value}" in texts(app)
    assert name not in words(app)
    assert session_of(app).models == before.models


def test_the_six_files_can_be_uploaded_one_after_another():
    app = opened(PREDICT, SETUP)
    for count, file in enumerate(six(arrays()), 1):
        uploaded(app, file)
        assert session_of(app).models.uploads == (count == 6)
        problem = weight_upload.npy_problem(weight_upload.NPY_NAMES[:count])
        assert problem is None or problem in texts(app)
    uploaded(app, *six(arrays(seed=2)))
    assert session_of(app).models.uploads == 2


def test_the_set_up_of_an_uploaded_file_can_be_used():
    app = press(with_model(), model_in_use.USE_SETUP)
    assert session_of(app).experiment.x_range == (-2.0, 3.0)
    assert words_of(app)["range"] == "-2..3"
    assert model_in_use.USE_SETUP not in [button.label for button in app.button]


# --- a file that names no polynomials ---------------------------------------------------------


def test_one_button_gives_the_model_the_polynomials_of_the_set_up_if_there_are_as_many():
    app = uploaded(opened(PREDICT, SETUP), ("a.npz", npz(arrays(classes=4))))
    assert kept_actions.OF_SETUP.format(4) not in [button.label for button in app.button]
    uploaded(app, ("b.npz", NAMELESS))
    assert {len(cells) for cells in table(app)} == {3}
    assert not app.button_group
    assert MAP not in component_ids(app)
    press(app, kept_actions.OF_SETUP.format(3))
    assert {cells[1] for cells in table(app)} == set(TYPESET)
    assert MAP in component_ids(app)


def test_polynomials_can_be_typed_one_a_line():
    app = with_model(NAMELESS)
    labelled(app.text_area, kept_actions.TYPED_LABEL).set_value("x\n2x")
    press(app, "Use these")
    assert "got 2 for 3 classes" in texts(app)
    assert session_of(app).answering.model.polynomials == ()
    labelled(app.text_area, kept_actions.TYPED_LABEL).set_value("x\n\n x^2 - 1\n(x+1)^2\n")
    press(app, "Use these")
    assert session_of(app).answering.model.polynomials == (
        pc.Polynomial(1, 0),
        pc.Polynomial(1, 0, -1),
        pc.Polynomial(1, 2, 1),
    )


def test_a_coefficient_too_large_for_a_map_keeps_the_table():
    huge = METADATA | {"polynomials": [[1e308, 1e308, 0.0], [1.0, 0.0], [0.0]]}
    app = ask(with_model(npz(arrays(), json.dumps(huge))), 1e3, 0.0)
    assert plane.TOO_LARGE in words(app)
    assert "∞" in {cells[-2] for cells in table(app)}


# --- tables of points -------------------------------------------------------------------------


def with_points(csv: str) -> AppTest:
    app = with_model()
    [uploader] = [uploader for uploader in app.file_uploader if uploader.key != weight_upload.FILES_KEY]
    uploader.set_value(("points.csv", csv.encode(), "text/csv")).run()
    assert not app.exception
    return app


def test_uploaded_points_have_a_table_of_predictions_and_a_note_if_they_lie_on_no_curve(computed_files):
    # the first lies on 2x + 1; at -1 the curves are at -1, 1 and 0
    app = with_points("x,y\n0.5,2\n-1,9\n-1,8\n")
    points = np.array([[0.5, 2.0], [-1.0, 9.0], [-1.0, 8.0]])
    expected = predictions_to_csv(session_of(app).answering.model, points)
    assert computed_files[many_points.FILE_NAME]() == expected
    assert note_on_far(2, 3) in words(app)


# --- while a run continues --------------------------------------------------------------------


def step(training: Training) -> None:
    """Compute a step, and wait for it. Adam's first steps lower the loss."""
    target = training.view.run.step + 1
    training.step()
    wait_until(lambda: training.view.run.step == target and training.view.status == "paused")


def stepped(steps: int) -> AppTest:
    """Return the page, opened after that many steps of a run."""
    app = press(opened(TRAIN), "One step")
    for _ in range(steps - 1):
        step(wait_for(app, "paused").session_state[session.KEY].training)
    wait_for(app, "paused")
    app.switch_page(PREDICT).run()
    assert not app.exception
    return app


def test_the_page_follows_a_run_and_keeps_what_was_typed():
    app = ask(stepped(2), 0.25, -0.25)
    training = session_of(app).training
    early = metrics(app)["Loss"]
    for _ in range(8):
        step(training)
    app.run()
    assert metrics(app)["Loss"] == f"{training.view.run.best_loss:#.3g}"
    assert training.view.run.best_loss < float(early)
    assert labelled(app.number_input, "x").value == 0.25
    assert labelled(app.number_input, "y").value == -0.25
    assert {cells[1] for cells in table(app)} == {"−x² + 1", "x³ − 2"}


def test_the_page_follows_a_run_that_improves_its_model():
    app = press(opened(TRAIN, {**QUICK, "steps": "1000000"}), "One step")
    wait_for(app, "paused")
    app.switch_page(PREDICT).run()
    assert [sent_to(app, key)["follow"] for key in ("predict.words", "predict.table")] == [None, None]
    training = session_of(app).training
    training.resume()
    app.run()
    training.stop()
    assert not app.exception
    for key in ("predict.words", "predict.table"):
        assert sent_to(app, key)["follow"]["run"] == f"{training.name}-predict"
