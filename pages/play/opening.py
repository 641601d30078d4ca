"""Before the game: the rules, the opponent, and the button that starts the clock."""

import secrets
from dataclasses import replace
from time import monotonic

import streamlit as st

from pages.game.challenge import Challenge
from pages.game.game import POINTS, Game
from pages.models import kept_actions, shown_network
from pages.models.names import name_of
from pages.play import questions
from pages.setup import controls
from pages.setup.setting_input import NEW_SEEDS
from pages.state import page_links, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.setup import THREE_CURVES
from pages.wording.percent import percent
from polycore import TUTORIAL_POLYNOMIALS, Experiment
from polycore.figures.plane import curves_figure
from polycore.figures.style import with_layout

PREFIX = "game"
MAP_KEY, START_KEY, TRAIN_KEY = (f"{PREFIX}.{name}" for name in ("curves", "start", "train"))
FEW, OWN = "Three, with noise", "Those of the set-up"
START_ALONE = "Start without a network"
LEARNING, NO_OPPONENT = "Your opponent is learning.", "There is no network to play against yet."
TO_BEAT = f"Somebody scored {{score}} of {POINTS} in {{seconds}} s on these ten points: beat it."
# With the twelve of the tutorial looking does not help, and without noise the referee is never wrong.
FEW_CURVES = Experiment(
    polynomials=THREE_CURVES.polynomials,  # in the same order: with the colors and the network of Home
    samples_per_class=None,
    noise=0.1,
    hidden=(16, 16),
    batch_size=256,
    schedule="cosine",
    steps=1500,
)


def draw() -> None:
    """Draw the curves, and beside them the rules, the opponent and the start button."""
    challenge = session.current().play.challenge
    picture, words = st.columns([3, 2], gap="large")
    with words:
        _draw_rules(challenge)
        with st.container():
            if challenge is None and _can_choose(session.current().experiment):
                CURVES.choose(st.segmented_control, "Curves", (FEW, OWN), required=True)
        experiment = experiment_to_play()
        opponent = opponent_in(experiment)
        with st.container(gap="xsmall"):
            _draw_opponent(opponent, experiment)
        controls.show_refusal()
        with st.container():
            st.button(
                START_ALONE if opponent is None else "Start",
                key=START_KEY,
                type="secondary" if opponent is None else "primary",
                icon=":material/timer:",
                on_click=_begin,
                help="Show the first point and start the clock.",
            )
    with picture:
        # without its legend: the buttons of the game will show the names, and a phone has little space
        curves = curves_figure(experiment.polynomials, experiment.x_range)
        questions.draw_plane(with_layout(curves, showlegend=False), MAP_KEY)


def experiment_to_play() -> Experiment:
    """Return the set-up from which the points of the next game are drawn."""
    now = session.current()
    if now.play.challenge is not None:
        return now.play.challenge.experiment
    if _can_choose(now.experiment):
        return now.experiment if CURVES.value == OWN else FEW_CURVES
    # a game of the set-up is the same, if there is one
    return FEW_CURVES if now.experiment.data is not None else now.experiment


def _usual_curves() -> str:
    """Return with which curves a game begins: with few, unless the user has chosen others."""
    experiment = session.current().experiment
    is_untouched = experiment.polynomials == TUTORIAL_POLYNOMIALS and not experiment.noise
    return FEW if is_untouched or experiment.polynomials == FEW_CURVES.polynomials else OWN


def _can_choose(experiment: Experiment) -> bool:
    """Return whether games of the set-up would have other points than those with few curves."""
    few = FEW_CURVES.polynomials, FEW_CURVES.noise, FEW_CURVES.x_range
    return experiment.data is None and few != (
        experiment.polynomials,
        experiment.noise,
        experiment.x_range,
    )


CURVES: Input[str] = Input(f"{PREFIX}.with", _usual_curves, of=lambda: session.current().experiment)


def opponent_in(experiment: Experiment) -> Kept | None:
    """Return the model in use if it is for the polynomials of `experiment`, else None."""
    kept = shown_network.answering_as_shown(session.current())
    return kept if kept is not None and kept.model.polynomials == experiment.polynomials else None


def begin_again() -> None:
    """Begin a game of the current set-up on new points. For a button's on_click."""
    session.update(play=replace(session.current().play, challenge=None))
    _begin()


def _begin() -> None:
    session.collect()  # if a run is under way, its best model so far plays
    now = session.current()
    experiment, challenge = experiment_to_play(), now.play.challenge
    seed = secrets.randbelow(NEW_SEEDS) if challenge is None else challenge.seed
    opponent = opponent_in(experiment)
    model = None if opponent is None else opponent.model
    session.update(play=replace(now.play, game=Game.begin(experiment, seed, model, monotonic())))


def _draw_rules(challenge: Challenge | None) -> None:
    if challenge is not None:
        to_beat = TO_BEAT.format(score=challenge.score, seconds=challenge.seconds)
        st.info(to_beat, icon=":material/swords:")
    st.write(
        f"**You, the network and a referee who knows the curves all guess:** on which curve does each of "
        f"{POINTS} points lie?"
    )
    st.caption("The clock stops at each answer, until you continue.")
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
            weights = f", {opponent.weights}" if opponent.weights else ""
            said = f"It has {percent(accuracy)} of new points right{weights}."
            if learned and (learned.x_range, learned.noise) != (experiment.x_range, experiment.noise):
                said += " It was trained with another range or noise."
            st.caption(said)
    elif view is not None and view.is_active and view.run.experiment.polynomials == experiment.polynomials:
        st.write(f":material/model_training: **{LEARNING}** It will be here in a moment.")
    else:
        st.write(f"**{NO_OPPONENT}**")
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
    """Train on the current set-up, or on that of the game if its curves are different."""
    if experiment.polynomials != session.current().experiment.polynomials:
        session.replace_setup(experiment, "The game's set-up replaced yours.")
    controls.begin()
