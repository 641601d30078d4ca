"""The frames of a race: every lane in each of them."""

import json
import math
from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare.race_values import (
    LOWER_LOSS,
    choice_at,
    contents,
    order_of,
    picture_of,
    source_of,
    values,
)
from pages.plane.scene import scene_of
from pages.runs.race import STOPPED, Race
from pages.runs.view import seconds_at
from pages.wording import percent as wording
from polycore.formatting import loss_text, percent
from polycore.pictures.class_map import class_map, unpacked
from polycore.workers import picture
from polycore.workers.chunk import Chunk
from polycore.workers.picture import Wish
from tests.pages.test_run_frames import opened
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
    wait_until(lambda: not race.view.is_running)
    yield race
    race.stop()


def test_each_frame_has_all_lanes(race):
    header = header_of(source_of(race).frame())
    assert header["active"] is False
    assert header["lanes"].keys() == {"0", "1"}
    for index, lane in enumerate(race.view.lanes):
        shown, curves = header["lanes"][str(index)], header["curves"][str(index)]
        milestones = lane.view.milestones
        assert curves["x"] == [milestone.seconds for milestone in milestones]
        assert curves["loss"] == [milestone.best_loss for milestone in milestones]
        assert curves["accuracy"] == [100 * milestone.held_out_accuracy for milestone in milestones]
        assert shown["used"] == f"{lane.view.run.step} steps in 2.0 s"
        assert shown["loss"] == loss_text(milestones[-1].best_loss)
        assert (
            f"{lane.name} from {loss_text(milestones[0].best_loss)} to {shown['loss']} nats"
            in header["loss_alt"]
        )
        assert (
            f"{lane.name} from {percent(milestones[0].held_out_accuracy)} to {shown['accuracy']}"
            in (header["accuracy_alt"])
        )
    assert header["standing"]["loss"].startswith(race.view.standing())
    assert (header["status"], header["progress"], header["share"]) == (
        "Finished",
        "2 s of computing each",
        100,
    )


def test_a_loss_without_bound_is_no_number(race):
    lane, other = race.view.lanes
    first, *others = lane.view.milestones
    milestones = (first._replace(best_loss=math.inf), *others)
    lost = replace(race.view, lanes=(seen_with(lane, milestones=milestones), other))
    assert values(lost)["curves"]["0"]["loss"] == [None, *(milestone.best_loss for milestone in others)]
    json.dumps(values(lost), allow_nan=False)
    assert np.isfinite(values(race.view)["curves"]["0"]["loss"]).all()


def seen_with(lane, **changes):
    return replace(lane, view=replace(lane.view, **changes))


def test_there_is_another_frame_only_if_a_lane_has_changed():
    race = Race.of(SET_UP, ["Random search", "Adam"], 2.0, Metered())
    source = source_of(race)
    first = source.frame()
    assert source.frame() is first
    race.trainings[1].stop()
    assert source.frame().sequence > first.sequence


def header_of(frame):
    size = int.from_bytes(frame.content[:4], "little")
    return json.loads(frame.content[4 : 4 + size])


def test_the_moments_of_a_race_are_evenly_spaced_over_its_computing_time(race):
    # a hundredth of two seconds apart, in microseconds
    assert race.view.moments == [
        *((time, time) for time in range(0, 2_000_000, 20_000)),
        (2_000_000, "Now"),
    ]


def test_a_race_that_ended_early_has_the_moments_of_its_beginning(race):
    longer = replace(race.view, budget=4.0)
    assert longer.moments == [
        *((time, time) for time in range(0, 2_000_000, 40_000)),
        (2_000_000, "Now"),
    ]


@pytest.mark.parametrize("moment", ["Now", "Best", 2_000_000, 10**30])
def test_the_latest_weights_are_those_now_and_after_the_end(race, moment):
    assert {choice_at(lane, moment) for lane in race.view.lanes} == {"Now"}


