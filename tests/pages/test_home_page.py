"""Home: a map, one point on it, one button, one figure, and a line of lessons."""

from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.frame import frame
from pages.home import asked_point, home
from pages.lessons import lessons
from pages.plane import answer_view
from pages.plane.answer import Answer
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import progress
from pages.run_view.shown import Selection, contents
from pages.runs.pacing import UNPACED, Pacing
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.setup import controls
from pages.state import recall, refusal, session
from pages.state.session_value import Session
from pages.state.setup import THREE_CURVES, Setup
from polycore import Experiment, Polynomial
from polycore.links import link
from tests.pages.browsing import (
    HOME,
    QUICK,
    TRAIN,
    click,
    come_to,
    drawn,
    labels,
    live_text,
    live_value,
    metrics,
    opened,
    press,
    refreshed,
    report,
    sent_to,
    session_of,
    trained,
    wait_for,
    words_of,
)
from tests.runs import POINTS, TINY
from tests.waiting import wait_until


def test_a_cold_home_offers_one_button_and_three_curves_and_then_the_lessons():
    app = opened(HOME, {})
    assert labels(app) == {"Train the network": True, "Use twelve curves": True}
    assert session_of(app).experiment == THREE_CURVES
    assert session_of(app).training is None
    assert lesson_links(app) == []
    sent = sent_to(app, recall.COMPONENT_KEY)
    assert sent["again"]
    report(app, recall.COMPONENT_KEY, name=sent["name"])  # as a tab does at once that had none
    assert sent_to(app, recall.COMPONENT_KEY) == sent | {"again": False}
    assert lesson_links(app) == [lesson.name for lesson in lessons.LESSONS[:4]]


def lesson_links(app):
    """Return the names of the lessons that the page has a link to."""
    queries = [found.proto.query_string for found in app.main.get("page_link")]
    return [query.split("look=")[1].split("&")[0] for query in queries if "look=" in query]


def page_links(app):
    """Return the labels of the links to other pages."""
    return [link.proto.label for link in app.main.get("page_link")]


@pytest.mark.parametrize(
    ("query", "on_home", "experiment"),
    [
        pytest.param({}, True, THREE_CURVES, id="on Home"),
        pytest.param({"utm_source": "mail"}, True, THREE_CURVES, id="with what is no link"),
        pytest.param({}, False, Experiment.recommended(), id="on another page"),
        pytest.param({"v": "2"}, True, Experiment(), id="with a link"),
    ],
)
def test_only_a_session_that_begins_on_home_without_a_link_has_the_three_curves(query, on_home, experiment):
    assert frame.new_session(query, on_home=on_home).experiment == experiment


def test_a_link_that_names_one_setting_has_the_twelve_curves_on_home():
    experiment = frame.new_session({"seed": "5"}, on_home=True).experiment
    assert (experiment.seed, len(experiment.polynomials)) == (5, 12)


@pytest.mark.parametrize("page", [HOME, TRAIN])
def test_an_embedded_page_and_one_beside_home_begin_with_the_recommended_set_up(monkeypatch, page):
    monkeypatch.setattr(frame, "is_embedded", lambda: page == HOME)
    assert session_of(opened(page, {})).experiment == Experiment.recommended()


def test_the_address_of_home_brings_the_three_curves_back_in_another_tab():
    app = opened(HOME, {})
    assert session_of(opened(TRAIN, words_of(app))).experiment == THREE_CURVES
    assert session_of(refreshed(app, HOME, words_of(app))).experiment == THREE_CURVES


def test_twelve_curves_are_one_press_further_before_a_run_and_after_it():
    app = press(opened(HOME, {}), "Use twelve curves")
    assert session_of(app).experiment == Experiment.recommended()
    assert session_of(app).training is None
    assert {"Train the network", "Use three curves"} <= labels(app).keys()
    assert session_of(press(app, "Use three curves")).experiment == THREE_CURVES

    training = Training(
        pc.advance(pc.start(THREE_CURVES), THREE_CURVES.steps), executor=None, advance=pc.advance
    )
    app = opened(HOME, {}, Session(setup=Setup(THREE_CURVES), training=training))
    assert {"Now twelve curves", "Watch again"} <= labels(app).keys()
    assert sent_to(app, "progress.map")["notes"]["try_next"] == home.SPECIAL_POINTS
    press(app, "Now twelve curves")
    assert session_of(app).training.view.run.experiment == Experiment.recommended()
    session_of(app).training.stop()


