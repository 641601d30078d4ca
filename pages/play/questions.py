"""The game while it is played: a point, the polynomials to choose from, and the outcome of the choice."""

from dataclasses import replace
from time import monotonic

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.game.game import POINTS, Game
from pages.play import class_names, clock, game_plane
from pages.state import session
from pages.wording.percent import odds, probability
from polycore.figures import answer_figure, question_figure

PREFIX = "game"
MAP_KEY, NEXT_KEY, LEAVE_KEY, CLOCK_KEY = (f"{PREFIX}.{name}" for name in ("map", "next", "leave", "clock"))
KEYS_KEY = f"{PREFIX}.keys"
ANSWER_KEY = f"{PREFIX}.answer"
BUTTON_WIDTH = 170  # pixels: two of them side by side on a phone
DIGITS = 10  # classes that a single key can name
NEXT_SHORTCUT = "N"  # not Enter, which follows the link or presses the button that has the focus

_STYLE = """<style>
/* with its key at the end, "p0 3x + 1" would look like another polynomial */
[class*="st-key-game-answer"] kbd { display: none; }
</style>"""

CORRECT, WRONG = ":green[:material/check:]", ":red[:material/close:]"


def draw(game: Game) -> None:
    """Draw the current point, and the choice or its outcome."""
    picture, words = st.columns([3, 2], gap="medium")
    with picture:
        game_plane.draw(_figure(game), MAP_KEY)
    with words:
        with st.container():
            _draw_progress(game)
        with st.container():
            if game.is_answered:
                _draw_outcome(game)
            else:
                _draw_choice(game)
        _draw_leave()


def _figure(game: Game) -> go.Figure:
    experiment = game.experiment
    heights = np.array([y for _, y in game.points])
    point = game.points[game.index]
    question = question_figure(experiment.polynomials, experiment.x_range, heights, point)
    if not game.is_answered:
        return question
    label, chosen = game.labels[game.index], game.answers[game.index]
    return answer_figure(question, experiment.polynomials, label, chosen)


def _draw_progress(game: Game) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Point {game.index + 1} of {POINTS}**", width="content")
        st.markdown(":material/timer:", width="content")
        if game.is_answered:
            st.markdown(f"{game.time:.1f} s", width="content")
        else:
            clock.draw(game.time + monotonic() - game.asked_at, CLOCK_KEY)
    if game.answers:
        others = [f"referee {game.referee_score}"]
        if game.network_score is not None:
            others.insert(0, f"network {game.network_score}")
        st.caption(f"Right so far: you {game.score}, {', '.join(others)}.")


def _draw_choice(game: Game) -> None:
    x, y = game.points[game.index]
    st.write("Which curve does it lie on?")
    st.html(_STYLE)
    with st.container(horizontal=True, gap="xsmall"):
        for label, polynomial in enumerate(game.experiment.polynomials):
            st.button(
                class_names.on_button(label, polynomial),
                key=f"{ANSWER_KEY}.{label}",
                on_click=_answer,
                args=(game.index, label),
                width=BUTTON_WIDTH,
                wrap=True,
                shortcut=str(label) if label < DIGITS else None,
            )
    with st.container(key=KEYS_KEY):  # not shown on touch screens
        st.caption(f"{_keys(game)} choose, too.")
    with st.expander("Where is it exactly?", key=f"{PREFIX}.place.{game.index}"):
        st.write(f"x = {x:.4g}, y = {y:.4g}")


def _keys(game: Game) -> str:
    last = min(DIGITS, len(game.experiment.polynomials)) - 1
    return "The keys 0 and 1" if last == 1 else f"The keys 0 to {last}"


def _draw_outcome(game: Game) -> None:
    index = game.index
    label, chosen = game.labels[index], game.answers[index]
    polynomial = game.experiment.polynomials[label]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{CORRECT} **Right.**" if chosen == label else f"{WRONG} **Wrong.**")
        st.markdown(f"It lies on {class_names.on_button(label, polynomial)}.")
        if chosen != label:
            class_names.row(chosen, "You said", ".")
        if game.network:
            best = game.network[index]
            class_names.row(
                best.label,
                "Network:",
                f", probability {probability(best.probability)}{_mark(game, best.label)}",
            )
        best = game.referee[index]
        class_names.row(best.label, "Referee:", f", odds {odds(best.probability)}{_mark(game, best.label)}")
        st.button(
            "Next point" if index + 1 < POINTS else "See the result",
            key=NEXT_KEY,
            type="primary",
            icon=":material/arrow_forward:",
            on_click=_next,
            args=(index,),
            shortcut=NEXT_SHORTCUT,
            help="Continue: the clock runs again.",
        )


def _mark(game: Game, label: int) -> str:
    return f" {CORRECT} right" if label == game.labels[game.index] else f" {WRONG} wrong"


def _draw_leave() -> None:
    st.button(
        "Leave this game",
        key=LEAVE_KEY,
        type="tertiary",
        icon=":material/logout:",
        on_click=_leave,
        help="Back to the start, without a result.",
    )


def _answer(index: int, label: int) -> None:
    play = session.current().play
    game = play.game
    if game is not None and game.index == index:  # not a late click on a button of an earlier point
        session.set_play(replace(play, game=game.answered(label, monotonic())))


def _next(index: int) -> None:
    play = session.current().play
    game = play.game
    if game is not None and game.index == index:
        session.set_play(replace(play, game=game.next(monotonic())))


def _leave() -> None:
    play = session.current().play
    if play.game is not None:  # else the second of two quick clicks
        session.set_play(replace(play, game=None), undo="You left the game.")
