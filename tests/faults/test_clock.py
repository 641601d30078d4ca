"""The machine's clock is set while people train, play and come back: nothing notices."""

import ast
import time
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import local_script_runner

from tests.pages.browsing import QUICK, opened, press, session_of, wait_for

ROOT = Path(__file__).parents[2]
DAY = 86_400.0
STEADY = {"monotonic", "perf_counter", "process_time", "thread_time", "sleep"}
SOURCES = [ROOT / "streamlit_app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("polycore/**/*.py")]


def clocks_of(tree: ast.AST) -> set[str]:
    """Return what a module takes from `time`, and "datetime" where it takes anything from there."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            found |= {name.name for name in node.names} if node.module == "time" else {"datetime"}
        elif isinstance(node, ast.Import):
            found |= {"datetime"} & {name.name for name in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
            found.add(node.attr)
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("from time import time", {"time"}, id="from time"),
        pytest.param("import time\ntime.time()", {"time"}, id="time.time"),
        pytest.param("import datetime", {"datetime"}, id="datetime"),
        pytest.param("from datetime import datetime", {"datetime"}, id="from datetime"),
        pytest.param("from time import monotonic", {"monotonic"}, id="a steady one"),
    ],
)
def test_a_clock_in_a_module_is_found(source, found):
    assert clocks_of(ast.parse(source)) == found


def test_no_module_reads_a_clock_that_can_be_set():
    clocks = {_name(path): clocks_of(ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert "monotonic" in clocks["pages/runs/training.py"]
    assert {name: read - STEADY for name, read in clocks.items() if read - STEADY} == {}


def test_no_script_of_a_page_reads_a_clock_that_can_be_set():
    paths = [*ROOT.glob("pages/**/*.*s"), *SOURCES]
    texts = {_name(path): path.read_text(encoding="utf-8") for path in paths}
    assert "performance.now" in texts["pages/play/clock.js"]
    readers = [name for name, text in texts.items() if "Date.now" in text or "new Date" in text]
    assert readers == ["pages/frame/recent.js"]  # shows the date of a network; nothing depends on it


def _name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.fixture
def jumping(monkeypatch):
    """Let the clock jump by days, back and forth, at each look."""
    jumps = cycle([0.0, 3 * DAY, -2 * DAY, 400 * DAY, -DAY])
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() + next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int(1e9 * time.time()))
    # what draws the pages here gives up after so many seconds of the clock
    steady = SimpleNamespace(time=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(local_script_runner, "time", steady)


@pytest.mark.usefixtures("jumping")
def test_a_run_and_a_game_take_the_seconds_they_take_while_the_clock_is_set():
    began = time.monotonic()
    app = wait_for(press(opened("pages/3_train.py", QUICK), "Start"), "finished")
    training = session_of(app).training
    assert training.view.run.step == 300
    assert 0 < training.view.seconds <= time.monotonic() - began
    seconds = [milestone.seconds for milestone in training.view.milestones]
    assert seconds == sorted(seconds)
    assert 0 <= training.view.steps_per_second < 1e6
    assert 1 < training.view.mean_speed < 1e6
    app.switch_page("pages/7_play.py").run()
    begins = time.monotonic()
    press(app, "Start")
    game = session_of(app).play.game
    assert begins <= game.asked_at <= time.monotonic()
