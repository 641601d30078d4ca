"""Play: a whole game against the network and the referee, and a challenge from a link."""

from dataclasses import replace

import pytest
import streamlit as st

from pages.game.game import Game, draw_points
from pages.plane import live
from pages.play import opening, questions, result
from pages.state import session
from pages.state.setup import Setup
from polycore import Experiment, Polynomial
from tests.pages.browsing import QUICK, metrics, opened, session_of, wait_for

PLAY, POLYNOMIALS = "pages/7_play.py", "pages/1_polynomials.py"
CHALLENGE = {"game": "482113", "score": "7", "seconds": "43"}


@pytest.fixture
def figures(monkeypatch):
    """Return the figures that were drawn last, by their keys."""
    drawn = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: drawn.update({key: figure}))
    return drawn


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def answer(app, label):
    return press(app, f"{questions.ANSWER_KEY}.{label}")


def after_training():
    return wait_for(press(opened(PLAY), opening.TRAIN_KEY), "finished")


def play(app, choose):
    """Answer all points, each with what `choose` makes of its label."""
    for place in range(10):
        answer(app, choose(session_of(app).play.game.labels[place]))
        press(app, questions.NEXT_KEY)
    return app


def words(app):
    return "\n".join(text.value for text in [*app.markdown, *app.caption, *app.subheader, *app.info])


def right(label):
    return label


def wrong(label):
    return 1 - label


def test_without_a_network_the_page_says_so_and_offers_to_train_one():
    app = opened(PLAY)
    assert "There is no network to play against yet" in words(app)
    app = wait_for(press(app, opening.TRAIN_KEY), "finished")
    assert "Your opponent" in words(app)
    assert [text.value for text in app.text] == ["Run 1 · Adam, 2 polynomials"]
    assert app.button(key=opening.START_KEY).label == "Start"


def test_a_whole_game_against_the_network(figures):
    app = play(press(after_training(), opening.START_KEY), right)
    game = session_of(app).play.game
    model = session_of(app).answering.model
    expected = sum(model.predict(list(game.points)) == game.labels)
    assert metrics(app)["You"] == "10 of 10"
    assert metrics(app)["Network"] == f"{expected} of 10"
    assert metrics(app)["Referee"] == "10 of 10"  # without noise it cannot be wrong
    assert metrics(app)["Your time"] == f"{sum(game.seconds):.1f} s"
    assert "the point (" in figures[result.HARDEST_KEY].layout.meta["alt"]
    [table] = [html.proto.body for html in app.get("html") if "polycore-game" in html.proto.body]
    assert table.count("<tr>") == 11


def test_the_outcome_comes_at_once_with_all_three_answers():
    app = press(after_training(), opening.START_KEY)
    game = session_of(app).play.game
    answer(app, wrong(game.labels[0]))
    assert "**Wrong.**" in words(app)
    for line in (
        "It lies on",
        "You said",
        "Network:",
        "Referee:",
        "Right so far: you 0, network 1, referee 1",
    ):
        assert line in words(app)
    press(app, questions.NEXT_KEY)
    answer(app, right(game.labels[1]))
    assert "**Right.**" in words(app)
    assert "Right so far: you 1" in words(app)


def test_nothing_shows_the_answer_before_it_is_given(figures):
    app = press(opened(PLAY), opening.START_KEY)
    before = figures[questions.MAP_KEY]
    assert "belongs" not in before.layout.meta["alt"]
    assert "It lies on" not in words(app)
    # what is drawn is the same whichever curve the point is on
    game = session_of(app).play.game
    others = [trace.line.width for trace in before.data[:2]]
    assert others[0] == others[1]
    answer(app, game.labels[0])
    assert (
        f"belongs to {game.experiment.polynomials[game.labels[0]].spoken}."
        in (figures[questions.MAP_KEY].layout.meta["alt"])
    )


def test_answers_outlast_a_visit_to_another_page():
    app = press(opened(PLAY), opening.START_KEY)
    label = session_of(app).play.game.labels[0]
    press(answer(app, label), questions.NEXT_KEY)
    before = session_of(app).play.game
    app.switch_page(POLYNOMIALS).run()
    app.switch_page(PLAY).run()
    assert not app.exception
    assert session_of(app).play.game == before
    assert "**Point 2 of 10**" in words(app)


def test_a_game_continues_with_its_own_polynomials():
    app = press(opened(PLAY), opening.START_KEY)
    changed = session_of(app)
    app.session_state[session.KEY] = replace(changed, setup=Setup(Experiment.recommended()))
    app.run()
    assert [button.key for button in app.button if button.key.startswith(questions.ANSWER_KEY)] == [
        f"{questions.ANSWER_KEY}.0",
        f"{questions.ANSWER_KEY}.1",
    ]


