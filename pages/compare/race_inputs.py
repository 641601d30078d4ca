"""The inputs of a race, what it uses of the set-up, and the buttons that start, stop and keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import get_args

import streamlit as st

from pages.compare import keeping
from pages.compare.recalled_input import recalled_input
from pages.runs.race import (
    BUDGETS,
    DEFAULT,
    ENTRANTS,
    FEWEST,
    MOST,
    Kind,
    Race,
    RaceView,
    replaced_in,
    shares_weights,
)
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from polycore import Experiment
from polycore.experiment.settings import ADVICE_ON_OPTIMIZERS, SETTINGS
from polycore.network.activations import ACTIVATIONS, RELU
from polycore.network.features import label_of
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

PREFIX = "race"

HOW_MANY = f"Choose {FEWEST} to {MOST}."
KIND_HELP = (
    "Optimizers: your network, trained by several of them. Activations: your network with several of them in "
    "its hidden neurons, trained by your optimizer at your learning rate."
)
NAMES_HELP: Mapping[Kind, str] = {
    "Optimizers": f"""
{HOW_MANY} Each has a learning rate that works well on the twelve polynomials; random search
has the tutorial's. **Nesterov** is SGD that looks ahead along its momentum.

{ADVICE_ON_OPTIMIZERS}
""",
    "Activations": f"""
{HOW_MANY}