@pytest.mark.parametrize("microseconds", [-5, 0, 124_999, 125_000, 1_000_000, 1_999_999])
def test_at_a_moment_each_lane_has_the_weights_of_its_latest_snapshot_by_then(race, microseconds):
    for lane in race.view.lanes:
        step = choice_at(lane, microseconds)
        by_then = [at for at in lane.view.run.snapshots.step if 125_000 * at <= max(0, microseconds)]
        assert step == max(by_then)
        assert seconds_at([step], lane.view.milestones) == [0.125 * step]


def test_a_frame_of_the_past_has_maps_and_figures_of_one_moment(race):
    source = source_of(race)
    now = header_of(source.frame())
    source.choose(1_000_000)
    then, blobs = opened(source.frame())
    assert then["sequence"] > now["sequence"]
    assert (now["then"]["is_past"], then["then"]) == (False, {"seconds": 1, "is_past": True})
    assert then["moments"] == now["moments"]
    for index, (lane, shown) in enumerate(zip(race.view.lanes, then["lanes"].values(), strict=True)):
        step = max(at for at in lane.view.run.snapshots.step if at <= 8)
        there = pc.advance(pc.start(lane.view.run.experiment), step)
        assert shown["used"] == f"{step} step{'s' * (step > 1)} in {0.125 * step:.2f} s"
        assert shown["loss"] == loss_text(lowest_loss_after(lane, 8))
        assert shown["accuracy"] == percent(there.current.held_out_accuracy)
        window = scene_of(there.experiment).window
        expected = class_map(there.current.weights, there.current.biases, window).packed()
        assert (shown["map"]["columns"], shown["map"]["rows"]) == (expected.columns, expected.rows)
        pixels = unpacked(replace(expected, scanlines=blobs[f"map.{index}"]))
        assert (pixels == unpacked(expected)).mean() > 0.99  # a snapshot is in float32
    source.choose("Now")
    assert header_of(source.frame())["lanes"] == now["lanes"]


@pytest.mark.parametrize("moment", ["Now", 1_000_000])
def test_a_page_draws_first_the_maps_of_the_frame_that_follows(race, moment):
    runs = [lane.view.run for lane in race.view.lanes]
    # as sharp as of a race at rest: not what the page would render itself
    wish = Wish(scene_of(SET_UP).window, sharp=True)
    lanes = tuple(
        seen_with(lane, pictured=(run, picture.picture_of(run, wish)))
        for lane, run in zip(race.view.lanes, runs, strict=True)
    )
    blobs = contents(replace(race.view, lanes=lanes), moment).blobs
    assert [picture_of(lane, moment).scanlines for lane in lanes] == list(blobs.values())
    assert len(blobs) == 2


def test_the_map_of_a_lane_whose_picture_is_of_an_earlier_step_is_rendered_by_the_page(race):
    [lane, _] = race.view.lanes
    run, window = lane.view.run, scene_of(SET_UP).window
    earlier = pc.start(run.experiment)
    behind = seen_with(lane, pictured=(earlier, picture.picture_of(earlier, Wish(window))))
    model = run.current
    assert picture_of(behind, "Now") == class_map(model.weights, model.biases, window).packed()


def lowest_loss_after(lane, steps):
    """Return the lowest loss of the lane at the end of its latest chunk within so many steps."""
    step = max(milestone.step for milestone in lane.view.milestones if milestone.step <= steps)
    return pc.advance(pc.start(lane.view.run.experiment), step).best_loss


def test_a_lane_whose_loss_has_risen_shows_the_loss_of_the_chart(race):
    # as Adam and SGD do: at the end of a chunk the loss is often above the lowest
    other, lane = race.view.lanes
    low, high = lane.view.run.history.loss.min() / 2, lane.view.run.history.loss.max()
    history = replace(lane.view.run.history, loss=np.full_like(lane.view.run.history.loss, high))
    *others, last = lane.view.milestones
    milestones = (*others, last._replace(best_loss=low))
    risen = seen_with(lane, milestones=milestones, run=replace(lane.view.run, history=history))
    shown = values(replace(race.view, lanes=(other, risen)))
    assert shown["curves"]["1"]["loss"][-1] == low
    assert shown["lanes"]["1"]["loss"] == loss_text(low)


