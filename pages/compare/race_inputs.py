"""The inputs of a race, its rules, and the buttons that start, stop and keep it."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import get_args

import streamlit as st

from pages.compare import keeping
from pages.compare.charts import Name
from pages.lessons import asking
from pages.runs.race import (
    BUDGETS,
    DEFAULT,
    ENTRANTS,
    FEWEST,
    MOST,
    Kind,
    Race,
    RaceView,
    View,
    replaced_in,
    shares_weights,
)
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.recalled_input import recalled_input
from pages.wording.words import layers_of_neurons, listed
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
CHANGE_HELP = "Who races next, and for how long."
REPLACED = "A new race has replaced the last one."
KEEP_HELP = (
    "Add the weights with the lowest loss of each to the kept runs, where you can use and compare them."
)
SHARED = "Same weights at the start, same samples at every step, same computing time."
NOT_SHARED = (
    "Same layers, optimizer and seed, same samples at every step, same computing time. Each starts from the "
    "weights that suit its activation."
)
OF_SET_UP = "What is from your set-up"
QUESTION = "What is the same in both, and what is not? Choose all that is the same."
ANSWER_HELP = "Then come the figures and the curves of both."
SAME_TIME = "Not the same number of steps: some need more time for each step than others."
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
BY: Input[Name] = recalled_input(f"{PREFIX}.by", lambda: "accuracy")


def draw_form() -> None:
    """Draw the inputs for the next race."""
    kind = KIND.choose(st.segmented_control, "Race", get_args(Kind), required=True, help=KIND_HELP)
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
    with st.container():
        if not _is_possible(names):
            st.caption(HOW_MANY)


def draw_change(race: View) -> None:
    """Draw in one line what raced, and the inputs for the next race behind a button."""
    st.caption(race.title, width="content")
    with st.popover("Change", type="tertiary", icon=":material/tune:", help=CHANGE_HELP):
        draw_form()
        draw_rules(session.current().experiment, KIND.value, NAMES[KIND.value].value)


def draw_rules(set_up: Experiment, kind: Kind, names: Sequence[str]) -> None:
    """Draw what these lanes have in common and, folded, what of that is not from the set-up."""
    rules, of_set_up = explained(set_up, kind, names)
    st.write(rules)
    with st.expander(OF_SET_UP):
        st.caption(of_set_up)


def explained(set_up: Experiment, kind: Kind, names: Sequence[str]) -> tuple[str, str]:
    """Return what the lanes of a race have in common, and what of that is from the set-up and what is not."""
    shared = shares_weights(set_up, kind, names)
    own = "the activations" if shared else "the activations, each with the initial weights that suit it"
    if kind == "Optimizers":
        own = "the optimizers, each with its own learning rate"
    replaced = replaced_in(set_up)
    why = f" {WHY_REPLACED[kind]}" if replaced else ""
    return (
        f"{SHARED if shared else NOT_SHARED} {SAME_TIME}",
        f"From your set-up: {summary(set_up, kind)}. Not from it: {'; '.join([own, *replaced])}.{why}",
    )


def summary(set_up: Experiment, kind: Kind) -> str:
    """Return in words what a race of that kind uses of a set-up."""
    words = [counted_classes(set_up.shown_classes)]
    if set_up.data is not None:
        words.append(f"{len(set_up.data):,} points of yours")
    elif set_up.samples_per_class is not None:
        words.append(f"{set_up.samples_per_class:,} samples of each")
    words.append(layers_of_neurons(set_up.hidden))
    if kind == "Optimizers" and set_up.activation != RELU.name:
        words.append(ACTIVATIONS[set_up.activation].label)
    if not set_up.inputs.is_plain:
        words.append(f"inputs {', '.join(map(label_of, set_up.features))}")
    if kind == "Activations":
        optimizer = OPTIMIZERS[set_up.optimizer]
        rate = f" at {set_up.learning_rate:g}" if "learning_rate" in optimizer.uses else ""
        words.append(f"{optimizer.words.label}{rate}")
    return ", ".join([*words, f"seed {set_up.seed}"])


def draw_question(race: Race) -> None:
    """Ask what is the same in both lanes of a pair, and what is not."""
    chosen = recalled_input(race.name, list[str])
    chosen.choose(st.pills, QUESTION, list(race.view.same), selection_mode="multi")
    st.button(
        "Answer",
        key=f"{PREFIX}.answer",
        type="primary",
        on_click=lambda: session.show_race(answer=frozenset(chosen.value)),
        help=ANSWER_HELP,
    )


def answered(same: Mapping[str, bool], answer: Collection[str]) -> str:
    """Return what is the same in a pair and what is not, and where the answer was wrong; Markdown."""
    wrong = [what for what, is_same in same.items() if is_same != (what in answer)]
    verdict = f"{asking.WRONG} Look again at {listed(wrong)}." if wrong else f"{asking.RIGHT} Right."
    shared, others = (listed(what for what in same if same[what] is one) for one in (True, False))
    return f"{verdict}\n\n**The same**: {shared}, and all other settings.\n\n**Not the same**: {others}."


def draw_buttons(race: Race | None, *, running: bool) -> None:
    """Draw the buttons that start and stop a race.

    race: the latest; None before the first. running: whether the page shows it as under way.
    """
    last = RaceView if race is None else race.before
    st.button(
        "Start the race" if race is None else last.start_label,
        key=f"{PREFIX}.start",
        type=last.start_type,
        icon=":material/flag:",
        on_click=_begin,
        disabled=running or not _is_possible(NAMES[KIND.value].value),
        help=START_HELP,
    )
    st.button(
        last.stop_label,
        key=f"{PREFIX}.stop",
        icon=":material/stop:",
        on_click=None if race is None else race.stop,
        disabled=not running,
        help="End it now.",
    )


def draw_keeping(race: View) -> None:
    """Draw the button that keeps the networks of a race that has ended."""
    experiments = [lane.experiment for lane in race.lanes]
    keeping.draw(PREFIX, "Keep all", KEEP_HELP, experiments, partial(networks_of, race))


def _is_possible(names: Sequence[str]) -> bool:
    return FEWEST <= len(names) <= MOST


def budgets_within(most: float) -> tuple[float, ...]:
    """Return the budgets to choose from, in seconds, if a run may compute for `most`."""
    return tuple(budget for budget in BUDGETS if budget <= most) or (most,)


def _begin() -> None:
    kind, budget = KIND.value, BUDGET.value
    # in a fixed order, whatever the order of the clicks
    names = [name for name in ENTRANTS[kind] if name in NAMES[kind].value]
    with refusal.later(PREFIX):
        workers, owner = server.current().workers, presence.session_name()
        race = Race.of(session.current().experiment, names, budget, workers, owner=owner, kind=kind)
        session.begin_race(race, REPLACED)


def networks_of(race: View) -> list[Kept]:
    """Return the networks of a race as models to keep."""
    return [
        Kept(
            title=f"Race · {lane.name}",
            model=lane.model,
            experiment=lane.experiment,
            history=lane.view.run.history,
            seconds=lane.view.seconds,
            milestones=lane.view.milestones,
        )
        for lane in race.lanes
    ]
