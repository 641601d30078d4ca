"""The frames of a sweep: what they show, how often they are made, and what a look may begin."""

from functools import partial

import pytest

import polycore as pc
from pages.compare.sweep_view import values
from pages.frame import frame
from pages.run_view.following import SWEEP_SECONDS, source_of_sweep
from pages.runs import sentences
from pages.runs.sweep import Sweep
from pages.runs.varied import Varied
from tests.node import scripts, value_after
from tests.pages.test_run_frames import opened
from tests.pages.test_sweep import Hand
from tests.pages.watching import Tab
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("share")

SET_UP = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,))
VARIED = Varied(
    seeds=2, networks=((4,), (6,)), optimizers=("adam",), steps=40, numbers={"learning_rate": (0.01,)}
)


@pytest.fixture
def begun():
    """Return a sweep of two settings with two seeds whose first two runs have begun, and what computes it."""
    hand = Hand()
    sweep = Sweep(SET_UP, VARIED, hand)
    sweep.start()
    yield sweep, hand
    sweep.stop()


def table_of(sweep, clock, rows="Settings"):
    return source_of_sweep(f"{sweep.name}-table", sweep, partial(values, rows=rows, possible=None), clock)


def header_of(source):
    return opened(source.frame())[0]


def test_a_run_that_ends_is_in_the_next_frame_with_its_mark_and_its_rows(begun, clock):
    sweep, hand = begun
    settings, runs, line = (
        table_of(sweep, clock),
        table_of(sweep, clock, "Runs"),
        source_of_sweep("line", sweep, frame.sweep_values, clock),
    )
    before = header_of(settings)
    assert (before["active"], before["share"], before["best"]) == (True, 0, "")
    assert [row[:2] for row in before["rows"]] == [["1", "one layer of 4"], ["2", "one layer of 6"]]
    assert (before["figure"]["data"], header_of(runs)["rows"]) == ([], [])
    assert header_of(line)["ended"] == "0 of 4 runs have ended"
    hand.deliver_until(lambda: len(sweep.view.outcomes) == 2, of=sweep.view.experiments[:2])
    clock.now += 2 * SWEEP_SECONDS
    after = header_of(settings)
    best = [pc.advance(pc.start(experiment), 40).best for experiment in sweep.view.experiments[:2]]
    accuracies = [f"{100 * model.held_out_accuracy:.2f} %" for model in best]
    assert after["sequence"] > before["sequence"]
    assert after["share"] == 50
    assert [row[2] for row in after["rows"]] == accuracies
    assert [row[4] for row in after["rows"]] == ["1 of 2", "1 of 2"]
    names = [trace["name"] for trace in after["figure"]["data"]]
    assert names == ["1 · one layer of 4", "2 · one layer of 6"]
    assert "1 · one layer of 4, 1 run" in after["figure"]["layout"]["meta"]["alt"]
    assert after["best"].startswith("Best so far: one layer of ")
    assert sorted(row[3] for row in header_of(runs)["rows"]) == sorted(accuracies)
    assert header_of(line)["ended"] == "2 of 4 runs have ended"


def test_a_chunk_alone_has_a_frame_no_earlier_than_after_a_second(begun, clock):
    sweep, hand = begun
    source = table_of(sweep, clock)
    first = source.frame()
    assert source.frame() is first
    version = sweep.version
    hand.deliver()
    wait_until(lambda: sweep.version > version)
    clock.now += 0.9 * SWEEP_SECONDS
    assert source.frame() is first
    clock.now += 0.2 * SWEEP_SECONDS
    second = source.frame()
    assert second.sequence > first.sequence


def test_another_status_is_in_a_frame_at_once(begun, clock):
    sweep, _ = begun
    source = table_of(sweep, clock)
    before = source.frame()
    for act, standing in ((sweep.pause, "Paused"), (sweep.resume, "Running"), (sweep.stop, "Stopped")):
        act()
        frame = source.frame()
        assert frame.sequence > before.sequence
        assert frame.header["generation"] > before.header["generation"]
        assert frame.header["standing"].startswith(standing)
        assert frame.header["active"] == (standing == "Running")
        before = frame


def test_another_choice_of_the_page_is_in_a_frame_at_once(begun, clock):
    sweep, _ = begun
    source = table_of(sweep, clock)
    earlier = source.frame()
    source = table_of(sweep, clock, "Runs")
    assert earlier.sequence < source.since() <= source.frame().sequence
    assert (len(earlier.header["rows"]), source.frame().header["rows"]) == (2, [])


def test_who_follows_a_sweep_is_woken_by_its_runs_and_no_worker_draws_maps_for_it(begun, clock):
    sweep, hand = begun
    tab = Tab()
    tab.show(table_of(sweep, clock))
    tab.urgent.clear()
    hand.deliver()
    wait_until(lambda: tab.urgent)
    assert not any(tab.urgent)  # nobody waits for a chunk
    assert [run.pictured for run in sweep.view.runs] == [None, None]
    sweep.pause()
    assert any(tab.urgent)  # everybody waits for another status
    tab.show()
    count = tab.news
    sweep.resume()
    assert tab.news == count


def test_a_run_that_failed_has_a_row_without_figures(begun, clock):
    sweep, hand = begun
    hand.fail(MemoryError())
    wait_until(lambda: len(sweep.view.outcomes) == 1)
    [row] = header_of(table_of(sweep, clock, "Runs"))["rows"]
    assert row[3:6] == ["", "", ""]
    assert row[-1].startswith(sentences.NO_MEMORY)


# --- the table in the browser ---------------------------------------------------------------------

TABLE = scripts("pages/compare/sweep_tables.js").split("export default")[1]
COMPARED = TABLE[TABLE.index("function compared") :]


@pytest.mark.parametrize(
    ("cells", "ascending"),
    [
        pytest.param(
            ["97.50 %", "", "100.00 %", "9.10 %"], ["9.10 %", "97.50 %", "100.00 %", ""], id="shares"
        ),
        pytest.param(["0.01", "3e-05", "1.2"], ["3e-05", "0.01", "1.2"], id="losses"),
        pytest.param(["1,000", "999", "12,500"], ["999", "1,000", "12,500"], id="steps"),
        pytest.param(
            ["one layer of 12", "one layer of 4", "Adam"],
            ["Adam", "one layer of 4", "one layer of 12"],
            id="settings",
        ),
    ],
)
def test_a_column_is_sorted_by_its_numbers_and_what_is_not_known_comes_last(cells, ascending):
    program = f"""{COMPARED}
const sorted = (direction) => {cells}.sort((one, other) => compared(one, other, direction));"""
    known = [cell for cell in ascending if cell]
    assert value_after(program, "[sorted(1), sorted(-1)]") == [
        ascending,
        known[::-1] + [""] * (len(cells) - len(known)),
    ]