def test_the_sentence_is_about_the_moment_that_is_shown(race):
    start, middle, end = (values(race.view, moment) for moment in (0, 1_000_000, "Now"))
    initial = pc.start(race.view.lanes[0].view.run.experiment).current.loss
    assert start["standing"]["loss"] == (
        f"After 0.00 s of computing, both had the same loss: {loss_text(initial)} nats."
    )
    assert start["standing"]["accuracy"].startswith("After 0.00 s of computing, both got ")
    losses = {}
    for lane in race.view.lanes:
        losses[lane.name] = lowest_loss_after(lane, 8)  # an eighth of a second each
    leader = min(losses, key=losses.get)
    assert middle["standing"]["loss"] == (
        f"After 1.00 s of computing, {leader} had the lowest loss: {loss_text(losses[leader])} nats."
    )
    assert "surprise" in end["standing"]["loss"]
    # a browser may ask for a moment that is not past: both show the end
    assert values(race.view, 3_000_000)["standing"] == end["standing"]


# --- who is ahead by accuracy ------------------------------------------------------------------


@pytest.fixture
def three():
    """Return the view of a race of three at its end."""
    race = Race.of(SET_UP, ["Random search", "Adam", "L-BFGS"], 2.0, Metered())
    race.start()
    wait_until(lambda: not race.view.is_running)
    yield race.view
    race.stop()


def with_accuracies(view, *shares):
    """Return the race with other latest accuracies on new points."""
    lanes = []
    for lane, share in zip(view.lanes, shares, strict=True):
        *others, last = lane.view.milestones
        lanes.append(seen_with(lane, milestones=(*others, last._replace(held_out_accuracy=share))))
    return replace(view, lanes=tuple(lanes))


def in_state(view, state):
    return replace(view, lanes=tuple(seen_with(lane, state=state) for lane in view.lanes))


@pytest.mark.parametrize(
    ("shares", "places", "order"),
    [
        pytest.param((0.5, 0.9, 0.7), "312", [1, 2, 0], id="all differ"),
        pytest.param((0.9, 0.9, 0.7), "113", [0, 1, 2], id="two first"),
        pytest.param((0.7, 0.9, 0.9), "311", [1, 2, 0], id="two first, and one third"),
        pytest.param((0.9, 0.9, 0.9), "111", [0, 1, 2], id="all the same"),
    ],
)
def test_the_place_of_a_lane_is_its_rank_and_at_the_end_the_maps_stand_by_it(three, shares, places, order):
    view = with_accuracies(three, *shares)
    assert "".join(lane["place"]["accuracy"] for lane in values(view)["lanes"].values()) == places
    assert order_of(view, "accuracy") == order
    # during a race the numbers change, and no map moves
    running = in_state(view, "running")
    assert "".join(lane["place"]["accuracy"] for lane in values(running)["lanes"].values()) == places
    assert order_of(running, "accuracy") == [0, 1, 2]


def test_by_loss_the_lowest_is_first(three):
    losses = [lane.view.run.best_loss for lane in three.lanes]
    lanes = values(three)["lanes"].values()
    assert [lane["place"]["loss"] for lane in lanes] == [
        str(1 + sorted(losses).index(loss)) for loss in losses
    ]
    assert order_of(three, "loss") == sorted(range(3), key=losses.__getitem__)


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        pytest.param((0.5, 0.9, 0.7), "Adam got the most new points right: 90.0\u00a0%.", id="one"),
        pytest.param(
            (0.9, 0.9, 0.7), "Random search and Adam got the most new points right: 90.0\u00a0%.", id="two"
        ),
        pytest.param((0.9, 0.9, 0.9), "All got 90.0\u00a0% of new points right.", id="all"),
    ],
)
def test_who_is_ahead_by_accuracy_is_said_during_a_race_and_at_its_end(three, shares, sentence):
    view = with_accuracies(three, *shares)
    assert values(view)["standing"]["accuracy"].startswith(f"{sentence} ")
    so_far = f"So far {sentence.replace('All', 'all')}"
    assert values(in_state(view, "running"))["standing"]["accuracy"] == so_far


