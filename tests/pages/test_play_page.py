"""Play: a whole game against the network and the referee, and a challenge from a link."""

from dataclasses import replace

import pytest
import streamlit as st

import polycore as pc
from pages.game.challenge import Challenge
from pages.game.game import Game, MostLikely, draw_points
from pages.play import opening, questions, result
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Play, Session
from pages.state.setup import THREE_CURVES, Setup
from polycore import TUTORIAL_POLYNOMIALS, Experiment, PointSet, Polynomial
from polycore.links import link
from tests.pages.browsing import QUICK, drawn, labelled, metrics, opened, sent_to, session_of, wait_for

EXPERIMENT = link.from_query(QUICK).experiment
PLAY, POLYNOMIALS = "pages/7_play.py", "pages/1_polynomials.py"
CHALLENGE = {"game": "482113", "score": "7", "seconds": "43"}


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def answer(app, label):
    return press(app, f"{questions.ANSWER_KEY}.{label}")


def begun(seed=3, played=0, network=False, right=10, **session):
    """Return a session with a game of the quick set-up, of which so many points were answered and seen.

    network: whether one plays: it is always right. right: how many of the answers are, the first ones.
    """
    game = Game.begin(EXPERIMENT, seed, None, 0.0)
    if network:
        game = replace(game, network=tuple(MostLikely(label, 0.9) for label in game.labels))
    for index in range(played):
        label = game.labels[index]
        game = game.answered(label if index < right else 1 - label, game.asked_at + 2.5)
        game = game.next(game.asked_at)
    return Session(setup=Setup(EXPERIMENT), play=Play(game, **session))


def challenge(seed, score, seconds):
    return Challenge(EXPERIMENT, seed, score, seconds)


def words(app):
    texts = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.info]
    return "\n".join(text.value for text in texts)


def test_without_a_network_the_page_says_so_and_offers_to_train_one():
    app = opened(PLAY)
    assert opening.NO_OPPONENT in words(app)
    app = wait_for(press(app, opening.TRAIN_KEY), "finished")
    assert "Your opponent" in words(app)
    assert [text.value for text in app.text] == ["Run 1 · Adam, 2 polynomials"]
    assert app.button(key=opening.START_KEY).label == "Start"


def test_the_network_that_was_trained_on_home_plays_in_a_game_on_its_three_curves():
    kept = Kept.of_file(pc.advance(pc.start(THREE_CURVES), 10).best, 1)
    begun = Session(setup=Setup(THREE_CURVES), models=KeptModels((kept,), in_use=kept.title))
    app = opened(PLAY, begun=begun)
    assert "Your opponent" in words(app)
    press(app, opening.START_KEY)
    assert session_of(app).play.game.network


THREE = (Polynomial(1, 0), Polynomial(-1, 0, 1), Polynomial(1, 0, -1))
OWN_POINTS = PointSet([(i, i % 7) for i in range(40)], [i % 2 for i in range(40)], names=("a", "b"))


def of_link(words):
    return link.from_query(words).experiment


@pytest.mark.parametrize(
    ("set_up", "curves"),
    [
        # with twelve, looking does not help
        pytest.param(Experiment.recommended(), (THREE, 0.1), id="what a session begins with"),
        pytest.param(EXPERIMENT, (EXPERIMENT.polynomials, 0.0), id="polynomials of a link"),
        pytest.param(of_link({"noise": "0.2"}), (TUTORIAL_POLYNOMIALS, 0.2), id="noise of a link"),
        pytest.param(of_link({"polynomials": "x~-x^2+1~x^2-1"}), (THREE, 0.1), id="the three without noise"),
        pytest.param(Experiment().on_points(OWN_POINTS), (THREE, 0.1), id="the user's own points"),
    ],
)
def test_a_game_begins_with_three_curves_and_noise_unless_the_user_has_chosen_others(
    in_session, set_up, curves
):
    in_session(Session(setup=Setup(set_up)))
    to_play = opening.experiment_to_play()
    assert (to_play.polynomials, to_play.noise) == curves