{SETTINGS["activation"].explanation}
""",
}
BUDGET_HELP = (
    "Processor time for each of them, without the time spent waiting: on a busy machine the race takes "
    "longer but stays fair."
)
START_HELP = (
    "Start all from the initial weights. This replaces the last race; you can undo it right afterwards."
)
REPLACED = "A new race has replaced the last one."
KEEP_HELP = (
    "Add the weights with the lowest loss of each to the kept runs, where you can use and compare them."
)
SHARED: Mapping[Kind, str] = {
    "Optimizers": "All optimizers start from the same weights and see the same samples at every step.",
    "Activations": "All networks start from the same weights and see the same samples at every step.",
}
NOT_SHARED = (
    "All networks have the same layers, optimizer and seed, and see the same samples at every step. Each "
    "starts from initial weights that suit its activation, so not all start from the same ones."
)
SAME_TIME = "They get the same computing time, not the same number of steps."
WHY_REPLACED: Mapping[Kind, str] = {
    "Optimizers": "So all minimize the same loss, on samples that every optimizer can use, and only the time "
    "ends a run.",
    "Activations": "So all minimize the same loss on the same samples, and only the time ends a run.",
}


KIND: Input[Kind] = recalled_input(f"{PREFIX}.kind", lambda: "Optimizers")
NAMES: Mapping[Kind, Input[list[str]]] = {
    kind: recalled_input(f"{PREFIX}.names.{kind}", partial(list, DEFAULT[kind])) for kind in DEFAULT
}
BUDGET = recalled_input(f"{PREFIX}.budget", lambda: budgets_within(server.current().limits.max_seconds)[0])


def draw(race: Race | None, *, running: bool) -> None:
    """Draw the inputs and the buttons.

    race: the latest; None before the first. running: whether the page shows it as under way.
    """
    kind = KIND.choose(st.segmented_control, "Race", get_args(Kind), required=True, help=KIND_HELP)
    explanation = st.container()
    with st.container():
        names = NAMES[kind].choose(
            st.pills, "Who races", list(ENTRANTS[kind]), selection_mode="multi", help=NAMES_HELP[kind]
        )
        BUDGET.choose(
            st.segmented_control,
            "Computing time each",
            budgets_within(server.current().limits.max_seconds),
            required=True,
            format_func="{:g} s".format,
            help=BUDGET_HELP,
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            _draw_buttons(race, running=running, is_valid=FEWEST <= len(names) <= MOST)
        refusal.draw(PREFIX, "The race could not start.")
    common, from_set_up, not_from_set_up = explained(session.current().experiment, kind, names)
    with explanation:
        st.write(common)
        st.caption(from_set_up)
        st.caption(not_from_set_up)


def explained(set_up: Experiment, kind: Kind, names: Sequence[str]) -> tuple[str, str, str]:
    """Return what the lanes of a race have in common, what of that is from the set-up, and what is not."""
    shared = shares_weights(set_up, kind, names)
    own = "the activations" if shared else "the activations, each with the initial weights that suit it"
    if kind == "Optimizers":
        own = "the optimizers, each with its own learning rate"
    replaced = replaced_in(set_up)
    why = f" {WHY_REPLACED[kind]}" if replaced else ""
    return (
        f"{SHARED[kind] if shared else NOT_SHARED} {SAME_TIME}",
        f"From your set-up: {summary(set_up, kind)}.",
        f"Not from your set-up: {'; '.join([own, *replaced])}.{why}",
    )


def summary(set_up: Experiment, kind: Kind) -> str:
    """Return in words what a race of that kind uses of a set-up."""
    words = [counted_classes(set_up.shown_classes)]
    if set_up.data is not None:
        words.append(f"{len(set_up.data):,} points of yours")
    elif set_up.samples_per_class is not None:
        words.append(f"{set_up.samples_per_class:,} samples of each")
    words.append(f"hidden layers: {', '.join(map(str, set_up.hidden)) or 'none'}")
    if kind == "Optimizers" and set_up.activation != RELU.name:
        words.append(ACTIVATIONS[set_up.activation].label)
    if not set_up.inputs.is_plain:
        words.append(f"inputs {', '.join(map(label_of, set_up.features))}")
    if kind == "Activations":
        optimizer = OPTIMIZERS[set_up.optimizer]
        rate = f" at {set_up.learning_rate:g}" if "learning_rate" in optimizer.uses else ""
        words.append(f"{optimizer.words.label}{rate}")
    return ", ".join([*words, f"seed {set_up.seed}"])


def _draw_buttons(race: Race | None, *, running: bool, is_valid: bool) -> None:
    st.button(
        "Start the race" if race is None else "Race again",
        key=f"{PREFIX}.start",
        type="primary",
        icon=":material/flag:",
        on_click=_begin,
        disabled=running or not is_valid,
        help=START_HELP,
    )
    st.button(
        "Stop the race",
        key=f"{PREFIX}.stop",
        icon=":material/stop:",
        on_click=_stop,
        disabled=not running,
        help="End it now.",
    )
    if race is not None and not running and race.view.has_begun:
        experiments = [lane.experiment for lane in race.view.lanes]
        keeping.draw(PREFIX, "Keep all", KEEP_HELP, experiments, lambda: networks_of(race.view))
    if not is_valid:
        st.caption(HOW_MANY)


def budgets_within(most: float) -> tuple[float, ...]:
    """Return the budgets to choose from, in seconds, if a run may compute for `most`."""
    return tuple(budget for budget in BUDGETS if budget <= most) or (most,)


def _begin() -> None:
    kind, budget = KIND.value, BUDGET.value
    # in a fixed order, whatever the order of the clicks
    names = [name for name in ENTRANTS[kind] if name in NAMES[kind].value]
    _stop()
    with refusal.later(PREFIX):
        workers, owner = server.current().workers, presence.session_name()
        race = Race.of(session.current().experiment, names, budget, workers, owner=owner, kind=kind)
        race.start()
        own, before = server.current().computing.add(race), session.current().comparison
        is_loss = before.race is not None and before.race.view.has_begun
        another = replace(before, race_id=own, landscape_id=None, moment="Now")
        session.compare_another(another, REPLACED if is_loss else None)


def _stop() -> None:
    race = session.current().comparison.race
    if race is not None:
        race.stop()


def networks_of(race: RaceView) -> list[Kept]:
    """Return the networks of a race as models to keep."""
    return [
        Kept(
            title=f"Race · {lane.name}",
            model=lane.model,
            experiment=lane.experiment,
            history=lane.view.run.history,
            seconds=lane.view.seconds,
            marks=lane.view.marks,
        )
        for lane in race.lanes
    ]
