"""A run as a page shows it: drawn once, and followed from then on by what the page has drawn."""

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import streamlit as st

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.plane.live import Bound
from pages.run_view.run_values import Look, contents, values
from pages.runs.runner import Training
from pages.runs.view import RunView
from pages.server.source import Choice, Contents, Show, Source
from pages.setup import controls
from pages.state import session
from pages.state.shown_weights import ShownWeights
from polycore import Experiment, Model
from polycore.pictures.palette import PALETTE


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A run that a page draws.

    view: as it was when the page was drawn. look: what the page shows of it. weights: those that are drawn.
    followed: how the page's components follow the run from there.
    """

    training: Training
    view: RunView
    look: Look
    weights: ShownWeights
    followed: Followed

    def model_now(self) -> Model:
        """Return the weights that the page shows, as they are at the moment of the call."""
        return ShownWeights.of(self.training.view, self.look.weights).model

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is drawn beside map and history: the same in every part of the page."""
        return values(self.view, self.weights, controls.seen_again(self.training))

    @property
    def experiment(self) -> Experiment:
        """The experiment of the run."""
        return self.view.run.experiment

    def bound(self, *bindings: tuple[str, str]) -> Bound:
        """Return what lets a figure follow the run; see `live.Bound`."""
        colors = [look.rgb for look in PALETTE[: self.experiment.class_count]]
        return Bound(self.followed, bindings, colors)


def shown_run(look: Look, *, running: bool) -> ShownRun | None:
    """Let the tab follow the session's run, and return what to draw of it; None without a run.

    running: whether the page shows the run as running. A run may end while its page is being drawn; the
    buttons drawn before must not stay, so the page is then drawn again.
    """
    training = session.current().training
    if training is None:
        return None
    training.show(look.wish(training.view.run.experiment))
    followed = Followed(training.name, session_key.follow(source_of(training, look)), running)
    view = training.view  # read after that: what changes while the page is drawn comes in a frame
    if view.is_active != running:
        st.rerun()
    return ShownRun(training, view, look, ShownWeights.of(view, look.weights), followed)


def source_of(training: Training, look: Look) -> Source:
    """Return the source of a run's frames."""

    def show(look: Look) -> Contents:
        return contents(training.view, look, controls.seen_again(training))

    def at(choice: Choice) -> Show:
        return partial(show, replace(look, weights=choice))

    return Source(training.name, (training,), look, partial(show, look), at)
