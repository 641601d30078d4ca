"""What the networks of a class do on the same points: a row for each weight file or link."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd

from pages.models import model_in_use
from pages.points import score
from pages.server import server
from pages.state.kept_models import Kept
from pages.state.points import Points
from pages.state.session_value import ClassRow
from polycore import Experiment, Model, PolycoreError
from polycore.figures import small_map_url
from polycore.links import link

MOST = 100
MAP_COLUMNS, MAP_ROWS = 72, 45
OTHER_CURVES = "It knows none of the curves of this set-up."
UNREADABLE = "This link cannot be read: copy it again."


def points_of(experiment: Experiment) -> Points:
    """Return the held-out points of an experiment, labeled with its polynomials."""
    points, labels = experiment.held_out_set()
    return Points(points, labels, experiment.shown_classes)


def row_of_file(name: str, content: bytes, points: Points) -> ClassRow:
    """Return the row of a weight file."""
    try:
        model = Model.load(io.BytesIO(content))
        server.current().limits.check_model(model)
        return _measured(name, model, points)
    except PolycoreError as error:
        return ClassRow(name, problem=str(error))


def row_of_link(name: str, address: str, points: Points) -> ClassRow:
    """Return the row of a link with a trained network."""
    opened = link.from_query(dict(parse_qsl(urlsplit(address).query)))
    if opened.model is None:
        reason = (
            UNREADABLE
            if opened.problems
            else "The link has no trained network: copy it when a run has ended."
        )
        return ClassRow(name, problem=reason)
    try:
        return _measured(name, opened.model, points)
    except PolycoreError as error:
        return ClassRow(name, problem=str(error))


def table(rows: Iterable[ClassRow]) -> pd.DataFrame:
    """Return the rows as a table, with accuracies in percent."""
    table = pd.DataFrame(
        [
            {
                "name": _harmless(row.name),
                "map": row.map,
                "accuracy (%)": None if row.accuracy is None else round(100 * row.accuracy, 4),
                "held-out loss": row.loss,
                "points": row.known,
                "hidden layers": "-".join(map(str, row.hidden)) or ("none" if row.parameters else ""),
                "weights": row.parameters,
                "steps": row.steps,
                "seed": row.seed,
                "problem": row.problem,
            }
            for row in rows
        ]
    )
    return table.astype(dict.fromkeys(("weights", "steps", "seed"), "Int64"))  # with what is not known


def with_distinct_names(rows: Sequence[ClassRow]) -> tuple[ClassRow, ...]:
    """Return the rows, with a number after each name that an earlier row has: files often share names."""
    counts: Counter[str] = Counter()
    named = []
    for row in rows:
        counts[row.name] += 1
        number = counts[row.name]
        named.append(row if number == 1 else replace(row, name=f"{row.name} ({number})"))
    return tuple(named)


def _harmless(name: str) -> str:
    # a spreadsheet would take such a name in a CSV file for a formula
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name


def _measured(name: str, model: Model, points: Points) -> ClassRow:
    measured, trained = score.measure(model, points), model.experiment
    problem = "" if measured.measured else OTHER_CURVES
    return ClassRow(
        name,
        accuracy=measured.accuracy,
        loss=measured.loss,
        known=measured.measured,
        hidden=model.widths[1:-1],
        parameters=sum(part.size for part in (*model.weights, *model.biases)),
        steps=None if trained is None else trained.steps,
        seed=None if trained is None else trained.seed,
        map=_small_map(model),
        problem=problem,
        experiment=trained,
    )


def _small_map(model: Model) -> str | None:
    scene = model_in_use.scene_of_kept(Kept("", model, None))
    if scene is None:
        return None
    x_range, y_range = scene.window
    x, y = np.linspace(*x_range, MAP_COLUMNS), np.linspace(*y_range, MAP_ROWS)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    probabilities = model.predict_proba(grid).reshape(MAP_ROWS, MAP_COLUMNS, -1)
    return small_map_url(scene.curves, x_range, y_range, probabilities)
