"""Before the game: the rules, the opponent, and the button that starts the clock."""

import secrets
from dataclasses import replace
from time import monotonic

import streamlit as st

from pages.game.challenge import Challenge
from pages.game.game import POINTS, Game
from pages.models import kept_actions
from pages.models.names import name_of
from pages.play import questions
from pages.setup import controls
from pages.setup.setting_input import NEW_SEEDS
from pages.state import page_links, session
from pages.state.kept_models import Kept
from pages.wording.percent import percent
from polycore import Experiment
from polycore.figures import curves_figure

PREFIX = "game"
MAP_KEY, START_KEY, TRAIN_KEY = (f"{PREFIX}.{name}" for name in ("curves", "start", "train"))


def draw() -> None:
    """Draw the curves, and beside them the rules, the opponent and the start button."""
    now = session.current()
    challenge = now.play.challenge
    experiment = now.experiment if challenge is None else challenge.experiment
    picture, words = st.columns([3, 2], gap="medium")
    with words:
        _draw_rules(challenge)
        opponent = opponent_in(experiment)
        with st.container(border=True, gap="xsmall"):
            _draw_opponent(opponent, experiment)
        controls.show_refusal()
        with st.container():
            st.button(
                "Start without a network" if opponent is None else "Start",
                key=START_KEY,
                type="secondary" if opponent is None else "primary",
                icon=":material/timer:",
                on_click=_begin,
                help="Show the first point and start the clock.",
            )
    with picture:
        # without its legend: the buttons of the game will show the names, and a phone has little space
        curves = curves_figure(experiment.polynomials, experiment.x_range).update_layout(showlegend=False)
        questions.draw_plane(curves, MAP_KEY)


def opponent_in(experiment: Experiment) -> Kept | None:
    """Return the model in use if it is for the polynomials of `experiment`, else None."""
    kept = session.current().answering
    return kept if kept is not None and kept.model.polynomials == experiment.polynomials else None


def begin_again() -> None:
    """Begin a game of the current set-up on new points. For a button's on_click."""
    session.update(play=replace(session.current().play, challenge=None))
    _begin()


def _begin() -> None:
    session.collect()  # if a run is under way, its best model so far plays
    now = session.current()
    challenge = now.play.challenge
    if challenge is None:
        experiment, seed = now.experiment, secrets.randbelow(NEW_SEEDS)
    else:
        experiment, seed = challenge.experiment, challenge.seed
    opponent = opponent_in(experiment)
    model = None if opponent is None else opponent.model
    session.update(play=replace(now.play, game=Game.begin(experiment, seed, model, monotonic())))


def _draw_rules(challenge: Challenge | None) -> None:
    if challenge is not None:
        st.info(
            f"Somebody scored {challenge.score} of {POINTS} in {challenge.seconds} s on these ten points: "
            "beat it.",
            icon=":material/swords:",
        )
    st.write(
        f"**Beat the network.** You see {POINTS} points, most of them where two curves are close. Say which "
        "curve each point lies on. The network and the referee answer too: the referee knows the curves and "
        "the noise, and gives the best answer that is possible."
    )
    st.caption("The clock runs only while you think: it stops at each answer, until you continue.")
    if challenge is not None and challenge.experiment != session.current().experiment:
        st.caption(
            "The set-up has changed since you opened the link; the game still uses the points of the link."
        )


def _draw_opponent(opponent: Kept | None, experiment: Experiment) -> None:
    view = session.current().run_view
    if opponent is not None:
        st.write("**Your opponent**")
        st.text(name_of(opponent))  # not Markdown: the user may have typed it
        accuracy, learned = opponent.model.held_out_accuracy, opponent.experiment
        if accuracy is not None:
            # not the number first: Markdown would turn ">99.9 %" into a quote
            said = f"Accuracy on held-out points: {percent(accuracy)}."
            if learned and (learned.x_range, learned.noise) != (experiment.x_range, experiment.noise):
                said += " It was trained with another range or noise than yours."
            st.caption(said)
    elif view is not None and view.is_active and view.run.experiment.polynomials == experiment.polynomials:
        st.write(":material/model_training: **Your opponent is learning.** It will be here in a moment.")
    else:
        st.write("**There is no network to play against yet.**")
        st.button(
            "Train the network",
            key=TRAIN_KEY,
            type="primary",
            icon=":material/play_arrow:",
            on_click=_train,
            args=(experiment,),
            help="Train a network on these curves. You need not wait for its last step.",
        )
        kept_actions.draw_going(session.going_for_run(), "play")
        page_links.draw(page_links.TRAIN, "Choose how it is trained", ":material/model_training:")


def _train(experiment: Experiment) -> None:
    """Train on the current set-up, or on the challenge's if its curves are different."""
    if experiment.polynomials != session.current().experiment.polynomials:
        session.replace_setup(experiment, "The link's set-up replaced yours.")
    controls.begin()
