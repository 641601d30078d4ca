"""The hardest point of a game: a close look at it, and why it was hard."""

import numpy as np
import plotly.graph_objects as go

from pages.game.game import FARTHEST, Game
from pages.plane.plane import of_referee, places_of
from pages.plane.referee import referee_of
from pages.wording.odds import odds
from polycore import PolycoreError, crossings
from polycore.figures import close_up_figure, plane_range

COLUMNS, ROWS = 96, 72
SHARE = 0.12  # of the plane's width and height, to each side of the point
NEAR = 0.1  # of the plane's width: a crossing that is no farther away is told of
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
    probabilities = of_referee(referee_of(experiment), places_of(x, y)).reshape(ROWS, COLUMNS, -1)
    return close_up_figure(experiment.polynomials, x, y, probabilities, point)


def why(game: Game) -> str:
    """Say which curve runs close by, where it crosses, and whether anybody could tell."""
    return f"{_where(game)} {_whether(game)}"


def _where(game: Game) -> str:
    place = game.hardest
    own, other = game.labels[place], game.neighbour(place)
    crossing = _crossing(game)
    apart = f"{game.gap_to_neighbour(place):.2g}"
    if crossing is None:
        return f"Point {place + 1} lies on p{own}; p{other} runs {apart} from it there."
    return (
        f"Point {place + 1} lies on p{own}, which p{other} crosses near by, at x = {crossing:.3g}. "
        f"At the point they are {apart} apart."
    )


def _crossing(game: Game) -> float | None:
    """Return the x of the nearest crossing with the nearest curve, where that is near."""
    place, experiment = game.hardest, game.experiment
    low, high = experiment.x_range
    own, other = (experiment.polynomials[label] for label in (game.labels[place], game.neighbour(place)))
    try:
        found = crossings(own, other, low, high)
    except PolycoreError:  # they differ by rounding only
        return None
    x = game.points[place][0]
    near = [crossing for crossing in found if abs(crossing - x) <= NEAR * (high - low)]
    return min(near, key=lambda crossing: abs(crossing - x), default=None)


def _whether(game: Game) -> str:
    place, experiment = game.hardest, game.experiment
    said = game.referee[place]
    if said.probability < SURE:
        noise = f"With noise of {experiment.noise:.3g} n" if experiment.noise else "N"
        best = f"the best answer, p{said.label}, has odds of {odds(said.probability)}"
        return f"{noise}obody can tell for sure: {best}."
    if experiment.noise:
        return f"Even so the odds are {odds(said.probability)} for p{said.label}, for who knows the noise."
    bottom, top = plane_range(experiment.polynomials, experiment.x_range)
    if game.gap_to_neighbour(place) > FARTHEST * (top - bottom):
        return "That is far enough for the eye."
    return (
        "Without noise a calculation of both values can tell; the eye hardly can, nor a network that is a "
        "little off."
    )