def test_the_verdict_on_the_lowest_loss_follows_only_if_its_lane_is_ahead_by_accuracy_too(three):
    losses = [lane.view.run.best_loss for lane in three.lanes]
    lowest = losses.index(min(losses))
    leading = with_accuracies(three, *(0.9 if index == lowest else 0.5 for index in range(3)))
    assert values(leading)["standing"]["accuracy"].endswith(three.verdict())
    behind = with_accuracies(three, *(0.5 if index == lowest else 0.9 for index in range(3)))
    assert values(behind)["standing"]["accuracy"].endswith(LOWER_LOSS.format(three.lanes[lowest].name))


def test_at_a_past_moment_who_was_ahead_is_said_of_that_moment(race):
    shown = {}
    for lane in race.view.lanes:
        step = max(at for at in lane.view.run.snapshots.step if at <= 8)  # after 1 s
        there = pc.advance(pc.start(lane.view.run.experiment), step)
        shown[lane.name] = there.current.held_out_accuracy
    best = max(shown, key=shown.get)
    assert values(race.view, 1_000_000)["standing"]["accuracy"] == (
        f"After 1.00 s of computing, {best} got the most new points right: {wording.percent(shown[best])}."
    )


@pytest.mark.parametrize(
    ("state", "status", "progress"),
    [
        ("running", "Running", "2.0 of 2 s of computing each"),
        ("asleep", "Paused", "2.0 of 2 s of computing each"),
        ("paused", "Finished", "2 s of computing each"),
        ("stopped", "Stopped", STOPPED),
        ("finished", "Finished", "2 s of computing each"),
    ],
)
def test_how_far_a_race_is_stands_in_words(three, state, status, progress):
    header = values(in_state(three, state))
    assert (header["status"], header["progress"]) == (status, progress)


TWO_OF_FIVE = "2.0 of 5 s of computing each"


@pytest.mark.parametrize(
    ("states", "progress", "share"),
    [
        pytest.param(("running", "running", "running"), TWO_OF_FIVE, 40, id="under way"),
        pytest.param(("finished", "running", "running"), TWO_OF_FIVE, 40, id="one is stuck"),
        pytest.param(("failed", "running", "running"), TWO_OF_FIVE, 40, id="one failed"),
        pytest.param(("finished", "stopped", "stopped"), STOPPED, 40, id="stopped after one was stuck"),
        pytest.param(("finished", "finished", "finished"), "5 s of computing each", 100, id="all have ended"),
    ],
)
def test_a_lane_that_ended_early_does_not_move_the_progress_of_the_others(three, states, progress, share):
    # each has computed for 2 s of 5
    lanes = (seen_with(lane, state=state) for lane, state in zip(three.lanes, states, strict=True))
    header = values(replace(three, budget=5.0, lanes=tuple(lanes)))
    assert (header["progress"], header["share"]) == (progress, share)


def test_a_moment_that_one_source_is_asked_for_is_shown_by_no_other(race):
    source, other = source_of(race), source_of(race)
    before = other.frame()
    source.choose(1_000_000)
    assert not source.is_like(other)
    assert source.is_like(source_of(race, 1_000_000))
    assert header_of(source.frame())["then"] == {"seconds": 1, "is_past": True}
    assert other.frame() is before


@pytest.mark.parametrize("choice", [None, True, 1.5, "then", [3], {}])
def test_what_is_no_moment_is_ignored(race, choice):
    source = source_of(race)
    before = source.frame()
    source.choose(choice)
    assert source.frame() is before