def test_the_first_picture_has_points_of_each_curve_and_the_map_of_the_run_has_none():
    app = opened(HOME, {})
    samples = [trace for trace in drawn(app, "home.curves").data if trace.mode == "markers" and trace.meta]
    curves = (lambda x: x, lambda x: 1 - x**2, lambda x: x**2 - 1)
    assert [trace.meta["curve"] for trace in samples] == [0, 1, 2]
    for trace, curve in zip(samples, curves, strict=True):
        away = np.array(trace.y) - curve(np.array(trace.x))
        assert len(away) >= 50
        # standard errors: 0.03 / sqrt(50) of the mean, 0.03 / sqrt(100) of the deviation
        assert abs(away.mean()) < 4 * 0.0043
        assert away.std() == pytest.approx(0.03, abs=4 * 0.003)
    press(app, "Train the network")
    session_of(app).training.stop()
    assert [trace.mode for trace in drawn(app, "progress.map").data].count("markers") == 1  # the ring


def test_the_run_of_the_three_curves_is_slow_enough_to_be_seen_and_no_other_is():
    app = opened(HOME, {})
    assert session_of(app).view.pacing == Pacing(1000)
    assert "speed" not in words_of(app)
    assert session_of(opened(TRAIN, words_of(app))).view.pacing == Pacing(1000)
    assert session_of(press(app, "Use twelve curves")).view.pacing == UNPACED
    assert session_of(press(app, "Use three curves")).view.pacing == Pacing(1000)
    press(app, "Train the network")
    session_of(app).training.stop()
    assert session_of(app).training.view.pacing == Pacing(1000)
    assert session_of(come_to(app, TRAIN, {"look": "crossing"})).view.pacing == UNPACED


def test_a_small_network_learns_the_three_curves_almost_as_well_as_is_possible():
    run = pc.advance(pc.start(THREE_CURVES), THREE_CURVES.steps)
    best = pc.Referee(THREE_CURVES.polynomials, THREE_CURVES.x_range, THREE_CURVES.noise).accuracy.value
    # on 3,000 points chance moves a share near 98 % by 0.003 (a standard error)
    assert run.current.held_out_accuracy == pytest.approx(best, abs=0.01)
    assert run.history.held_out_accuracy[0] < 0.6  # there is something to watch


def test_polynomials_that_came_with_a_link_or_were_typed_are_what_start_trains():
    app = press(opened(HOME, QUICK), "Train the network")
    assert session_of(app).training.view.run.experiment == link.from_query(QUICK).experiment
    app = opened(HOME, {})
    typed = (Polynomial(2, 0), Polynomial(1))
    app.session_state[session.KEY] = replace(
        session_of(app), setup=Setup(replace(THREE_CURVES, polynomials=typed, steps=10))
    )
    app.run()
    assert "Use twelve curves" not in labels(app)
    press(app, "Train the network")
    assert session_of(app).training.view.run.experiment.polynomials == typed


def test_one_press_trains_the_set_up_of_the_link_keeps_the_best_weights_and_says_how_good_it_is():
    app = press(opened(), "Train the network")
    wait_for(app, "finished")
    session = session_of(app)
    assert session.training.view.run.step == 300
    assert session.answering.experiment == session.experiment
    assert session.answering.model.loss == session.training.view.run.best.loss
    now = session.training.view.run.current.held_out_accuracy
    assert live_value(app, "weights.held_out_text") == f"{100 * now:.1f} %"
    text = live_text(app)
    assert progress.LARGE_LABEL in text
    # without noise, two curves that do not cross have no point in common
    assert "nowBlind guessing: 50\u00a0%.Best possible: 100\u00a0%." in text
    assert metrics(app) == {}  # loss, speed and times are on Train
    assert "nats" not in text
    assert "Finished · step 300 of 300" in text
    assert home.LEARNING not in text
    assert "Train the network" not in labels(app)
    assert page_links(app)[-1] != home.TYPE_YOUR_OWN  # the lessons are below
    assert home.TYPE_YOUR_OWN in page_links(app)
    assert sent_to(app, "progress.map")["notes"]["try_next"] == home.ANY_POINT


