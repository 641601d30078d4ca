"""A set-up on points of the user's own, as a value: how it changes, and what there is to say about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pages.plane.scene import scene_of
from pages.state.setup import CAN_USE_ALL, Setup, for_points
from pages.state.sketch import Sketch
from pages.wording.words import layers_of_neurons
from polycore import Experiment, PointSet, PolycoreError
from polycore.arrays import evenly
from polycore.class_name import check_name, checked_names, composed
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.experiment.settings import SETTINGS
from polycore.network.features import without_distances
from polycore.optimizers.registry import OPTIMIZERS
from polycore.points.split import layers_for

CLASSES = "Classes"  # the label of the input for their names
SEPARATOR = ","  # between the names
WHY_SMALL = "from few points a larger network learns their noise too, and answers new points worse."
WHY_LARGER = "so many show finer borders than a single small layer can draw."


def sketch_of(setup: Setup) -> Sketch:
    """Return the points of the user's own, drawn or not; an empty sketch if there are none."""
    return setup.own_points or Sketch()


def with_points(setup: Setup, data: PointSet) -> Setup:
    """Return the set-up on these points, with layers for their number unless the user has chosen others."""
    sketch = replace(Sketch.of(data, _polynomials(setup)), network=sketch_of(setup).network)
    return _on_data(setup, data, setup.experiment.held_out_share, sketch)


def with_sketch(setup: Setup, sketch: Sketch) -> Setup:
    """Return the set-up with a sketch, on whose points it trains if that is possible; see `with_points`."""
    return _with_sketch(setup, sketch, setup.experiment.held_out_share)


def with_names(setup: Setup, text: str) -> Setup:
    """Return the set-up with the classes as the user named them; points of a class that is gone are gone too.

    Raises PolycoreError if these cannot be their names.
    """
    names = [name.strip() for name in composed(text).split(SEPARATOR) if name.strip()]
    for name in names:
        # checked_names would say by an index from 0 which one is wrong
        check_name(CLASSES, name)
    return with_sketch(setup, sketch_of(setup).named(checked_names(CLASSES, names)))


def with_suited_network(setup: Setup) -> Setup:
    """Return the set-up with the layers for its number of points; they then follow that."""
    hidden = layers_for(setup.experiment.sample_count or 0)
    sketch = replace(sketch_of(setup), network=hidden)
    return replace(setup, experiment=replace(setup.experiment, hidden=hidden), sketch=sketch)


def after_drawing(setup: Setup, pen: str, operations: Sequence[Mapping[str, Any]]) -> Setup:
    """Return the set-up after a browser's operations on the points; see `Sketch.after`.

    They may arrive late, after the press that put the points aside.
    """
    aside = setup.put_aside
    if setup.own_points is None and aside is not None:
        return replace(setup, put_aside=replace(aside, sketch=aside.sketch.after(pen, operations)))
    return with_sketch(setup, sketch_of(setup).after(pen, operations))


def on_own_points(setup: Setup) -> Setup:
    """Return the set-up on the user's points that were put aside, or on none yet."""
    aside = setup.put_aside
    if aside is None:
        return replace(setup, sketch=Sketch(polynomials=setup.experiment))
    sketch = replace(aside.sketch, polynomials=setup.experiment)
    return _with_sketch(setup, sketch, aside.held_out_share)


def on_samples(setup: Setup) -> Setup:
    """Return the set-up on points of its own: the samples of its polynomials, moved to a grid."""
    experiment = setup.experiment
    points, labels = experiment.training_set()
    few = evenly(len(points), MOST_POINTS_IN_JSON)
    window = scene_of(experiment).window
    sketch = Sketch.snapped(points[few], labels[few], experiment.class_names, window)
    return with_sketch(setup, replace(sketch, polynomials=experiment))


def on_polynomials(setup: Setup) -> Experiment:
    """Return the set-up's experiment on polynomials again, the ones before its points."""
    now, before = setup.experiment, _polynomials(setup) or Experiment.recommended()
    if before != for_points(before) and now.data is not None:
        chosen_for_points = _on_data(Setup(before), now.data, now.held_out_share, Sketch())
        if now == chosen_for_points.experiment:
            return before
    of_points = {
        field: getattr(before, field) for field, setting in SETTINGS.items() if setting.applies_to != "all"
    }
    experiment = replace(
        now,
        **of_points,
        features=before.features if now.features == without_distances(before.features) else now.features,
        optimizer=CAN_USE_ALL,
        hidden=before.hidden if now.hidden == sketch_of(setup).network else now.hidden,
    )
    if OPTIMIZERS[now.optimizer].needs_full_batch:
        return experiment
    return experiment.with_optimizer(now.optimizer)


def _with_sketch(setup: Setup, sketch: Sketch, held_out_share: float) -> Setup:
    try:
        return _on_data(setup, sketch.data, held_out_share, sketch)
    except PolycoreError:
        return replace(setup, sketch=sketch)


def _on_data(setup: Setup, data: PointSet, held_out_share: float, sketch: Sketch) -> Setup:
    # once the set-up has points, the layers recommended for polynomials are a choice of the user too
    before = for_points(setup.experiment)
    usual = Experiment.recommended().hidden if before.data is None else layers_for(before.sample_count or 0)
    experiment = before.on_points(data, held_out_share)
    if experiment.hidden not in (usual, sketch.network):
        return replace(setup, experiment=experiment, sketch=replace(sketch, network=None))
    hidden = layers_for(experiment.sample_count or 0)
    sketch = replace(sketch, network=hidden)
    return replace(setup, experiment=replace(experiment, hidden=hidden), sketch=sketch)


def _polynomials(setup: Setup) -> Experiment | None:
    """Return the experiment on polynomials, the present one or the last before the points; None if none."""
    if setup.sketch is None:
        return setup.experiment if setup.experiment.data is None else None
    return setup.sketch.polynomials


def standing(setup: Setup) -> tuple[str, str]:
    """Say on which points a run would train, or what is missing; then the reason, "" if none is needed."""
    experiment, sketch = setup.experiment, sketch_of(setup)
    meanwhile = "still learns the polynomials" if experiment.data is None else "still has the last points"
    if not sketch.points:
        start = "Draw points of at least two classes, or upload a table"
        return f":material/edit: {start}: until then Train {meanwhile}.", ""
    try:
        data = sketch.data
    except PolycoreError as error:
        drawn = {point.label for point in sketch.points}
        missing = ", ".join(name for label, name in enumerate(sketch.names) if label not in drawn)
        reason = f"No points yet of {missing}: draw some, or remove the name from {CLASSES}."
        said = f":material/info: These points cannot be trained on yet. Train {meanwhile}."
        return said, reason if missing else str(error)
    count = experiment.sample_count or 0
    return (
        f":material/check: {len(data):,} points of {data.class_count} classes: {count:,} to train on, "
        f"{len(data) - count:,} held out.",
        "",
    )


def note_on_network(setup: Setup) -> str:
    """Say which network was chosen for the points, or which would suit them; "" if the user chose that."""
    count = setup.experiment.sample_count or 0
    suited, present = layers_for(count), setup.experiment.hidden
    written = f"**{layers_of_neurons(suited)}**"
    why = f"{count:,} points to train on: {WHY_SMALL if suited == layers_for(0) else WHY_LARGER}"
    if present != suited:
        own = f"The network has **{layers_of_neurons(present)}**, from your set-up."
        return f"{own} Without your choice it would have {written}, for {why}"
    if sketch_of(setup).network == suited:
        return f"The network has {written}, chosen for {why} Train can change them."
    return ""
