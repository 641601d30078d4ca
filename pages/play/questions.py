"""The game while it is played: a point, the polynomials to choose from, and the outcome of the choice."""

from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import streamlit as st

from pages.channel import component
from pages.game.game import CLOSEST, POINTS, Game
from pages.plane import live, swatch
from pages.plane.scene import shortened
from pages.state import session
from pages.wording.percent import odds, probability
from polycore import Polynomial
from polycore.figures import plane_range
from polycore.figures.game import answer_figure, question_figure
from polycore.figures.style import Figure
from polycore.formatting import number_text
from polycore.polynomials.window import Point

PREFIX = "game"
MAP_KEY, NEXT_KEY, LEAVE_KEY, CLOCK_KEY = (f"{PREFIX}.{name}" for name in ("map", "next", "leave", "clock"))
KEYS_KEY = f"{PREFIX}.keys"
ANSWER_KEY = f"{PREFIX}.answer"
BUTTON_WIDTH = 170  # pixels: two of them side by side on a phone
DIGITS = 10  # classes that a single key can name
LEFT = "You left the game."
KEYS = "You can also press"
NEXT_SHORTCUT = "N"  # not Enter, which follows the link or presses the button that has the focus
CORRECT, WRONG = ":green[:material/check:]", ":red[:material/close:]"
# of the plane, in pixels: lower on a phone, so that the choices below it are visible too
HEIGHT, HEIGHT_ON_A_PHONE, HEIGHT_BEFORE = 420, 290, 240

# The figure fills the height of its container. On a desk that is as high as the screen allows: this is a game
# of looking.
_PLANE_STYLE = f"""<style>
@media (min-width: 641px) {{
  [class*="-game-plane"] :has(.polycore-live) {{
    height: clamp({HEIGHT}px, 100vh - 17rem, 45rem) !important;
    flex: 0 0 clamp({HEIGHT}px, 100vh - 17rem, 45rem) !important;
  }}
}}
@media (max-width: 640px) {{
  .stHorizontalBlock:has([class*="-game-plane"]) {{ row-gap: 0.5rem; }}
  [class*="-game-plane"] :has(.polycore-live) {{
    height: {HEIGHT_ON_A_PHONE}px !important;
    flex: 0 0 {HEIGHT_ON_A_PHONE}px !important;
  }}
  .stApp [class*="-game-plane"] .st-key-game-curves:has(.polycore-live) {{ /* before the game: above Start */
    height: {HEIGHT_BEFORE}px !important; flex: 0 0 {HEIGHT_BEFORE}px !important;
  }}
  /* at the bottom it would lie over answers */
  .stApp [data-testid="stLayoutWrapper"]:has(> .st-key-undo-toast) {{ inset: 0.25rem auto auto 50%; }}
}}
</style>"""
_CHOICE_STYLE = """<style>
/* with its key at the end, "p0 3x + 1" would look like another polynomial */
[class*="st-key-game-answer"] kbd { display: none; }
</style>"""

# it counts in the browser, without a request to the server each second
_clock = component.Component("polycore_clock", (Path(__file__).with_name("clock.js"),), isolate_styles=False)


def draw_plane(figure: Figure, key: str, lens: Point | None = None) -> None:
    """Draw a figure of the plane, with a lens at that point."""
    with st.container(key=f"{key}.game-plane"):
        st.html(_PLANE_STYLE)
        live.figure(figure, key=key, height=HEIGHT, lens=lens)


def draw(game: Game) -> None:
    """Draw the current point, and the choice or its outcome."""
    picture, words = st.columns([3, 2], gap="medium")
    with picture:
        draw_plane(figure_of(game), MAP_KEY, lens_of(game))
    with words:
        with st.container():
            _draw_progress(game)
        with st.container():
            if game.is_answered:
                _draw_outcome(game)
            else:
                _draw_choice(game)
        st.button(
            "Leave this game",
            key=LEAVE_KEY,
            type="tertiary",
            icon=":material/logout:",
            on_click=_leave,
            help="Back to the start, without a result.",
        )


