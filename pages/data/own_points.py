"""Points of the user's own on the Data page: drawn, uploaded, or taken from samples."""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from pages.data import draw_points, points_upload
from pages.plane.scene import fit_of, scene_of
from pages.runs.varied import written_network
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.setup import CAN_USE_ALL
from pages.state.sketch import Sketch
from polycore import Experiment, PointSet, PolycoreError
from polycore.arrays import evenly
from polycore.class_name import checked_names, composed
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.experiment.settings import SETTINGS
from polycore.limits import LEAST_HELD_OUT, MOST_HELD_OUT
from polycore.network.features import without_distances
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.layers_for import layers_for

PREFIX = "own_points"
POLYNOMIALS, OWN = "Polynomials", "My own points"
CLASSES = "Classes"
SEPARATOR = ","
WHY_SMALL = "from few points a larger network learns their noise too, and answers new points worse."
WHY_LARGER = "so many show finer borders than a single small layer can draw."


def draw_source() -> None:
    """Draw the choice of what to learn from."""
    Input(f"{PREFIX}.source", _source, _choose_source).choose(
        st.segmented_control,
        "Learn from",
        (POLYNOMIALS, OWN),
        required=True,
        help="Polynomials: the program samples points on them. My own points: draw them, or upload a table.",
    )


def draw(sketch: Sketch) -> None:
    """Draw the plane with the points, and beside it where else they may come from."""
    plane, inputs = st.columns([3, 2], gap="large")  # on a phone the plane comes first
    with inputs:
        with st.container():
            _draw_standing(sketch)
        with st.container():
            _draw_names()
        with st.container():
            _draw_share()
        with st.container():
            _draw_network(sketch)
        points_upload.draw(adopt)
    with plane:
        draw_points.draw(sketch, _take, _present)
        st.caption(
            "Choose a class, then click or drag to place its points. They snap to a grid of 1000 by 1000, so "
            f"that a link holds them exactly, up to {MOST_POINTS_IN_JSON} of them."
        )
    data = session.current().experiment.data
    if data is not None:
        _draw_fit(data)


def draw_samples_button() -> None:
    """Draw the button that makes the samples of polynomials points to edit."""
    st.button(
        "Edit these as my own points",
        key=f"{PREFIX}.samples",
        icon=":material/edit:",
        on_click=_edit_samples,
        help=f"Takes up to {MOST_POINTS_IN_JSON} of the samples as points that you can erase and add to.",
    )


def adopt(data: PointSet) -> None:
    """Use these points in place of those that are there."""
    now = session.current()
    undo = "Your earlier points were replaced." if now.experiment.data not in (None, data) else None
    share = now.experiment.held_out_share
    sketch = replace(Sketch.of(data, _polynomials()), network=_present().network)
    experiment, sketch = _with_network(now.experiment.on_points(data, share), sketch)
    session.replace_setup(experiment, undo, sketch)


def learn_polynomials() -> None:
    """Learn polynomials again, those of before. For a button's `on_click`."""
    now, before = session.current().experiment, _polynomials() or Experiment.recommended()
    of_points = {
        name: getattr(before, name) for name, setting in SETTINGS.items() if setting.applies_to != "all"
    }
    experiment = replace(
        now,
        **of_points,
        features=before.features if now.features == without_distances(before.features) else now.features,
        optimizer=CAN_USE_ALL,
        hidden=before.hidden if now.hidden == _present().network else now.hidden,
    )
    if not OPTIMIZERS[now.optimizer].needs_full_batch:
        experiment = experiment.with_optimizer(now.optimizer)
    session.replace_setup(experiment, None if now.data is None else "Your points were put aside.")


def _polynomials() -> Experiment | None:
    """Return the set-up on polynomials, or that of before if the present one is on points."""
    setup = session.current().setup
    if setup.sketch is None:
        return setup.experiment if setup.experiment.data is None else None
    return setup.sketch.polynomials


def _present() -> Sketch:
    return session.current().setup.own_points or Sketch()


def _source() -> str:
    return POLYNOMIALS if session.current().setup.own_points is None else OWN


def _choose_source(source: str) -> None:
    if source == POLYNOMIALS:
        learn_polynomials()
        return
    now = session.current()
    session.replace_setup(now.experiment, None, Sketch(polynomials=now.experiment))


def _edit_samples() -> None:
    now = session.current()
    points, labels = now.experiment.training_set()
    few = evenly(len(points), MOST_POINTS_IN_JSON)
    window = scene_of(now.experiment).window
    sketch = Sketch.snapped(points[few], labels[few], now.experiment.class_names, window)
    sketch = replace(sketch, polynomials=now.experiment)
    experiment = now.experiment
    with suppress(PolycoreError):
        experiment, sketch = _with_network(experiment.on_points(sketch.data), sketch)
    session.replace_setup(experiment, "The set-up learns from your own points now.", sketch)


