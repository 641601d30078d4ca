"""The set-up: the experiment that a run would train now, and the points that its optimizer has replaced."""

from dataclasses import dataclass, field, replace

from pages.runs.pacing import UNPACED, Pacing
from pages.state.sketch import Sketch
from polycore import Experiment, Polynomial


@dataclass(frozen=True)
class Replaced:
    """The points of the set-up before an optimizer was chosen that cannot train on them, such as L-BFGS."""

    samples_per_class: int | None
    batch_size: int | None
    sampling: str

    @classmethod
    def of(cls, experiment: Experiment) -> "Replaced":
        """Return the points of a set-up, as another optimizer may replace them."""
        return cls(experiment.samples_per_class, experiment.batch_size, experiment.sampling)

    def in_place(self, experiment: Experiment) -> Experiment:
        """Return the set-up with these points for its optimizer, as far as it can use them."""
        points = vars(self) if experiment.data is None else {"batch_size": self.batch_size}
        return replace(experiment, optimizer=CAN_USE_ALL, **points).with_optimizer(experiment.optimizer)


# with which a new session begins on Home: a network so small that one can follow how it learns
THREE_CURVES = Experiment(
    polynomials=(Polynomial(1, 0), Polynomial(-1, 0, 1), Polynomial(1, 0, -1)),
    noise=0.03,
    samples_per_class=None,
    hidden=(16,),
    # 0.4 s of computing on one core; watched at 1,000 steps a second it takes 5 s: 86 % of new points are
    # right after 500 steps, 97 % after 3,000, and 97.6 % at the end, on average over five seeds
    optimizer="sgd",
    momentum=0.0,
    learning_rate=0.5,
    schedule="constant",
    warmup_steps=5000,  # to the last step, so that the first ones are slow enough to be seen
    batch_size=1000,
    steps=5000,
)
WATCHED = Pacing(steps_per_second=1000)  # how that goes: its run takes 5 s
# what the pages offer: replacing one of these loses nothing that a user has made
READY_MADE = (THREE_CURVES, Experiment.recommended())

CAN_USE_ALL = "adam"  # an optimizer that can train on any points


def for_points(experiment: Experiment) -> Experiment:
    """Return the experiment whose settings suit points of the user's own, for `Experiment.on_points`.

    Those of THREE_CURVES were not chosen by the user: the recommended ones replace them.
    """
    return Experiment.recommended() if experiment == THREE_CURVES else experiment


def with_polynomials(experiment: Experiment, polynomials: tuple[Polynomial, ...]) -> Experiment:
    """Return the experiment with other polynomials.

    The network of THREE_CURVES is made for these: with others the recommended settings replace its own.
    """
    is_changed = polynomials != experiment.polynomials
    before = Experiment.recommended() if is_changed and experiment == THREE_CURVES else experiment
    return replace(before, polynomials=polynomials)


@dataclass(frozen=True)
class PutAside:
    """Points of the user's own that the set-up does not learn from at present.

    held_out_share: as in the experiment that had them.
    """

    sketch: Sketch
    held_out_share: float


@dataclass(frozen=True)
class Setup:
    """The set-up as it stands. A run that has begun keeps its own experiment.

    replaced: None if choosing the optimizer has replaced nothing.
    sketch: the user's own points as they are drawn; the experiment has them once they can be trained on.
        None if it learns polynomials, or points that came with a link or a file.
    put_aside: the user's points for when "My own points" is chosen again; None if there are none.
    """

    experiment: Experiment = field(default_factory=Experiment.recommended)
    replaced: Replaced | None = None
    sketch: Sketch | None = None
    put_aside: PutAside | None = None

    @property
    def own_points(self) -> Sketch | None:
        """The user's own points, drawn or not; None if the set-up learns polynomials."""
        if self.sketch is not None or self.experiment.data is None:
            return self.sketch
        return Sketch.of(self.experiment.data, None)

    @property
    def usual_pacing(self) -> Pacing:
        """How its runs go unless the user chooses otherwise."""
        return WATCHED if self.experiment == THREE_CURVES else UNPACED

    def following(self, before: "Setup") -> "Setup":
        """Return the set-up, which replaces `before`, with the user's points of `before` put aside.

        It has no others put aside if it learns points that the user has made. Points that came with a link
        or a file are put aside only if there are none that the user has made.
        """
        if self.sketch is not None:
            return replace(self, put_aside=None)
        if before.sketch is None and before.put_aside is not None:
            return replace(self, put_aside=before.put_aside)
        points = before.own_points
        if points is None or replace(points, polynomials=None) == Sketch():
            return replace(self, put_aside=None)
        aside = PutAside(replace(points, polynomials=None), before.experiment.held_out_share)
        return replace(self, put_aside=aside)