def test_the_twelve_are_played_if_they_are_chosen():
    app = opened(PLAY, {})
    labelled(app.button_group, "Curves").set_value(opening.OWN).run()
    game = session_of(press(app, opening.START_KEY)).play.game
    assert (game.experiment.polynomials, game.experiment.noise) == (TUTORIAL_POLYNOMIALS, 0.0)


def test_the_opponent_on_the_three_curves_is_trained_on_them_and_the_set_up_can_be_brought_back():
    app = opened(PLAY, {})
    before = session_of(app).experiment
    app = wait_for(press(app, opening.TRAIN_KEY), "finished")
    assert session_of(app).experiment == opening.FEW_CURVES
    assert session_of(app).reverted(session_of(app).undo).experiment == before
    assert "Your opponent" in words(app)
    assert not app.button_group  # there is nothing to choose


def test_without_noise_the_lens_which_would_give_the_answer_away_comes_after_it():
    app = opened(PLAY, begun=begun(played=3))
    assert sent_to(app, questions.MAP_KEY)["lens"] is None
    answer(app, 0)
    assert sent_to(app, questions.MAP_KEY)["lens"] == list(session_of(app).play.game.points[3])


# the curves reach from y = -1 to 1, and of what is drawn, at least that, the eye sees 0.002: more than 0.001
@pytest.mark.parametrize(
    ("noise", "has_lens"),
    [pytest.param(0.1, True, id="plain to see"), pytest.param(0.001, False, id="too little to see")],
)
def test_with_noise_that_can_be_seen_the_lens_is_at_the_point_that_is_asked_about(noise, has_lens):
    game = Game.begin(replace(opening.FEW_CURVES, noise=noise), 3, None, 0.0)
    assert questions.lens_of(game) == (game.points[0] if has_lens else None)


def test_the_last_points_of_a_game_against_the_network_and_its_result():
    app = opened(PLAY, begun=begun(played=8, network=True, challenge=challenge(3, 7, 43)))
    for index in (8, 9):
        assert f"**Point {index + 1} of 10**" in words(app)
        answer(app, session_of(app).play.game.labels[index])
        press(app, questions.NEXT_KEY)
    game = session_of(app).play.game
    assert metrics(app) == {
        "You": "10 of 10",
        "Network": "10 of 10",
        "Referee": "10 of 10",  # without noise it cannot be wrong
        "Your time": f"{sum(game.seconds):.1f} s",
    }
    assert result.verdict(game) in words(app)
    assert result.comparison(challenge(3, 7, 43), game) in words(app)
    assert "the point (" in drawn(app, result.HARDEST_KEY).layout.meta["alt"]
    [table] = [html.proto.body for html in app.get("html") if "polycore-game" in html.proto.body]
    assert table.count("<tr>") == 11


@pytest.mark.parametrize(
    ("right", "network", "verdict"),
    [
        (10, False, "You and the referee tied"),
        (9, False, "The referee won"),
        (9, True, "The network and the referee tied for first place"),
        (10, True, "You, the network and the referee tied"),
    ],
)
def test_the_result_says_who_won(right, network, verdict):
    game = begun(played=10, network=network, right=right).play.game
    assert result.verdict(game) == verdict
    scores = {label: value for label, value, _ in result.scores(game)}
    expected = {"You": f"{right} of 10", "Network": "10 of 10", "Referee": "10 of 10", "Your time": "25.0 s"}
    assert scores == {label: expected[label] for label in expected if network or label != "Network"}


@pytest.mark.parametrize(
    ("you", "network", "referee", "verdict"),
    [
        (10, 0, 0, "You won; the network and the referee tied"),
        (6, 6, 4, "You and the network tied for first place"),
        (6, 4, 6, "You and the referee tied for first place"),
        (4, 6, 6, "The network and the referee tied for first place"),
        (6, 10, 6, "The network won; you and the referee tied"),
        (6, 6, 10, "The referee won; you and the network tied"),
        (8, 7, 9, "The referee won; you came second"),
    ],
)
def test_the_result_calls_a_tie_a_tie_for_each_pair(you, network, referee, verdict):
    game = begun(played=10, right=you).play.game

    def having(right):
        return tuple(MostLikely(one if i < right else 1 - one, 0.9) for i, one in enumerate(game.labels))

    assert result.verdict(replace(game, network=having(network), referee=having(referee))) == verdict


