"""The bar: what a line has room for."""

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import polycore as pc
from polycore.commands import progress_bar
from polycore.commands.progress_bar import ProgressBar, clock_text, line
from polycore.training.history import History
from polycore.training.run import Run


@pytest.fixture(scope="module")
def halfway():
    """A run at step 20,000 of 40,000 with figures that are known."""
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=40_000)
    history = History(1, np.array([20_000]), np.array([0.0123456]), np.array([0.5]), np.array([0.98765]))
    nothing = np.zeros(0)
    return Run(experiment, 20_000, nothing, None, 0.1, None, 0, 0.1, nothing, history, 0.1)


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (
            200,
            f"{'#' * 15}{'.' * 15}   50 %  step 20,000/40,000  loss 0.01235  held-out 98.77 %  4,000 steps/s"
            "  0:05 left",
        ),
        (80, "##...   50 %  step 20,000/40,000  loss 0.01235  held-out 98.77 %  0:05 left"),
        (40, "##...   50 %  loss 0.01235  0:05 left"),
        (13, "##...   50 %"),
        (12, " 50 %"),
        (5, " 50 "),
        (1, ""),
    ],
)
def test_a_line_says_what_it_has_room_for(halfway, columns, shown):
    assert line(halfway, 4000.0, columns, "#.") == shown


def test_a_line_never_reaches_the_last_column(halfway):
    for columns in range(1, 300):
        for speed in (0.0, 1e-9, 0.123, 4000.0, 1e9):
            assert len(line(halfway, speed, columns, "#.")) < columns


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0:00"), (59.6, "1:00"), (754, "12:34"), (3600, "1:00:00"), (5025, "1:23:45")],
)
def test_a_duration_is_written_as_on_a_clock(seconds, words):
    assert clock_text(seconds) == words


class TerminalOf1970(io.TextIOWrapper):
    """A terminal that knows ASCII alone and does not say how wide it is."""

    def __init__(self):
        super().__init__(io.BytesIO(), encoding="ascii", write_through=True)

    def isatty(self):
        return True

    @property
    def text(self):
        return self.buffer.getvalue().decode("ascii")


def test_a_terminal_that_knows_ascii_alone_gets_that(halfway):
    stream = TerminalOf1970()
    bar = ProgressBar(stream)
    bar.draw(halfway)
    bar.end("Done.")
    _, drawn, last = stream.text.split("\r")
    assert drawn.startswith("####")
    assert last == f"{'Done.':<{len(drawn)}}\n"


def test_the_speed_is_of_the_last_seconds(halfway, monkeypatch):
    times = iter([0.0, 0.5, 10.0, 20.0, 21.0])
    monkeypatch.setattr(progress_bar, "USUAL_COLUMNS", 200)
    stream = TerminalOf1970()
    bar = ProgressBar(stream, partial(next, times))
    bar.begin(replace(halfway, step=0))
    for step in (10_000, 10_025, 10_500, 11_000, 11_100):
        bar.draw(replace(halfway, step=step))
    speeds = [drawn.split("held-out 98.77 %")[1].split("  ")[1:] for drawn in stream.text.split("\r")[1:]]
    # nothing for a second; 500 steps in 10 s, and again; then 600 in the last 11 s
    assert [" ".join(each).strip() for each in speeds] == [
        "",
        "",
        "",
        "50 steps/s 9:50 left",
        "50 steps/s 9:40 left",
        "55 steps/s 8:50 left",
    ]


def test_a_terminal_that_has_gone_is_no_error(halfway):
    class Gone(TerminalOf1970):
        def write(self, _):
            raise OSError(5, "Input/output error")

    bar = ProgressBar(Gone())
    bar.draw(halfway)
    bar.end("Done.")
