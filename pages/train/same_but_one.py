"""Same but one: from a run two whole experiments that differ in one setting, trained side by side."""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from pages.runs.race import PairView, Race
from pages.runs.training import Training
from pages.server import presence, server
from pages.setup import setting_input
from pages.state import page_links, refusal, session
from pages.state.inputs import Input
from pages.state.recalled_input import recalled_input
from polycore import Experiment, PolycoreError
from polycore.experiment.compound_kinds import Layers
from polycore.experiment.kinds import Choice
from polycore.experiment.settings import SETTINGS, Setting
from polycore.workers.chunk import advance_and_measure

PREFIX, LABEL = "pair", "Same but one"
HELP = "Trains two whole runs that differ in one setting, side by side from step 0. This run stays as it is."
ONE_HELP = "The setting in which the two runs differ. Both are measured on the same points after equal steps."
OTHER_HELP = "That of the other run. A number, or layers such as 8-8, may be typed; press Enter then."
CONTINUED = "All other settings are the same. Both begin with new weights; this run continued from others."
REPLACED = "A pair has replaced the last race."
EQUAL = "Both have the same value; choose another one."
# both are measured on the same points, and of equal length
SHARED = ("polynomials", "data", "x_range", "noise", "held_out_share", "steps", "target_loss", "patience")


def draw(run: Experiment, *, continued: bool) -> None:
    """Draw the button that offers it for a run of that experiment, which may have continued from others."""
    popover = st.popover(LABEL, type="tertiary", icon=":material/compare:", key=PREFIX, on_change="rerun")
    if not popover.open:  # what it offers takes as long as all charts
        return
    with popover:
        names = [name for name, one in SETTINGS.items() if name not in SHARED and one.is_used(run)]
        one, _, _ = _chosen(run)
        one.choose(st.selectbox, "The one setting", names, format_func=refusal.LABELS.get, help=ONE_HELP)
        _, setting, other = _chosen(run)
        other.choose(
            st.selectbox,
            "The other value",
            list(dict.fromkeys([*offered(run, setting), other.show()])),
            format_func=lambda text: getattr(setting.kind, "labels", {}).get(text, text),
            accept_new_options=not isinstance(setting.kind, Choice),
            help=OTHER_HELP,
        )
        note = CONTINUED if continued else "All other settings are the same."
        st.caption(f"This run: {setting.kind.shown(getattr(run, setting.field))}. {note}")
        pressed = st.button("Train both", key=f"{PREFIX}.begin", on_click=_begin, args=(run,), help=HELP)
        if pressed and PREFIX not in session.current().refused:
            page_links.lead(page_links.COMPARE, "See both", view="race")
        refusal.draw(PREFIX, "These two cannot be trained.")


def _chosen(run: Experiment) -> tuple[Input[str], Setting, Input[str]]:
    """Return the input for the one setting, that setting, and the input for its other value, as in links.

    At first it is a setting that the set-up has changed since the run.
    """
    names = *run.differing(session.current().experiment), "learning_rate", "optimizer"
    first = next(name for name in names if name not in SHARED and SETTINGS[name].is_used(run))
    # another input for a run that uses other settings
    kind = f"{run.optimizer}.{run.sample_count is None}.{run.data is None}"
    one = recalled_input(f"{PREFIX}.of.{kind}", lambda: first)
    setting = SETTINGS[one.value]
    return one, setting, recalled_input(f"{PREFIX}.{setting.field}", lambda: offered(run, setting)[0])


def offered(run: Experiment, setting: Setting) -> list[str]:
    """Return other values of a setting, as links write them: first the set-up's, then others that fit."""
    now, value = (getattr(one, setting.field) for one in (session.current().experiment, run))
    labels = getattr(setting.kind, "labels", ())
    values = [now, *labels, not value]  # of which the last is for a switch
    if isinstance(setting.kind, Layers):
        values.append(tuple(max(1, neurons // 2) for neurons in value))
    elif type(value) in (int, float):
        values += [type(value)(float(f"{number:.6g}")) for number in (10 * value, value / 10, value + 1)]
    texts = []
    for other in (*values, setting.kind.read(setting.example)):
        with suppress(PolycoreError):
            experiment = replace(run, **{setting.field: other})
            server.current().limits.check(experiment)
            if experiment != run:
                texts.append(setting.kind.written(getattr(experiment, setting.field)))
    texts += [name for name in labels if name != value]  # of one that does not fit, a press says why
    return list(dict.fromkeys(texts)) or [setting.example]


def _begin(run: Experiment) -> None:
    with refusal.later(PREFIX):
        (_, setting, text), limits = _chosen(run), server.current().limits
        other = replace(run, **{setting.field: setting_input.read(setting, text.value)})
        if other == run:
            raise PolycoreError(EQUAL)
        names, trainings = [], []
        for one in (run, other):
            limits.check(one)
            names.append(f"{setting.label} {setting.kind.shown(getattr(one, setting.field))}")
            workers, owner = server.current().workers, presence.session_name()
            trainings.append(Training.of(one, workers, advance_and_measure, limits.max_seconds, owner=owner))
        session.begin_race(Race(PairView(run, setting), tuple(names), tuple(trainings)), REPLACED)
