"""The frames of a race: every lane in each of them."""

import json
import math
from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare.race_source import RaceSource, values
from pages.runs.race import Race
from polycore.formatting import loss_text
from polycore.workers.chunk import Chunk
from tests.waiting import wait_until

SET_UP = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,), optimizer="adam"
)


class Metered(Executor):
    """Computes at once, and says that each step takes an eighth of a second."""

    def submit(self, _timed, advance, run, steps, *_):
        future = Future()
        following = advance(run, steps)
        seconds = 0.125 * (following.step - run.step)
        future.set_result(Chunk(following, seconds, seconds))
        return future


@pytest.fixture
def race():
    race = Race.of(SET_UP, ["Random search", "Adam"], 2.0, Metered())
    race.start()
    wait_until(lambda: not race.is_running)
    yield race
    race.stop()


def test_each_frame_has_all_lanes(race):
    frame = RaceSource(race).frame()
    size = int.from_bytes(frame.content[:4], "little")
    header = json.loads(frame.content[4 : 4 + size])
    assert header["active"] is False
    assert header["lanes"].keys() == {"0", "1"}
    for lane, shown in zip(race.lanes, header["lanes"].values(), strict=True):
        marks = lane.training.marks
        assert shown["seconds"] == [mark.seconds for mark in marks]
        assert shown["losses"] == [mark.best_loss for mark in marks]
        assert shown["accuracies"] == [100 * mark.held_out_accuracy for mark in marks]
        assert shown["share"] == 100
        assert shown["used"].startswith("2.0 of 2 s · ")
        assert shown["loss"] == loss_text(float(lane.training.run.history.loss[-1]))
    assert header["standing"].startswith(f"{race.leader.name} has the lowest loss")


def test_a_loss_without_bound_is_no_number(race):
    lane = race.lanes[0]
    first, *others = lane.training.marks
    marks = [first._replace(best_loss=math.inf), *others]
    lost = replace(race, lanes=(replace(lane, training=Stub(lane.training, marks)), race.lanes[1]))
    assert values(lost)["lanes"]["0"]["losses"] == [None, *(mark.best_loss for mark in others)]
    json.dumps(values(lost), allow_nan=False)
    assert np.isfinite(values(race)["lanes"]["0"]["losses"]).all()


class Stub:
    """A training with other marks."""

    def __init__(self, training, marks):
        self._training = training
        self.marks = marks

    def __getattr__(self, name):
        return getattr(self._training, name)


def test_there_is_another_frame_only_if_a_lane_has_changed(race):
    source = RaceSource(race)
    first = source.frame()
    assert source.frame() is first
    race.lanes[1].training.announce()
    assert source.frame().sequence > first.sequence
