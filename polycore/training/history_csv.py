"""The history of a run as CSV, also of the training that it continued from."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from polycore.experiment.experiment import Experiment
from polycore.training.history import History
from polycore.training.leg import Leg

_COLUMNS = ("step", "loss_nats", "accuracy", "held_out_accuracy", "leg")


def history_csv(experiment: Experiment, history: History, earlier: Sequence[Leg] = ()) -> str:
    """Return a header line and one line per entry, every number with all its digits.

    `history` is the experiment's own, `earlier` what was trained before. The column `leg` counts the parts of
    the run from 1 on; a part whose network alone is known has a number but no entries. For each field of
    the experiments in which the parts differ there is a column with its value, as JSON, or empty if unknown.
    """
    settings = [leg.settings for leg in earlier] + [experiment.summary()]
    histories = [leg.history for leg in earlier] + [history]
    known = [one for one in settings if one is not None]
    names = (field.name for field in fields(Experiment))
    differing = [name for name in names if any(one.get(name) != known[0].get(name) for one in known)]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_COLUMNS, *differing])
    for number, (of_leg, values) in enumerate(zip(histories, settings, strict=True), 1):
        if of_leg is None:
            continue
        texts = [_text(values, name) for name in differing]
        columns = (of_leg.step, of_leg.loss, of_leg.accuracy, of_leg.held_out_accuracy)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            writer.writerow([*map(repr, row), number, *texts])
    return file.getvalue()


def _text(settings: Mapping[str, Any] | None, name: str) -> str:
    if settings is None:
        return ""
    value = settings.get(name)
    # a text alone needs no quotes: it is one of a few words, such as adam
    return value if isinstance(value, str) else json.dumps(value)
