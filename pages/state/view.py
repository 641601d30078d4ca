"""What the pages show: whose weights, what lies on the maps, and which point and neuron are looked at."""

from dataclasses import dataclass, field, replace
from typing import Literal

from pages.runs.pacing import UNPACED, Pacing
from pages.server.source import Choice, Weights
from polycore import Run
from polycore.inspection.step_detail import StepChoice
from polycore.polynomials.classes import Classes, curves_of

MapView = Literal["Network", "Referee", "Differences"]
MapLayer = Literal["Samples", "Mistakes", "Crossings", "Next points"]
Fold = Literal["Against overfitting", "Seed, sampling and more"]
Way = Literal["Any point", "On a curve", "At a crossing"]
InsideView = Literal["What it computes", "How it learns"]
StepScene = Literal["Forward", "Loss", "Back", "Change"]
EXERCISE_QUESTIONS = 3


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
class LayerChoice:
    """What lies on a map, chosen separately for maps of polynomials and of points of the user's own.

    On these the samples are shown at first: nothing else shows what is learned.
    """

    of_polynomials: tuple[MapLayer, ...] = ()
    of_points: tuple[MapLayer, ...] = ("Samples",)

    def on_map_of(self, classes: Classes) -> tuple[MapLayer, ...]:
        """Return what lies on a map of these classes."""
        return self.of_polynomials if curves_of(classes) else self.of_points

    def chosen(self, layers: tuple[MapLayer, ...], classes: Classes) -> "LayerChoice":
        """Return what lies on maps once the user has chosen `layers` for a map of these classes."""
        if curves_of(classes):
            return replace(self, of_polynomials=layers)
        return replace(self, of_points=layers)


@dataclass(frozen=True)
class Exercise:
    """The numbers of a step that the user computes, one after another.

    of: the step, the point and the weight whose numbers they are; with others it begins again.
    right: whether the answers were, of the numbers before the one that is asked for.
    missed: the first answer to that one, if it was wrong: there is one more try.
    answer: the one that counts; None as long as there is none.
    """

    of: str = ""
    right: tuple[bool, ...] = ()
    missed: float | None = None
    answer: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether all of its questions have been answered; the last one is for the new weight."""
        return len(self.right) == EXERCISE_QUESTIONS


@dataclass(frozen=True)
class Learning:
    """What Inside shows of how a network learns.

    scene: of the step. choice: the point and the weight that are looked at.
    earlier: the run at the step where the weight's path begins, without snapshots; None without a path.
    of: the name of that run; "" without a path.
    exercise: in place of the scenes; None unless the user computes the numbers.
    """

    scene: StepScene = "Forward"
    choice: StepChoice = field(default_factory=StepChoice)
    earlier: Run | None = None
    of: str = ""
    exercise: Exercise | None = None


@dataclass(frozen=True)
class View:
    """What the pages show; none of it is lost work.

    weights: which weights of a run its map and the figures beside it show, unless `past` is a step.
    past: the step of a run's past whose weights they show; None for `weights`.
    inside: which weights of a run the Inside page shows, unless `past` is a step; None for the usual ones.
    map_view: what the map of the Train page shows.
    map_layers, predict_layers: what lies on a run's map, and on the map of the Predict page.
    asked: the point that is asked about on a run's map; None if there is none.
    point_inputs: what the inputs for the point of the Predict page hold.
    neuron: layer and index in it, from 0, of the neuron that the Inside page shows.
    traced: the point that the Inside page traces through the network.
    traced_label: its true class; None for the class of the nearest curve.
    inside_view: what the Inside page shows of a network. learning: how it shows a step of its training.
    settings: whether the panel of settings beside the map is unfolded.
    unfolded: the parts of it that are unfolded.
    presets: how often a preset was chosen, which closes their menu.
    positions: through how many points each curve of the Polynomials page is drawn.
    lifts: how often a curve of the Polynomials page was dragged; see `live.figure`.
    report: whether the report on the run is open.
    presenting: whether the run fills the screen, or a page has larger type, for a projector.
    lesson_cards: whether Home shows the cards of all lessons.
    pacing: how fast the run goes, and where it pauses by itself.
    running: whether the run advanced as the page began to be drawn; see `session.note_running`.
    """

    weights: Weights = "Now"
    past: int | None = None
    inside: Weights | None = None
    map_view: MapView = "Network"
    map_layers: LayerChoice = LayerChoice()
    predict_layers: LayerChoice = LayerChoice(("Crossings",), ("Samples", "Crossings"))
    asked: tuple[float, float] | None = None
    point_inputs: PointInputs = field(default_factory=PointInputs)
    neuron: tuple[int, int] = (0, 0)
    traced: tuple[float, float] = (0.5, 0.75)
    traced_label: int | None = None
    inside_view: InsideView = "What it computes"
    learning: Learning = Learning()
    settings: bool = True
    unfolded: frozenset[Fold] = frozenset()
    presets: int = 0
    positions: int = 100
    lifts: int = 0
    report: bool = False
    presenting: bool = False
    lesson_cards: bool = False
    pacing: Pacing = UNPACED
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