def test_what_is_possible_is_what_the_referee_reaches_with_the_reason():
    # y = 1 and y = -1 with noise 1: the normal's share within one deviation above the middle, 84.1 %
    lines = Experiment(polynomials=(Polynomial(1), Polynomial(-1)), noise=1.0)
    share = pc.Referee(lines.polynomials, lines.x_range, lines.noise).accuracy.value
    assert home.scale(share, lines) == (
        "Blind guessing: 50\u00a0%.",
        f"Best possible: 84.1\u00a0%, {home.SCATTERED}",
    )


@pytest.mark.parametrize(
    ("experiment", "best", "said"),
    [
        # a third; three curves of which two cross, and a point may lie exactly there
        (Experiment(polynomials=("x", "-x", "7")), 1.0, ("33", "almost 100", f", {home.AT_CROSSING}")),
        (Experiment(polynomials=("0", "0.001x")), 0.99, ("50", "99.0", f", {home.OF_TWO}")),
        (Experiment(polynomials=("0", "1")), 1.0, ("50", "100", ".")),
        (Experiment(polynomials=("0", "1"), noise=0.1), 0.9999, ("50", "almost 100", ".")),
    ],
    ids=["a crossing", "hard to distinguish", "apart", "hardly any doubt"],
)
def test_all_of_the_new_points_are_possible_only_if_no_point_can_be_of_two_curves(experiment, best, said):
    guessing, possible, why = said
    said = (f"Blind guessing: {guessing}\u00a0%.", f"Best possible: {possible}\u00a0%{why}")
    assert home.scale(best, experiment) == said


def test_what_is_possible_on_own_points_is_not_known():
    own = Experiment().on_points(POINTS)
    assert home.scale(None, own) == (f"Blind guessing: {100 / own.class_count:.0f}\u00a0%.", "")


def test_the_caption_is_a_part_of_the_figure_that_it_explains():
    app = opened(HOME, {})
    assert sent_to(app, "home.curves")["notes"]["caption"] == [
        "The network learns from these scattered points.",
        home.COLORS,
    ]
    assert home.caption_of_points(Experiment())[0] == "The network learns from these points."
    app = trained(HOME, "Train the network")
    says, unsure = sent_to(app, "progress.map")["notes"]["caption"]
    assert (says, unsure) == (home.ANSWERS, "Pale: unsure. Far from all curves: a wild guess.")
    random = np.random.default_rng(0)
    points = pc.PointSet(random.random((40, 2)), np.arange(40) % 2, ("a", "b"))
    assert "Far from all points" in home.caption_of_network(Experiment().on_points(points))[1]


def test_a_run_that_learns_says_what_a_step_is():
    app = press(opened(HOME, {}), "Train the network")
    assert home.LEARNING in live_text(app)
    assert sent_to(app, "progress.map")["notes"]["try_next"] == home.ANY_POINT
    session_of(app).training.stop()


def test_curves_that_were_typed_elsewhere_take_the_place_of_the_old_map():
    app = with_set_up(trained(HOME, "Train the network"), polynomials=(Polynomial(2, 0), Polynomial(1)))
    notes = sent_to(app, "home.curves")["notes"]
    assert (notes["names"], notes["caption"][0]) == (["y = 2x", "y = 1"], home.POINTS.format(""))
    assert "Train the network" in labels(app)
    assert progress.LARGE_LABEL not in live_text(app)
    assert home.PREVIOUS in [caption.value for caption in app.caption]


def test_a_map_says_that_it_is_of_the_previous_set_up():
    app = with_set_up(trained(HOME, "Train the network"), seed=6)
    says, _ = sent_to(app, "progress.map")["notes"]["caption"]
    assert says == f"{home.OF_PREVIOUS} {home.ANSWERS}"


def with_set_up(app, **changes):
    """Draw the page with a set-up that was changed on another page."""
    now = session_of(app)
    app.session_state[session.KEY] = replace(now, setup=Setup(replace(now.experiment, **changes)))
    return app.run()


# --- the point that is asked about --------------------------------------------------------------