def figure_of(game: Game) -> Figure:
    """Return the plane with the current point and, once it is answered, with its curve and the one chosen."""
    experiment = game.experiment
    heights = np.array([y for _, y in game.points])
    point = game.points[game.index]
    question = question_figure(experiment.polynomials, experiment.x_range, heights, point)
    if not game.is_answered:
        return question
    label, chosen = game.labels[game.index], game.answers[game.index]
    return answer_figure(question, experiment.polynomials, label, chosen)


def lens_of(game: Game) -> Point | None:
    """Return where the lens lies: at the current point; None if it would say which curve the point lies on.

    Noise moves a point off its curve, and the lens shows what there is to weigh. Without noise, or with less
    than the eye sees, the enlarged point lies on one curve alone: then the lens comes with the outcome.
    """
    experiment = game.experiment
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    tells = experiment.noise < CLOSEST * (top - bottom)
    return None if tells and not game.is_answered else game.points[game.index]


def _draw_progress(game: Game) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Point {game.index + 1} of {POINTS}**", width="content")
        st.markdown(":material/timer:", width="content")
        if game.is_answered:
            st.markdown(f"{game.time:.1f} s", width="content")
        else:
            seconds = game.time + monotonic() - game.asked_at
            _clock.draw(key=CLOCK_KEY, data={"seconds": seconds}, width="content")
    if game.answers:
        others = [f"referee {game.referee_score}"]
        if game.network_score is not None:
            others.insert(0, f"network {game.network_score}")
        st.caption(f"Right so far: you {game.score}, {', '.join(others)}.")


def _draw_choice(game: Game) -> None:
    x, y = game.points[game.index]
    polynomials = game.experiment.polynomials
    st.write("Which curve does it lie on?")
    st.html(_CHOICE_STYLE)
    with st.container(horizontal=True, gap="xsmall"):
        for label, polynomial in enumerate(polynomials):
            st.button(
                _with_formula(label, polynomial),
                key=f"{ANSWER_KEY}.{label}",
                on_click=_answer,
                args=(game.index, label),
                width=BUTTON_WIDTH,
                wrap=True,
                shortcut=str(label) if label < DIGITS else None,
            )
    with st.container(key=KEYS_KEY):  # not shown on touch screens
        st.caption(f"{KEYS} {keys_for(len(polynomials))}.")
    with st.expander("Where is it exactly?", key=f"{PREFIX}.place.{game.index}"):
        st.write(f"x = {number_text(x)}, y = {number_text(y)}")


def keys_for(classes: int) -> str:
    """Return which keys choose a class, in words."""
    last = min(DIGITS, classes) - 1
    return "0 or 1" if last == 1 else f"a key from 0 to {last}"


def _draw_outcome(game: Game) -> None:
    index = game.index
    label, chosen = game.labels[index], game.answers[index]

    def verdict(answer: int) -> str:
        return f"{CORRECT} right" if answer == label else f"{WRONG} wrong"

    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{CORRECT} **Right.**" if chosen == label else f"{WRONG} **Wrong.**")
        st.markdown(f"It lies on {_with_formula(label, game.experiment.polynomials[label])}.")
        if chosen != label:
            st.markdown(f"You said {_class(chosen)}.")
        if game.network:
            best = game.network[index]
            sure = f"probability {probability(best.probability)}"
            st.markdown(f"Network: {_class(best.label)}, {sure} {verdict(best.label)}")
        best = game.referee[index]
        st.markdown(f"Referee: {_class(best.label)}, odds {odds(best.probability)} {verdict(best.label)}")
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


def _class(label: int) -> str:
    """Return the line style and the number of a class as Markdown."""
    return f"![]({swatch.url(label)}) **p{label}**"


def _with_formula(label: int, polynomial: Polynomial) -> str:
    """Return the class with its polynomial, whose text contains no Markdown."""
    return f"{_class(label)}  {shortened(polynomial.typeset)}"


def _answer(index: int, label: int) -> None:
    play = session.current().play
    game = play.game
    if game is not None and game.index == index:  # not a late click on a button of an earlier point
        session.update(play=replace(play, game=game.answered(label, monotonic())))


def _next(index: int) -> None:
    play = session.current().play
    game = play.game
    if game is not None and game.index == index:
        session.update(play=replace(play, game=game.next(monotonic())))


def _leave() -> None:
    play = session.current().play
    if play.game is not None:  # else the second of two quick clicks
        session.update(play=replace(play, game=None), undo=LEFT)
