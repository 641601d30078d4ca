"""After the game: who won, the hardest point, all answers, and a challenge for a friend."""

from functools import partial

import numpy as np
import streamlit as st

from pages.game import challenge
from pages.game.challenge import Challenge
from pages.game.game import FARTHEST, POINTS, Game
from pages.models import link_choice
from pages.plane import live, swatch
from pages.plane.referee import referee_of_curves
from pages.play import opening
from pages.state import page_links, session
from pages.wording.percent import odds
from pages.wording.words import capitalized, listed
from polycore import PolycoreError, crossings
from polycore.arrays import grid_points
from polycore.figures import plane_range
from polycore.figures.game import close_up_figure
from polycore.figures.style import Figure
from polycore.formatting import number_text, percent
from polycore.referee.bayes_classifier import probabilities_anywhere

PREFIX = "game"
AGAIN_KEY, HARDEST_KEY, SHARE_KEY = (f"{PREFIX}.{name}" for name in ("again", "hardest", "share"))
MAP_HEIGHT = 340
CLOSE_UP = 0.12  # share of the plane's width and height, to each side of the point
COLUMNS, ROWS = 96, 72  # of the close-up
NEAR = 0.1  # share of the plane's width: only crossings that are this near are mentioned
SURE = 0.9
TOO_CLOSE = (
    "Without noise, computing both values shows which curve it is. The eye hardly sees it, and a network "
    "that is slightly off gets it wrong."
)
_TABLE_STYLE = """<style>
.polycore-game { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.polycore-game th, .polycore-game td { padding: 0.3rem 0.35rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); }
.polycore-game th { font-weight: 600; }
.polycore-game img { width: 33px; height: 12px; vertical-align: middle; }
.polycore-game small { opacity: 0.75; }
@media (max-width: 640px) {
  .polycore-game th, .polycore-game td { padding: 0.3rem 0.15rem; }
  .polycore-game img { width: 22px; height: 8px; }
}
</style>"""


def draw(game: Game) -> None:
    """Draw the result of a finished game."""
    received = session.current().play.challenge
    st.header(verdict(game), anchor=False)
    if received is not None and received.is_played_in(game):
        st.info(comparison(received, game), icon=":material/swords:")
    with st.container(horizontal=True, gap="medium"):
        for label, value, about in scores(game):
            st.metric(label, value, help=about or None, width="content")
    with st.container(horizontal=True):
        st.button(
            "Play again",
            key=AGAIN_KEY,
            type="primary",
            icon=":material/replay:",
            on_click=opening.begin_again,
            help="Ten new points of the current set-up. The clock starts at once.",
        )
        # drawn only while it is open: writing the network into a link takes a moment
        popover = st.popover("Challenge a friend", icon=":material/swords:", key=SHARE_KEY, on_change="rerun")
        if popover.open:
            with popover:
                _draw_link(Challenge.of(game))
    picture, table = st.columns(2, gap="large")
    with picture:
        st.subheader("The hardest point", anchor=False)
        st.write(why_hard(game))
        st.caption("The color is that of the best answer: the stronger, the more certain.")
        height = MAP_HEIGHT + 10 * len(game.experiment.polynomials)  # with its legend
        referee = partial(referee_of_curves, game.experiment)
        live.figure(close_up(game), key=HARDEST_KEY, height=height, model_now=referee)
    with table:
        st.subheader("All answers", anchor=False)
        st.html(answers_html(game))


def verdict(game: Game) -> str:
    """Return who won, who tied and, of three, who came second."""
    scores = {"you": game.score, "the network": game.network_score, "the referee": game.referee_score}
    ranks = sorted({score for score in scores.values() if score is not None}, reverse=True)
    first, *others = [[name for name in scores if scores[name] == rank] for rank in ranks]
    tied = "tied for first place" if others else "tied"
    words = f"{listed(first)} {tied}" if len(first) > 1 else f"{first[0]} won"
    if others and len(others[0]) > 1:
        words += f"; {listed(others[0])} tied"
    elif len(others) > 1:
        words += f"; {others[0][0]} came second"
    return capitalized(words)


def comparison(received: Challenge, game: Game) -> str:
    """Return whether the user has beaten a challenge."""
    yours = Challenge.of(game)
    both = (
        f"you have {yours.score} of {POINTS} in {yours.seconds} s, "
        f"somebody had {received.score} of {POINTS} in {received.seconds} s."
    )
    if received.is_beaten_by(game):
        return f"You beat the challenge: {both}"
    if received.is_equaled_by(game):
        return f"You tied with the challenge: {both}"
    return f"The challenge stands: {both}"


def scores(game: Game) -> list[tuple[str, str, str]]:
    """Return each player's score with its label and, of the referee, what it means, and the user's time."""
    referee = "The best possible answers: no method that sees only the points can expect more."
    return [
        ("You", f"{game.score} of {POINTS}", ""),
        *([("Network", f"{game.network_score} of {POINTS}", "")] if game.network else []),
        ("Referee", f"{game.referee_score} of {POINTS}", referee),
        ("Your time", f"{game.time:.1f} s", ""),
    ]