def test_the_outcome_comes_with_the_answer_and_not_before_it():
    app = opened(PLAY, begun=begun(network=True))
    game = session_of(app).play.game
    assert "It lies on" not in words(app)
    answer(app, 1 - game.labels[0])
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
    answer(app, game.labels[1])
    assert "**Right.**" in words(app)
    assert "Right so far: you 1" in words(app)


def test_the_figure_does_not_show_the_answer_before_it_is_given():
    game = begun().play.game
    before = questions.figure_of(game)
    assert "belongs" not in before["layout"]["meta"]["alt"]
    # what is drawn is the same whichever curve the point is on
    assert before["data"][0]["line"]["width"] == before["data"][1]["line"]["width"]
    label = game.labels[0]
    after = questions.figure_of(game.answered(label, 1.0))["layout"]["meta"]["alt"]
    assert f"belongs to {EXPERIMENT.polynomials[label].spoken}." in after


def test_answers_outlast_a_visit_to_another_page():
    app = opened(PLAY, begun=begun(played=1))
    before = session_of(app).play.game
    app.switch_page(POLYNOMIALS).run()
    app.switch_page(PLAY).run()
    assert not app.exception
    assert session_of(app).play.game == before
    assert "**Point 2 of 10**" in words(app)


def test_a_game_continues_with_its_own_polynomials():
    app = opened(PLAY, begun=replace(begun(), setup=Setup(Experiment.recommended())))
    assert [button.key for button in app.button if button.key.startswith(questions.ANSWER_KEY)] == [
        f"{questions.ANSWER_KEY}.0",
        f"{questions.ANSWER_KEY}.1",
    ]


def test_the_second_of_two_quick_clicks_on_leave_leaves_the_way_back():
    app = opened(PLAY, begun=begun())
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
    assert opening.LEARNING not in words(app)
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


def test_a_challenge_starts_the_same_ten_points_and_does_not_stay_in_the_address():
    app = opened(PLAY, QUICK | CHALLENGE)
    assert opening.TO_BEAT.format(score=7, seconds=43) in words(app)
    assert not CHALLENGE.keys() & set(app.query_params)
    press(app, opening.START_KEY)
    game = session_of(app).play.game
    points, labels = draw_points(EXPERIMENT, 482113)
    assert game.points == tuple(map(tuple, points.tolist()))
    assert game.labels == tuple(labels.tolist())


def test_after_a_missed_challenge_a_game_is_on_other_points_and_without_the_challenge():
    app = opened(PLAY, begun=begun(played=10, right=0, challenge=challenge(3, 7, 43)))
    assert set(metrics(app)) == {"You", "Referee", "Your time"}
    assert result.comparison(challenge(3, 7, 43), session_of(app).play.game) in words(app)
    press(app, result.AGAIN_KEY)
    assert session_of(app).play.game.points != begun().play.game.points
    assert session_of(app).play.challenge is None
    assert "**Point 1 of 10**" in words(app)


def test_a_challenge_of_other_points_is_not_compared():
    app = opened(PLAY, begun=begun(played=10, challenge=challenge(4, 7, 43)))
    assert "the challenge" not in words(app)


def test_a_hostile_challenge_is_reported_and_the_page_works():
    app = opened(PLAY, QUICK | CHALLENGE | {"score": "[x](http://a.b)"})
    assert session_of(app).play.challenge is None
    assert any(
        text.value.startswith("score: got '[x](http://a.b)'; expected a whole number") for text in app.text
    )
    assert "http://a.b" not in words(app)
    press(app, opening.START_KEY)
    assert isinstance(session_of(app).play.game, Game)


def test_a_late_click_does_not_answer_the_next_point(monkeypatch):
    app = opened(PLAY, begun=begun())
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
