"""A run as a page shows it: the same values in what is drawn first and in the frames that follow."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import streamlit as st

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.models import asked, map_layers
from pages.models.map_layers import Overlay
from pages.plane import answer_view, plane
from pages.plane.live import Bound
from pages.plane.referee import BESIDE, beside, best_possible, referee_of
from pages.plane.scene import scene_of
from pages.runs import sentences
from pages.runs.pacing import Pacing
from pages.runs.training import Training
from pages.runs.view import RunView, since
from pages.server.source import Choice, Contents, Source
from pages.setup import controls
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.state.view import MapLayer, MapView
from polycore import Experiment, Model
from polycore.figures import alternative_text
from polycore.figures.progress import accuracy_mark, loss_mark, names_at_ends
from polycore.formatting import duration, loss_text, percent
from polycore.model import neurons
from polycore.pictures.class_map import PackedMap
from polycore.pictures.palette import class_colors
from polycore.training.history import History
from polycore.workers.picture import Portrait, Wish

UNKNOWN = "\N{EN DASH}"


@dataclass(frozen=True)
class Selection:
    """What of a run a session has selected to see.

    weights: which are shown.
    map_view: what the map shows; None without a map.
    layers: what is on the map.
    asked: the point that is asked about; None if there is none.
    marked: a point with a short answer beside it, if none is asked about; None if there is none.
    """

    weights: Choice = "Now"
    map_view: MapView | None = None
    layers: tuple[MapLayer, ...] = ()
    asked: tuple[float, float] | None = None
    marked: tuple[float, float] | None = None

    @property
    def mistakes(self) -> bool:
        """Whether the map marks mistakes."""
        return "Mistakes" in self.layers

    @property
    def point(self) -> tuple[float, float] | None:
        """The point that has a mark on the map; None if there is none."""
        return self.marked if self.asked is None else self.asked

    def wish(self, experiment: Experiment) -> Wish:
        """Return what workers compute for it."""
        has_regions = self.map_view not in (None, "Referee")
        return Wish(
            window=scene_of(experiment).window if has_regions else None,
            best=self.weights == "Best",
            answers=self.mistakes and self.map_view != "Referee",
        )


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A run that a page draws.

    view: as it was when the page was drawn. selection: what the page shows of it. weights: those that are
    drawn. followed: how the page's components follow the run from there.
    """

    training: Training
    view: RunView
    selection: Selection
    weights: ShownWeights
    followed: Followed

    def model_now(self) -> Model:
        """Return the weights that the page shows, as they are at the moment of the call."""
        return ShownWeights.of(self.training.view, self.selection.weights).model

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is drawn beside map and history: the same in every part of the page."""
        return values(self.view, self.weights, controls.replay_text(self.training))

    @property
    def picture(self) -> PackedMap:
        """The map of the weights: as a worker has rendered it for a frame, or rendered here."""
        portrait = _portrait(self.view, self.weights, self.selection.wish(self.experiment))
        if portrait is not None and portrait.map is not None:
            return portrait.map
        return plane.pixels_of(self.weights.model, scene_of(self.experiment).window)

    @property
    def experiment(self) -> Experiment:
        """The experiment of the run."""
        return self.view.run.experiment

    def bound(self, *bindings: tuple[str, str]) -> Bound:
        """Return what lets a figure follow the run; see `live.Bound`."""
        colors = class_colors(self.experiment.class_count)
        return Bound(self.followed, bindings, colors)


def shown_run(selection: Selection, *, running: bool) -> ShownRun | None:
    """Let the tab follow the session's run, and return what to draw of it; None without a run.

    running: whether the page shows the run as running. A run may end while its page is being drawn; the
    buttons drawn before must not stay, so the page is then drawn again.
    """
    training = session.current().training
    if training is None:
        return None
    training.show(selection.wish(training.view.run.experiment))
    followed = Followed(training.name, session_key.follow(source_of(training, selection)), running)
    view = training.view  # read after that: what changes while the page is drawn comes in a frame
    if view.is_active != running:
        st.rerun()
    return ShownRun(training, view, selection, ShownWeights.of(view, selection.weights), followed)


def source_of(training: Training, selection: Selection) -> Source:
    """Return the source of a run's frames."""

    def show() -> Contents:
        return contents(training.view, selection, controls.replay_text(training))

    def at(choice: Choice) -> Source:
        return source_of(training, replace(selection, weights=choice))

    return Source(training.name, (training,), selection, show, at=at)


def contents(view: RunView, selection: Selection, replay: str) -> Contents:
    """Return what a frame has of a run; for `replay` see `values`."""
    shown = ShownWeights.of(view, selection.weights)
    header = values(view, shown, replay)
    blobs = {"history": _columns(shown.history)}
    experiment = shown.run.experiment
    wish = selection.wish(experiment)
    portrait = _portrait(view, shown, wish)
    if portrait is not None:
        # a picture that was drawn for several sessions may have more than this one has selected
        answers = portrait.answers if wish.answers else None
        mistakes = None if answers is None else map_layers.mistakes_among(answers, experiment)
        overlay = Overlay.of(selection.layers, experiment, mistakes, selection.point, shown.errors)
        header["weights"] |= overlay.values()
        if wish.window is not None and portrait.map is not None:
            scene, referee = scene_of(experiment), referee_of(experiment)
            if selection.map_view == "Network" or referee is None:
                shown_map = plane.shown_map(portrait.map, scene)
            else:
                shown_map = plane.shown_differences(portrait.map, scene, referee)
            alt = overlay.described(shown_map.values["map_alt"])
            header["weights"] |= {**shown_map.values, "map_alt": alt}
            blobs["map"] = shown_map.pixels
    answer = asked.answer_of_run(shown, selection.asked)
    if answer is not None:
        header["answer"] = answer_view.values(answer, asked.MAX_BARS)
    marked = asked.answer_of_run(shown, selection.marked)
    if marked is not None:
        header["marked"] = answer_view.in_short(marked)
    return Contents(header, blobs)


