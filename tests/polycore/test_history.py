"""A run's history as a table: every recorded step, and of a run that continued every part."""

import csv
import io

from polycore import Experiment
from polycore.training.history import History
from polycore.training.leg import Leg, history_csv


def test_the_history_is_a_table_whose_numbers_lose_no_digit():
    history = History(10).appended(0, 1 / 3, 0.1, 0.25).appended(10, 2e-9, 1.0, 2 / 3)
    rows = list(csv.DictReader(io.StringIO(history.to_csv())))
    assert [row["step"] for row in rows] == ["0", "10"]
    assert [float(row["loss_nats"]) for row in rows] == [1 / 3, 2e-9]
    assert [float(row["accuracy"]) for row in rows] == [0.1, 1.0]
    assert [float(row["held_out_accuracy"]) for row in rows] == [0.25, 2 / 3]


def test_the_history_has_every_part_and_what_changed():
    first, second = (
        Experiment(hidden=()),
        Experiment(hidden=(), learning_rate=0.05, features=("x", "y", "xy")),
    )
    unknown = Leg(0, 4, None)
    one = Leg(4, 9, first.summary(), History(5).appended(4, 2.5, 0.1, 0.2).appended(9, 2.0, 0.2, 0.3))
    table = history_csv(second, History(5).appended(9, 1 / 3, 0.2, 0.3), (unknown, one))
    rows = list(csv.reader(io.StringIO(table)))
    assert rows == [
        ["step", "loss_nats", "accuracy", "held_out_accuracy", "leg", "learning_rate", "features"],
        ["4", "2.5", "0.1", "0.2", "2", "0.01", '["x", "y"]'],
        ["9", "2.0", "0.2", "0.3", "2", "0.01", '["x", "y"]'],
        ["9", "0.3333333333333333", "0.2", "0.3", "3", "0.05", '["x", "y", "xy"]'],
    ]


def test_the_history_of_a_run_that_did_not_continue_is_its_only_part():
    table = history_csv(Experiment(), History(1).appended(0, 2.5, 0.1, 0.2))
    assert table == "step,loss_nats,accuracy,held_out_accuracy,leg\n0,2.5,0.1,0.2,1\n"