def _draw_link(offer: Challenge) -> None:
    page = page_links.here()
    opponent = opening.opponent_in(offer.experiment)
    with st.spinner("Writing the link"):
        room = link_choice.MAX_ADDRESS - len(challenge.to_address(page, offer, " ")) + 1
        weights = None if opponent is None else link_choice.weights_of(opponent, offer.experiment, room)
    with_network = ", and the same network to play against" if weights else ""
    st.write(f"This link opens the same ten points, with your score and time to beat{with_network}.")
    address = challenge.to_address(page, offer, weights)
    st.code(address, language=None, wrap_lines=True, height=link_choice.HEIGHT)


# --- the hardest point -------------------------------------------------------------------------


def close_up(game: Game) -> Figure:
    """Return the referee's map around the hardest point."""
    experiment, point = game.experiment, game.points[game.hardest]
    low, high = experiment.x_range
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    reach = CLOSE_UP * (high - low), CLOSE_UP * (top - bottom)
    x, y = (
        np.linspace(middle - far, middle + far, count)
        for middle, far, count in zip(point, reach, (COLUMNS, ROWS), strict=True)
    )
    probabilities = probabilities_anywhere(referee_of_curves(experiment), grid_points(x, y))
    probabilities = probabilities.reshape(ROWS, COLUMNS, -1)
    return close_up_figure(experiment.polynomials, x, y, probabilities, point)


def why_hard(game: Game) -> str:
    """Return which curve is close, where it crosses, and whether anyone could distinguish the two."""
    return f"{_nearest_curve(game)} {_distinguishable(game)}"


def _nearest_curve(game: Game) -> str:
    index = game.hardest
    own, other = game.labels[index], game.neighbor(index)
    crossing = _crossing(game)
    if not game.gap_to_neighbor(index):
        return f"Point {index + 1} lies on p{own}, which p{other} meets right there."
    gap = f"{game.gap_to_neighbor(index):.2g}"
    if crossing is None:
        return f"Point {index + 1} lies on p{own}; there, p{other} is {gap} away."
    return (
        f"Point {index + 1} lies on p{own}, which p{other} crosses nearby, "
        f"at x = {number_text(crossing, 3)}. At the point they are {gap} apart."
    )


def _crossing(game: Game) -> float | None:
    """Return the x of the nearest crossing with the nearest curve; None if it is not near."""
    index, experiment = game.hardest, game.experiment
    low, high = experiment.x_range
    own, other = (experiment.polynomials[label] for label in (game.labels[index], game.neighbor(index)))
    try:
        all_crossings = crossings(own, other, low, high)
    except PolycoreError:  # the two differ only by rounding
        return None
    x = game.points[index][0]
    near = [crossing for crossing in all_crossings if abs(crossing - x) <= NEAR * (high - low)]
    return min(near, key=lambda crossing: abs(crossing - x), default=None)


def _distinguishable(game: Game) -> str:
    index, experiment = game.hardest, game.experiment
    best = game.referee[index]
    if best.probability < SURE:
        who = f"With noise of {experiment.noise:.3g} nobody" if experiment.noise else "Nobody"
        return f"{who} can be sure: the best answer, p{best.label}, has odds of {odds(best.probability)}."
    if experiment.noise:
        return f"Even so, if you know the noise, the odds for p{best.label} are {odds(best.probability)}."
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    if game.gap_to_neighbor(index) > FARTHEST * (top - bottom):
        return "That is far enough to see."
    return TOO_CLOSE


# --- all answers -------------------------------------------------------------------------------


def answers_html(game: Game) -> str:
    """Return the table of a finished game: a row for each point, wrong answers marked."""
    columns = ["lies on", "you", *(["network"] if game.network else []), "referee", "time"]
    head = '<th scope="col" aria-label="point">#</th>'
    head += "".join(f'<th scope="col">{name}</th>' for name in columns)
    rows = "".join(f"<tr>{_row(game, index)}</tr>" for index in range(POINTS))
    table = f'<table class="polycore-game"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    # on a narrow screen the table scrolls, with the keyboard too
    region = 'style="overflow-x: auto" tabindex="0" role="region" aria-label="All answers"'
    return f"{_TABLE_STYLE}<div {region}>{table}</div>"


def _row(game: Game, index: int) -> str:
    label = game.labels[index]

    def said(answer: int) -> str:
        cross = "" if answer == label else ' <strong title="wrong">✗</strong>'
        return f"{swatch.image(answer)} p{answer}{cross}"

    predictions = [game.network[index]] if game.network else []
    predictions.append(game.referee[index])
    cells = [said(label), said(game.answers[index])]
    cells += [f"{said(one.label)}<br><small>{percent(one.probability)}</small>" for one in predictions]
    cells.append(f"{game.seconds[index]:.1f} s")
    return f'<th scope="row">{index + 1}</th>' + "".join(f"<td>{cell}</td>" for cell in cells)