def test_one_point_is_asked_and_its_answer_is_of_the_network_that_is_shown():
    app = opened(HOME, QUICK | {"polynomials": "x~-x", "noise": "0.05"})
    cold = sent_to(app, "home.curves")["notes"]
    x, y = cold["point"]
    assert (cold["question"], cold["answer"]) == (home.QUESTION, None)
    assert cold["names"] == ["y = x", "y = −x"]
    ring = drawn(app, "home.curves").data[-1]
    assert (ring.mode, ring.x[0], ring.y[0]) == ("markers", x, y)
    app = wait_for(press(app, "Train the network"), "finished")
    shown = sent_to(app, "progress.map")["notes"]
    assert shown["point"] == [x, y]
    [shares] = session_of(app).training.view.run.current.predict_proba([[x, y]])
    assert shown["answer"]["says"] == ("y = x", "y = −x")[int(np.argmax(shares))]
    assert shown["answer"]["sure"] in (f"{100 * max(shares):.0f}\u00a0% sure", "over 99\u00a0% sure")


def test_a_click_asks_about_another_point():
    app = click(trained(HOME, "Train the network"), "progress.map", 0.25, 5.0)
    notes = sent_to(app, "progress.map")["notes"]
    assert notes["point"] == [0.25, 5.0]
    # of x³ - 2 and -x² + 1 the latter is nearer there, 4 away: farther than any point lies from its curve
    assert (notes["answer"]["aside"], notes["answer"]["verdict"]) == (
        answer_view.NEVER_SEEN,
        "",
    )


@pytest.mark.parametrize("button", ["Use twelve curves", "Now twelve curves"])
def test_other_curves_ask_about_a_point_of_theirs_unless_the_user_clicks_again(button):
    run = pc.advance(pc.start(THREE_CURVES), 10)
    ended = Training(run, executor=None, advance=pc.advance)
    ended.stop()
    training = ended if button == "Now twelve curves" else None
    app = opened(HOME, {}, Session(setup=Setup(THREE_CURVES), training=training))
    click(app, "progress.map" if training else "home.curves", 0.0, 0.95)
    key = "progress.map" if training else "home.curves"
    assert sent_to(app, key)["notes"]["point"] == [0.0, 0.95]
    press(app, button)
    if training:
        session_of(app).training.stop()
    assert sent_to(app, key)["notes"]["point"] == list(asked_point.of(Experiment.recommended()))
    click(app, key, 0.5, 1.0)
    assert sent_to(app, key)["notes"]["point"] == [0.5, 1.0]


@pytest.mark.parametrize(
    ("point", "likeliest", "verdict"),
    [
        # y = x is 0.03 away, and the next curve 0.4975, which is 17 times the noise
        pytest.param((0.35, 0.38), 0, ("✓ right", "", ""), id="right"),
        pytest.param((0.35, 0.38), 2, ("\N{MULTIPLICATION SIGN} wrong", "y = x", ""), id="wrong"),
        pytest.param((0.618, 0.618), 0, ("", "", answer_view.UNDECIDED), id="at a crossing"),
        pytest.param((0.0, 0.5), 0, ("", "", answer_view.NEVER_SEEN), id="far from all"),
    ],
)
def test_an_answer_says_whether_it_is_right_and_what_would_be_or_that_nobody_can_say(
    point, likeliest, verdict
):
    shares = np.eye(3)[likeliest]
    answer = Answer.of(lambda _: np.array([shares]), scene_of(THREE_CURVES), referee_of(THREE_CURVES), *point)
    said = answer_view.in_short(answer)
    assert (said["verdict"], said["right"], said["aside"]) == verdict


def test_the_answer_comes_with_each_frame_in_one_line():
    run = pc.advance(pc.start(THREE_CURVES), 5)
    view = RunView.of("a run", run, 1.0)
    selection = Selection("Now", "Network", marked=(0.35, 0.4))
    header = contents(view, selection, "").values
    [shares] = run.current.predict_proba([[0.35, 0.4]])
    assert header["marked"]["says"] == ("y = x", "y = −x² + 1", "y = x² − 1")[int(np.argmax(shares))]
    assert header["marked"]["sure"] == f"{100 * max(shares):.0f}\u00a0% sure"
    assert "answer" not in header  # bars and tables, which Home does not show