def _take(sketch: Sketch) -> None:
    """Use a sketch that has changed, and train on its points if that is possible."""
    now = session.current()
    experiment = now.experiment
    with suppress(PolycoreError):
        experiment = experiment.on_points(sketch.data, experiment.held_out_share)
        experiment, sketch = _with_network(experiment, sketch)
    session.set_setup(replace(now.setup, experiment=experiment, sketch=sketch))


def _with_network(experiment: Experiment, sketch: Sketch) -> tuple[Experiment, Sketch]:
    """Return both with layers for the number of points, unless the user has chosen others.

    Once the set-up has points, those recommended for polynomials are a choice of the user too.
    """
    before = session.current().experiment
    usual = Experiment.recommended().hidden if before.data is None else layers_for(before.sample_count or 0)
    if experiment.hidden not in (usual, sketch.network):
        return experiment, replace(sketch, network=None)
    hidden = layers_for(experiment.sample_count or 0)
    return replace(experiment, hidden=hidden), replace(sketch, network=hidden)


def _draw_standing(sketch: Sketch) -> None:
    """Say on what a run would train, or what is missing."""
    trained = session.current().experiment.data
    try:
        data = sketch.data
    except PolycoreError as error:
        meanwhile = "still learns the polynomials" if trained is None else "still has the last points"
        if not sketch.points:
            st.caption(
                ":material/edit: Draw points of at least two classes, or upload a table: until then Train "
                f"{meanwhile}."
            )
            return
        st.caption(f":material/info: These points cannot be trained on yet. Train {meanwhile}.")
        st.text(_missing(sketch) or str(error))
        return
    training = session.current().experiment.sample_count or 0
    st.caption(
        f":material/check: {len(data):,} points of {data.class_count} classes: {training:,} to train on, "
        f"{len(data) - training:,} held out."
    )


def _draw_network(sketch: Sketch) -> None:
    """Say which network was chosen for the points, or which would suit them."""
    experiment = session.current().experiment
    if experiment.data is None:
        return
    count = experiment.sample_count or 0
    suited, present = layers_for(count), experiment.hidden
    if present == suited == sketch.network:
        st.caption(
            f"Hidden layers **{written_network(suited)}**, chosen for {_reason(count)} Train can change them."
        )
    elif present != suited:
        st.caption(
            f"Hidden layers **{written_network(present)}**, from your set-up. **{written_network(suited)}** "
            f"would be chosen for {_reason(count)}"
        )
        st.button(
            f"Use {written_network(suited)}",
            key=f"{PREFIX}.network",
            on_click=_use_network,
            help="Nothing else of the set-up changes.",
        )


def _reason(count: int) -> str:
    return f"{count:,} points to train on: {WHY_SMALL if layers_for(count) == layers_for(0) else WHY_LARGER}"


def _use_network() -> None:
    now = session.current()
    hidden = layers_for(now.experiment.sample_count or 0)
    sketch = replace(_present(), network=hidden)
    session.set_setup(replace(now.setup, sketch=sketch))
    session.change(hidden=hidden)


def _missing(sketch: Sketch) -> str | None:
    """Return which classes have no points yet; None if all have some."""
    drawn = {point.label for point in sketch.points}
    missing = [name for label, name in enumerate(sketch.names) if label not in drawn]
    if not missing:
        return None
    return f"No points yet of {', '.join(missing)}: draw some, or remove the name from {CLASSES}."


def _draw_names() -> None:
    Input(f"{PREFIX}.names", lambda: f"{SEPARATOR} ".join(_present().names), _rename).draw(
        st.text_input,
        CLASSES,
        help="Their names, with commas between them: 2 to 24. A name more is a class more.",
    )
    refusal.draw_inputs(f"{PREFIX}.names", "The classes have not changed.")


def _rename(text: str) -> None:
    sketch = _present()
    names = [name.strip() for name in composed(text).split(SEPARATOR) if name.strip()]
    before = session.current()
    renamed = sketch.named(checked_names(CLASSES, names))
    _take(renamed)
    if len(renamed.points) < len(sketch.points):
        session.offer_undo("A class and its points were removed.", before)


def _draw_share() -> None:
    if session.current().experiment.data is None:
        return
    Input(f"{PREFIX}.share", _share, lambda share: session.change(held_out_share=share / 100)).draw(
        st.slider,
        SETTINGS["held_out_share"].label,
        min_value=round(100 * LEAST_HELD_OUT),
        max_value=round(100 * MOST_HELD_OUT),
        step=5,
        format="%d %%",
        help="The share of each class that no step trains on: the held-out accuracy is measured on it.",
    )


def _share() -> int:
    return round(100 * session.current().experiment.held_out_share)


def _draw_fit(data: PointSet) -> None:
    """Say which polynomials the classes lie on."""
    expander = st.expander(
        "Which polynomials are these?", icon=":material/function:", key=f"{PREFIX}.fit", on_change="rerun"
    )
    if not expander.open:
        return
    with expander:
        fit = fit_of(data)
        for curve in fit.curves:
            st.text(curve.sentence)
        st.caption(
            "With these curves the referee, crossings and the walk on Predict work for your points too."
            if fit.polynomials
            else "Without a curve for each class there is no referee, and there are no crossings."
        )