def values(view: RunView, shown: ShownWeights, replay: str) -> dict[str, Any]:
    """Return what a page shows of a run beside its map and its history, as text and numbers.

    replay: see `controls.replay_text`.
    """
    run = shown.run
    # of the past only one picture is kept, that with the map
    portrait = None if isinstance(shown.choice, int) else _portrait(view, shown, Wish())
    dead = neurons.dead_count(shown.model, run.experiment) if portrait is None else portrait.dead
    return {
        "replay": replay,
        "caught_up": not replay,
        "generation": view.generation,
        "active": view.is_active,
        "status": view.status.capitalize(),
        "line": sentences.line(view),
        "steps": sentences.steps(view),
        "step": run.step,
        "begun": run.step > 0,
        "moments": view.moments,
        "share": 100 * run.step / run.last_step,
        "last": run.last_step,
        "pause": view.pacing.pause_at or 0,
        "left": _left(view),
        "notes": sentences.notes(view),
        **_speed_and_time(view),
        "weights": _weights(shown, dead),
    }


def pause_text(pacing: Pacing, step: int, last: int) -> str:
    """Return at which step a run pauses by itself, in words; "" if it no longer does.

    step, last: its present and its last step.
    """
    at = pacing.pause_at
    return f"pauses at {at:,}" if at is not None and step < at < last else ""


def _left(view: RunView) -> str:
    """Return where the run pauses by itself or, if it does not, how long it takes; "" if it has ended."""
    run = view.run
    if view.state in ("stopped", "finished"):
        return ""
    if at := pause_text(view.pacing, run.step, run.last_step):
        return at
    left = view.seconds_left if view.status == "running" else None
    return f"{duration(left)} left" if left else ""


def _speed_and_time(view: RunView) -> dict[str, str]:
    """Return how fast the run is, and how long it takes or has taken; nothing that cannot be known."""
    if view.run.done or view.status == "stopped":
        time = f"{view.seconds:.1f} s" if view.seconds < 10 else duration(view.seconds)
        time += since(view.milestones)
        return {"speed": _speed(view.mean_speed), "time_label": "Computing time", "time": time}
    # in the queue nothing is said of it: how long the runs before it take is not known
    left = None if view.status == "waiting" else view.seconds_left
    return {
        "speed": _speed(view.steps_per_second) if view.status == "running" else UNKNOWN,
        "time_label": "Time left",
        "time": UNKNOWN if left is None else duration(left),
    }


def _speed(steps_per_second: float) -> str:
    if not steps_per_second:
        return UNKNOWN
    return f"{steps_per_second:,.0f}" if steps_per_second >= 10 else f"{steps_per_second:.1f}"


def _weights(shown: ShownWeights, dead: int) -> dict[str, Any]:
    run, model, history = shown.run, shown.model, shown.history
    held_out, loss, mark = model.held_out_accuracy or 0.0, shown.loss, shown.mark
    norm, no_norm = shown.gradient_norm, "none" if run.gradient is None else "unknown"
    return {
        "name": shown.name,
        "which": shown.name.partition(" (")[0],
        "step": shown.step,
        "loss": loss if math.isfinite(loss) else None,
        "loss_text": loss_text(loss),
        "loss_mark": loss_mark(mark, loss),
        "loss_alt": alternative_text.loss(history.step, history.loss, shown.step, loss, mark),
        "held_out": 100 * held_out,
        "held_out_text": percent(held_out),
        BESIDE: beside(held_out, run.experiment),
        "accuracy_mark": accuracy_mark(mark, held_out),
        "names": [name._asdict() for name in names_at_ends(history.accuracy, history.held_out_accuracy)],
        "accuracy_alt": alternative_text.accuracy(
            history.step,
            history.accuracy,
            history.held_out_accuracy,
            shown.step,
            held_out,
            best_possible(run.experiment),
            mark,
        ),
        "gradient": no_norm if norm is None else f"{norm:.3g}",
        "dead": f"{dead:,} of {sum(run.experiment.hidden):,}",
    }


def _portrait(view: RunView, shown: ShownWeights, wish: Wish) -> Portrait | None:
    """Return the portrait of the weights shown; None if no worker has computed it yet."""
    if isinstance(shown.choice, int):
        return view.past_portrait(shown.choice, wish)
    if view.pictured is None:
        return None
    run, picture = view.pictured
    if run is not shown.run:
        return None
    if shown.choice == "Best" and shown.step != run.step:
        return picture.best
    return picture.now


def _columns(history: History) -> bytes:
    """Return steps, losses and both accuracies in percent, column by column, four bytes a value."""
    percentages = 100 * history.accuracy, 100 * history.held_out_accuracy
    columns = [history.step.astype("<u4"), *(column.astype("<f4") for column in (history.loss, *percentages))]
    return b"".join(column.tobytes() for column in columns)
