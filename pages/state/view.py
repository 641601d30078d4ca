"""What the pages show: whose weights, what lies on the maps, and which point and neuron are looked at."""

from dataclasses import dataclass, field
from typing import Literal

MapView = Literal["Network", "Referee", "Differences"]
MapLayer = Literal["Samples", "Mistakes", "Crossings"]
Weights = Literal["Now", "Best"]
Way = Literal["Any point", "On a curve", "At a crossing"]


@dataclass(frozen=True)
class AskedPoint:
    """The point (x, y) that the Predict page asks about, and the way in which it is chosen.

    curve: the class on whose curve it lies, if the way is "On a curve".
    crossing: its index among the model's crossings, if the way is "At a crossing"; None for the middle one.
    """

    way: Way = "Any point"
    x: float = 0.5
    y: float = 0.75
    curve: int = 0
    crossing: int | None = None


@dataclass(frozen=True)
class View:
    """What the pages show; none of it is lost work.

    weights: which weights of a run its map and the figures beside it show.
    map_view: what the map of the Train page shows.
    map_layers, predict_layers: what lies on a run's map, and on the map of the Predict page.
    asked: the point that is asked about on a run's map; None if there is none.
    point: the point that the Predict page asks about.
    neuron: layer and index in it, from 0, of the neuron that the Inside page shows.
    followed: the point that the Inside page follows through the network.
    followed_label: its true class; None for that of the nearest curve.
    settings: whether the panel of settings beside the map is unfolded.
    report: whether the report on the run is open.
    presenting: whether the run fills the screen, for a projector.
    """

    weights: Weights = "Now"
    map_view: MapView = "Network"
    map_layers: tuple[MapLayer, ...] = ()
    predict_layers: tuple[MapLayer, ...] = ("Crossings",)
    asked: tuple[float, float] | None = None
    point: AskedPoint = field(default_factory=AskedPoint)
    neuron: tuple[int, int] = (0, 0)
    followed: tuple[float, float] = (0.5, 0.75)
    followed_label: int | None = None
    settings: bool = True
    report: bool = False
    presenting: bool = False
