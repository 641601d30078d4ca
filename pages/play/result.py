"""After the game: who won, the hardest point, all answers, and a challenge for a friend."""

from functools import partial

import streamlit as st

from pages.frame import frame
from pages.game import challenge
from pages.game.challenge import Challenge
from pages.game.game import POINTS, Game
from pages.models import link_choice
from pages.plane import live
from pages.plane.referee import referee_of_curves
from pages.play import answers_table, hardest_point, opening
from pages.state import session

PREFIX = "game"
AGAIN_KEY, HARDEST_KEY, SHARE_KEY = (f"{PREFIX}.{name}" for name in ("again", "hardest", "share"))
MAP_HEIGHT = 340


def draw(game: Game) -> None:
    """Draw the result of a finished game."""
    received = session.current().play.challenge
    st.subheader(verdict(game), anchor=False)
    if received is not None and received.is_played_in(game):
        st.info(comparison(received, game), icon=":material/swords:")
    with st.container(horizontal=True, gap="large"):
        _draw_scores(game)
    with st.container(horizontal=True):
        _draw_again()
        _draw_challenge(game)
    picture, table = st.columns(2, gap="large")
    with picture:
        _draw_hardest(game)
    with table:
        st.subheader("All answers", anchor=False)
        st.html(answers_table.html(game))


def verdict(game: Game) -> str:
    """Return who won: the user against the network, or against the referee if no network plays."""
    other, score = ("network", game.network_score) if game.network else ("referee", game.referee_score)
    if score is None or game.score == score:
        return f"You and the {other} are even"
    return f"You beat the {other}" if game.score > score else f"The {other} won"


def comparison(received: Challenge, game: Game) -> str:
    """Return whether the user has beaten a challenge."""
    yours = Challenge.of(game)
    scores = (
        f"you have {yours.score} of {POINTS} in {yours.seconds} s, "
        f"somebody had {received.score} of {POINTS} in {received.seconds} s."
    )
    if received.is_beaten_by(game):
        return f"You beat the challenge: {scores}"
    if received.is_equaled_by(game):
        return f"You are even with the challenge: {scores}"
    return f"The challenge stands: {scores}"


def _draw_scores(game: Game) -> None:
    _metric("You", f"{game.score} of {POINTS}", "For how many of the ten points you chose the right curve.")
    if game.network:
        _metric(
            "Network",
            f"{game.network_score} of {POINTS}",
            "For how many the network's most likely curve was right.",
        )
    _metric(
        "Referee",
        f"{game.referee_score} of {POINTS}",
        "For how many the best possible answer was right: no method that sees only the point can expect to "
        "be right more often.",
    )
    _metric("Your time", f"{game.time:.1f} s", "Your thinking time in all, from each point to its answer.")


def _metric(label: str, value: str, text: str) -> None:
    st.metric(label, value, help=text, width="content")


def _draw_again() -> None:
    st.button(
        "Play again",
        key=AGAIN_KEY,
        type="primary",
        icon=":material/replay:",
        on_click=opening.begin_again,
        help="Ten new points of the current set-up. The clock starts at once.",
    )


def _draw_challenge(game: Game) -> None:
    # drawn only while it is open: writing the network into a link takes a moment
    popover = st.popover("Challenge a friend", icon=":material/swords:", key=SHARE_KEY, on_change="rerun")
    if popover.open:
        with popover:
            _draw_link(Challenge.of(game))


def _draw_link(offer: Challenge) -> None:
    page = frame.address()
    opponent = opening.opponent_in(offer.experiment)
    with st.spinner("Writing the link"):
        room = link_choice.MAX_ADDRESS - len(challenge.to_address(page, offer, " ")) + 1
        weights = None if opponent is None else link_choice.weights_of(opponent, offer.experiment, room)
    with_network = ", and the same network to play against" if weights else ""
    st.write(f"This link opens the same ten points, with your score and time to beat{with_network}.")
    address = challenge.to_address(page, offer, weights)
    st.code(address, language=None, wrap_lines=True, height=link_choice.HEIGHT)


def _draw_hardest(game: Game) -> None:
    st.subheader("The hardest point", anchor=False)
    height = MAP_HEIGHT + 10 * len(game.experiment.polynomials)  # with its legend
    referee = partial(referee_of_curves, game.experiment)
    live.figure(hardest_point.figure(game), key=HARDEST_KEY, height=height, model_now=referee)
    st.write(hardest_point.why(game))
    st.caption("Each point has the color of the best answer; the stronger the color, the more certain it is.")
