"""The hardest point of a game: a close-up map, and why it was hard."""

import numpy as np
import plotly.graph_objects as go

from pages.game.game import FARTHEST, Game
from pages.plane.plane import grid_points
from pages.plane.referee import referee_of_curves
from pages.wording.percent import odds
from polycore import PolycoreError, crossings
from polycore.figures import close_up_figure, plane_range
from polycore.referee.bayes_classifier import probabilities_anywhere

COLUMNS, ROWS = 96, 72
SHARE = 0.12  # of the plane's width and height, to each side of the point
NEAR = 0.1  # share of the plane's width: only crossings that are this near are mentioned
SURE = 0.9


def figure(game: Game) -> go.Figure:
    """Return the referee's map around the hardest point."""
    experiment, point = game.experiment, game.points[game.hardest]
    low, high = experiment.x_range
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    reach = SHARE * (high - low), SHARE * (top - bottom)
    x, y = (
        np.linspace(middle - far, middle + far, count)
        for middle, far, count in zip(point, reach, (COLUMNS, ROWS), strict=True)
    )
    probabilities = probabilities_anywhere(referee_of_curves(experiment), grid_points(x, y))
    probabilities = probabilities.reshape(ROWS, COLUMNS, -1)
    return close_up_figure(experiment.polynomials, x, y, probabilities, point)


def why(game: Game) -> str:
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
        f"Point {index + 1} lies on p{own}, which p{other} crosses nearby, at x = {crossing:.3g}. "
        f"At the point they are {gap} apart."
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
        noise = f"With noise of {experiment.noise:.3g} n" if experiment.noise else "N"
        odds_of_best = f"the best answer, p{best.label}, has odds of {odds(best.probability)}"
        return f"{noise}obody can be sure: {odds_of_best}."
    if experiment.noise:
        return f"Even so, if you know the noise, the odds for p{best.label} are {odds(best.probability)}."
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    if game.gap_to_neighbor(index) > FARTHEST * (top - bottom):
        return "That is far enough to see."
    return (
        "Without noise, computing both values shows which curve it is. The eye hardly sees it, and a network "
        "that is slightly off gets it wrong."
    )