@pytest.mark.parametrize(
    "experiment",
    [
        pytest.param(THREE_CURVES, id="three curves"),
        pytest.param(Experiment.recommended(), id="twelve curves"),
        pytest.param(Experiment(polynomials=("100x^2", "-100x^2 + 7"), x_range=(-3, 9)), id="steep"),
        pytest.param(Experiment(polynomials=("0", "0.0001")), id="side by side"),
    ],
)
def test_the_first_point_is_seen_and_nearest_to_one_curve(experiment):
    x, y = asked_point.of(experiment)
    (left, right), (low, high) = scene_of(experiment).window
    assert left < x < right
    assert low < y < high
    distances = sorted(abs(curve(x) - y) for curve in experiment.polynomials)
    assert distances[0] == pytest.approx(0, abs=1e-12)
    assert distances[1] > 0


def test_of_points_without_curves_the_first_one_is_asked():
    random = np.random.default_rng(0)
    points = pc.PointSet(random.random((40, 2)), np.arange(40) % 2, ("a", "b"))
    assert asked_point.of(Experiment().on_points(points)) == tuple(points.points[0])


# --- what is fitted to a link, and to an end ----------------------------------------------------


def test_all_lessons_are_one_press_further():
    app = opened(TRAIN).switch_page(HOME).run()
    assert lesson_links(app) == [lesson.name for lesson in lessons.LESSONS[:4]]
    press(app, f"All {len(lessons.LESSONS)}")
    assert lesson_links(app)[4:] == [lesson.name for lesson in lessons.LESSONS]
    assert all(
        found.proto.page == "train"
        for found in app.main.get("page_link")
        if "look=" in found.proto.query_string
    )
    assert lesson_links(press(app, "Show fewer")) == [lesson.name for lesson in lessons.LESSONS[:4]]


def test_the_line_has_the_lessons_that_have_not_been_seen():
    app = opened(TRAIN).switch_page(HOME).run()
    first, second, *_ = lessons.LESSONS
    app.session_state[session.KEY] = replace(
        session_of(app), lessons=replace(session_of(app).lessons, seen=frozenset({first.name}))
    )
    assert lesson_links(app.run())[0] == second.name


def test_a_lesson_replaces_the_three_curves_without_a_question():
    app = opened(HOME, {"look": "search"})
    assert session_of(app).lessons.current == "search"
    assert session_of(app).undo is None


@pytest.mark.parametrize("page", [HOME, TRAIN])
@pytest.mark.parametrize("part", [(controls, "main_button"), (session, "collect")], ids=["buttons", "model"])
def test_a_run_that_ends_while_its_page_is_drawn_is_shown_as_ended_in_every_part(monkeypatch, page, part):
    room, name = part
    draw_part = getattr(room, name)

    def drawn_before_the_end(*arguments):
        drawn = draw_part(*arguments)
        training = session.current().training
        if training is not None:
            wait_until(lambda: not training.view.is_active)
        return drawn

    monkeypatch.setattr(room, name, drawn_before_the_end)
    app = press(opened(page), "Train the network" if page == HOME else "Start")
    session_now = session_of(app)
    assert labels(app)["Watch again" if page == HOME else "Start new"]
    assert session_now.answering.model.loss == session_now.training.view.run.best.loss


def test_a_set_up_that_cannot_be_trained_says_why(in_session):
    alike = tuple(Polynomial(slope, 0) for slope in (1e-9, 2e-9))
    in_session(Session(setup=Setup(Experiment(polynomials=alike))))
    controls.begin()
    assert session.current().training is None
    reason = refusal.with_page_labels(session.current().refused[controls.PREFIX])
    assert reason.startswith("Standardize inputs: got True")


def test_a_damaged_link_says_which_part_once():
    app = opened(HOME, {"steps": "<b>many</b>", "seed": "5"})
    assert session_of(app).experiment == link.from_query({"seed": "5"}).experiment
    assert [text.value for text in app.text] == [
        "Steps: got '<b>many</b>'; expected a whole number of 0 or more. The usual value is used instead."
    ]
    press(app, "Dismiss")
    assert not app.text


def test_a_set_up_that_is_not_trained_yet_has_its_own_button():
    training = Training(pc.advance(pc.start(TINY), TINY.steps), executor=None, advance=pc.advance)
    other = replace(TINY, seed=6)
    app = opened(HOME, {}, Session(setup=Setup(other), training=training))
    press(app, home.TRAIN_SETUP)
    assert session_of(app).training.view.run.experiment == other
    assert home.TRAIN_SETUP not in labels(app)
