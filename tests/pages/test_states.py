"""The states of a run: where each event leads from each of them."""

import pytest

import polycore as pc
from pages.runs.view import AFTER, first_state, state_after
from tests.runs import TINY

# a row for each state, a column for each event; a dot changes nothing
TABLE = """
            start    step     resume   pause    stop     look     leave    rest     finish   fail
ready       running  stepping .        .        stopped  .        .        .        .        .
running     .        .        .        paused   stopped  .        asleep   paused   finished failed
stepping    .        .        .        paused   stopped  .        paused   paused   finished failed
asleep      .        stepping running  paused   stopped  running  .        .        .        .
paused      .        stepping running  .        stopped  .        .        .        .        .
stopped     .        .        .        .        .        .        .        .        .        .
finished    .        .        .        .        .        .        .        .        .        .
failed      .        stepping running  .        stopped  .        .        .        .        .
"""
EVENTS, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CASES = [(state, event, after) for state, *cells in ROWS for event, after in zip(EVENTS, cells, strict=True)]


@pytest.mark.parametrize(("state", "event", "after"), CASES)
def test_an_event_leads_where_the_table_says(state, event, after):
    assert state_after(state, event) == (None if after == "." else after)


def test_the_table_has_every_event():
    assert sorted(EVENTS) == sorted(AFTER)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        pytest.param(pc.start(TINY), "ready", id="new"),
        pytest.param(pc.advance(pc.start(TINY), 1), "paused", id="with a step"),
        pytest.param(pc.advance(pc.start(TINY), 60), "finished", id="with all steps"),
        pytest.param(pc.start(TINY, pc.advance(pc.start(TINY), 60)), "ready", id="continued"),
    ],
)
def test_a_run_begins_ready_unless_it_has_taken_steps(run, state):
    assert first_state(run) == state