def test_a_game_that_was_left_can_be_brought_back():
    app = press(opened(PLAY), opening.START_KEY)
    game = session_of(app).play.game
    press(app, questions.LEAVE_KEY)
    now = session_of(app)
    assert now.play.game is None
    assert now.reverted(now.undo).play.game == game


def test_the_second_of_two_quick_clicks_on_leave_leaves_the_way_back():
    app = press(opened(PLAY), opening.START_KEY)
    game, leave = session_of(app).play.game, app.button(key=questions.LEAVE_KEY)
    leave.click().run()
    leave.click().run()  # Streamlit calls back for a button that is no longer drawn
    assert not app.exception
    now = session_of(app)
    assert now.play.game is None
    assert now.reverted(now.undo).play.game == game


def test_a_run_of_other_polynomials_is_no_opponent_that_is_learning():
    app = press(opened(PLAY, QUICK | {"steps": "1000000"}), opening.TRAIN_KEY)
    training = session_of(app).training
    other = replace(training.view.run.experiment, polynomials=(Polynomial(1, 0), Polynomial(-1, 0)))
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(other))
    app.run()
    assert "Your opponent is learning" not in words(app)
    press(app, opening.TRAIN_KEY)
    assert session_of(app).training.view.run.experiment == other
    session_of(app).training.stop()


def test_the_opponent_of_a_challenge_is_trained_on_the_curves_of_the_challenge():
    app = opened(PLAY, QUICK | CHALLENGE)
    challenge, before = session_of(app).play.challenge, session_of(app).experiment
    other = replace(before, polynomials=(Polynomial(1, 0), Polynomial(-1, 0)))
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(other))
    app.run()
    app = wait_for(press(app, opening.TRAIN_KEY), "finished")
    assert session_of(app).experiment == challenge.experiment == before
    assert session_of(app).reverted(session_of(app).undo).experiment == other
    assert session_of(app).answering.model.polynomials == before.polynomials
    assert "Your opponent" in words(app)


def test_a_challenge_starts_the_same_ten_points_and_is_beaten():
    app = opened(PLAY, QUICK | CHALLENGE)
    assert "Somebody scored 7 of 10 in 43 s on these ten points: beat it." in words(app)
    press(app, opening.START_KEY)
    game = session_of(app).play.game
    points, labels = draw_points(session_of(app).experiment, 482113)
    assert game.points == tuple(map(tuple, points.tolist()))
    assert game.labels == tuple(labels.tolist())
    play(app, right)
    assert "You beat the challenge: you have 10 of 10 in " in words(app)


def test_without_a_network_the_referee_is_the_opponent_and_a_missed_challenge_stands():
    app = play(press(opened(PLAY, QUICK | CHALLENGE), opening.START_KEY), wrong)
    assert set(metrics(app)) == {"You", "Referee", "Your time"}
    assert "The referee won" in words(app)
    assert "The challenge stands: you have 0 of 10 in " in words(app)
    press(app, result.AGAIN_KEY)  # on other points, and without the challenge
    assert session_of(app).play.game.seed != int(CHALLENGE["game"])
    assert session_of(app).play.challenge is None
    assert "**Point 1 of 10**" in words(app)


def test_a_hostile_challenge_is_reported_and_the_page_works():
    app = opened(PLAY, QUICK | CHALLENGE | {"score": "[x](http://a.b)"})
    assert session_of(app).play.challenge is None
    assert any(
        text.value.startswith("score: got '[x](http://a.b)'; expected a whole number") for text in app.text
    )
    assert "http://a.b" not in words(app)
    press(app, opening.START_KEY)
    assert isinstance(session_of(app).play.game, Game)


def test_the_parameters_of_a_challenge_do_not_stay_in_the_address():
    app = opened(PLAY, QUICK | CHALLENGE)
    assert not CHALLENGE.keys() & set(app.query_params)


def test_a_late_click_does_not_answer_the_next_point(monkeypatch):
    app = press(opened(PLAY), opening.START_KEY)
    other = app.button(key=f"{questions.ANSWER_KEY}.0")  # of the first point
    following = answer(app, 1).button(key=questions.NEXT_KEY)
    # quick clicks: each ends the page before it draws the next point
    monkeypatch.setattr(questions, "draw", lambda _: st.stop())
    for button in (following, other, following):
        button.click().run()
        assert not app.exception
    assert session_of(app).play.game.answers == (1,)
    assert session_of(app).play.game.index == 1


@pytest.mark.parametrize(
    ("classes", "keys"),
    [
        pytest.param(2, "0 or 1", id="two curves"),
        pytest.param(3, "a key from 0 to 2", id="three"),
        pytest.param(10, "a key from 0 to 9", id="ten"),
        pytest.param(12, "a key from 0 to 9", id="more curves than digits"),
    ],
)
def test_the_available_keys_are_named(classes, keys):
    assert questions.keys_for(classes) == keys
