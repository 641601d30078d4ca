"""What the pages show: whose weights, what lies on the maps, and which point and neuron are looked at."""

from dataclasses import dataclass, field, replace
from typing import Literal

from pages.server.source import Choice, Weights
from polycore.polynomials.classes import Classes, curves_of

MapView = Literal["Network", "Referee", "Differences"]
MapLayer = Literal["Samples", "Mistakes", "Crossings"]
Way = Literal["Any point", "On a curve", "At a crossing"]


@dataclass(frozen=True)
class PointInputs:
    """What the inputs for the point of the Predict page hold: the way to choose it, and a value for each way.

    They are as the user has chosen them, for whichever model was in use: see `PointChoices.fitted`.

    x, y: of the point. curve: the class on whose curve it lies, if the way is "On a curve".
    crossing: its index among the crossings of the model; None for the middle one.
    """

    way: Way = "Any point"
    x: float = 0.5
    y: float = 0.75
    curve: int = 0
    crossing: int | None = None


@dataclass(frozen=True)
class Layers:
    """What lies on a map, chosen separately for maps of polynomials and of points of the user's own.

    On these the samples are shown at first: nothing else shows what is learned.
    """

    of_polynomials: tuple[MapLayer, ...] = ()
    of_points: tuple[MapLayer, ...] = ("Samples",)

    def on_map_of(self, classes: Classes) -> tuple[MapLayer, ...]:
        """Return what lies on a map of these classes."""
        return self.of_polynomials if curves_of(classes) else self.of_points

    def chosen(self, layers: tuple[MapLayer, ...], classes: Classes) -> "Layers":
        """Return what lies on maps once the user has chosen `layers` for a map of these classes."""
        if curves_of(classes):
            return replace(self, of_polynomials=layers)
        return replace(self, of_points=layers)


@dataclass(frozen=True)
class View:
    """What the pages show; none of it is lost work.

    weights: which weights of a run its map and the figures beside it show, unless `past` is a step.
    past: the step of a run's past whose weights they show; None for `weights`.
    inside: which weights of a run the Inside page shows, unless `past` is a step.
    map_view: what the map of the Train page shows.
    map_layers, predict_layers: what lies on a run's map, and on the map of the Predict page.
    asked: the point that is asked about on a run's map; None if there is none.
    point_inputs: what the inputs for the point of the Predict page hold.
    neuron: layer and index in it, from 0, of the neuron that the Inside page shows.
    traced: the point that the Inside page traces through the network.
    traced_label: its true class; None for the class of the nearest curve.
    settings: whether the panel of settings beside the map is unfolded.
    positions: through how many points each curve of the Polynomials page is drawn.
    lifts: how often a curve of the Polynomials page was dragged; see `live.figure`.
    report: whether the report on the run is open.
    presenting: whether the run fills the screen, for a projector.
    running: whether the run advanced as the page began to be drawn; see `session.note_running`.
    """

    weights: Weights = "Now"
    past: int | None = None
    inside: Weights = "Best"
    map_view: MapView = "Network"
    map_layers: Layers = Layers()
    predict_layers: Layers = Layers(("Crossings",), ("Samples", "Crossings"))
    asked: tuple[float, float] | None = None
    point_inputs: PointInputs = field(default_factory=PointInputs)
    neuron: tuple[int, int] = (0, 0)
    traced: tuple[float, float] = (0.5, 0.75)
    traced_label: int | None = None
    settings: bool = True
    positions: int = 100
    lifts: int = 0
    report: bool = False
    presenting: bool = False
    running: bool = False

    @property
    def choice(self) -> Choice:
        """The weights of a run that its map and the figures beside it show."""
        return self.weights if self.past is None else self.past

    def chosen(self, choice: Choice) -> "View":
        """Return the view with these weights of a run."""
        if isinstance(choice, int):
            return replace(self, past=choice)
        return replace(self, weights=choice, past=None)

    def chosen_inside(self, choice: Choice) -> "View":
        """Return the view with these weights on the Inside page, and wherever a run is shown."""
        chosen = self.chosen(choice)
        return chosen if isinstance(choice, int) else replace(chosen, inside=choice)
