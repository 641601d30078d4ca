"""What drawing a page costs the server: processor time, bytes and elements, by page and state of a run."""

import json
import statistics
import subprocess
import sys
import time
from typing import Any, NamedTuple, cast

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from benchmarks.result import Goal
from benchmarks.table import table
from benchmarks.timing import ROOT
from pages import patches
from pages.state import session
from pages.state.session_value import Session

TITLE = "What a page costs"
HOME, TRAIN = "streamlit_app.py", "pages/3_train.py"
PAGES = {
    "Home": HOME,
    "Train": TRAIN,
    "Predict": "pages/4_predict.py",
    "Inside": "pages/5_inside.py",
    "Compare": "pages/6_compare.py",
}
WORDS = {
    "polynomials": "-x^2+1~x^3-2~3x",
    "samples": "50",
    "hidden": "8",
    "batch": "all",
    "schedule": "constant",
}
STATES = {"nothing trained": "300", "running": "2000000", "trained": "300"}  # steps of the run
RACE = "a race that has ended"
BEGUN = 500  # steps of the one that is running
DRAWING_SECONDS = 60

TEXT = """\
Processor time of the thread that draws a page, by Streamlit's AppTest, with our patches and without a
browser: the median of {rounds} times. Opened: by a new session or, with a run, by a session that has it; the
first page of a process is not counted. A rerun: the page as it is, drawn again, as after a press that changes
nothing. kB: of all messages of a rerun, before they are compressed; scripts come once, besides. Elements:
Streamlit's, containers among them. Sending is not counted, nor what workers compute."""


class Drawing(NamedTuple):
    """The seconds of a page's script, the bytes of what it sends, and how many elements these are."""

    seconds: float
    sent: int
    elements: int


def measured(quick: bool) -> dict[str, Any]:
    """Return the drawings of each page in each state, from a process for each state."""
    rounds = 3 if quick else 10
    return {"rounds": rounds, "states": {state: _in_a_process(state, rounds) for state in (*STATES, RACE)}}


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    rows = [
        [f"{page}, {state}", *_figures(drawings)]
        for state, pages in result["states"].items()
        for page, drawings in pages.items()
    ]
    head = ("", "opened, ms", "a rerun, ms", "lowest", "kB", "elements")
    return [*TEXT.format(**result).split("\n"), "", *table(head, rows)]


def goals(_: dict[str, Any]) -> list[Goal]:
    """Return no goals: a class of a hundred has them."""
    return []


def _figures(drawings: dict[str, list[Any]]) -> list[str]:
    opened, reruns = (list(map(Drawing._make, drawings[how])) for how in ("opened", "reruns"))
    milliseconds = sorted(1e3 * drawing.seconds for drawing in reruns)
    return [
        f"{1e3 * statistics.median(drawing.seconds for drawing in opened):.0f}",
        f"{statistics.median(milliseconds):.0f}",
        f"{milliseconds[0]:.0f}",
        f"{reruns[-1].sent / 1e3:.0f}",
        f"{reruns[-1].elements}",
    ]


def _in_a_process(state: str, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, state, str(rounds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    drawings: dict[str, Any] = json.loads(done.stdout)
    return drawings


class Browsing:
    """An AppTest that notes what each drawing of a page costs; created once in a process."""

    def __init__(self) -> None:
        self.drawings: list[Drawing] = []
        patches.apply()
        own = LocalScriptRunner._run_script_thread

        def watched(runner: LocalScriptRunner) -> None:
            began = time.thread_time()
            own(runner)
            seconds, messages = time.thread_time() - began, runner.forward_msgs()
            sent = sum(len(message.SerializeToString()) for message in messages)
            self.drawings.append(Drawing(seconds, sent, sum(one.HasField("delta") for one in messages)))

        LocalScriptRunner._run_script_thread = watched  # type: ignore[method-assign, assignment]

    def opened(self, page: str, steps: str, begun: Session | None = None, **words: str) -> AppTest:
        """Return a page, opened by a new session or by one that has begun."""
        app = AppTest.from_file(ROOT / HOME, default_timeout=DRAWING_SECONDS)
        for name, value in {**WORDS, "steps": steps, **words}.items():
            app.query_params[name] = value
        if begun is not None:
            app.session_state[session.KEY] = begun
        if page != HOME:
            app.switch_page(page)
        return app.run()

    def with_run(self, steps: str) -> Session:
        """Return a session whose run has taken the steps or, if there are more, some of them."""
        app = self.opened(TRAIN, steps)
        next(button for button in app.button if button.label == "Start").click().run()
        begun: Session = app.session_state[session.KEY]
        training = begun.training
        while training is not None and training.view.run.step < min(int(steps), BEGUN):
            time.sleep(0.05)
        app.run()
        return cast(Session, app.session_state[session.KEY])

    def with_race(self) -> Session:
        """Return a session with a race that has ended."""
        app = self.opened(PAGES["Compare"], STATES["trained"], compare="race")
        next(button for button in app.button if button.label == "Start the race").click().run()
        begun: Session = app.session_state[session.KEY]
        while begun.comparison.race is not None and begun.comparison.race.view.is_running:
            time.sleep(0.05)
        return begun

    def costs(self, page: str, steps: str, begun: Session | None, rounds: int) -> dict[str, list[Drawing]]:
        """Return what it costs to open the page, and to draw it again."""
        self.drawings.clear()
        apps = [self.opened(page, steps, begun) for _ in range(rounds)]
        opened = self.drawings[:]
        self.drawings.clear()
        for _ in range(rounds):
            apps[-1].run()
        if apps[-1].exception:
            raise AssertionError(apps[-1].exception[0].value)
        return {"opened": opened, "reruns": self.drawings[:]}


def _main(state: str, rounds: int) -> dict[str, Any]:
    browsing, pages = Browsing(), PAGES
    begun, steps = None, STATES.get(state, STATES["trained"])
    if state == RACE:
        begun, pages = browsing.with_race(), {"Compare": PAGES["Compare"]}
    elif state != "nothing trained":
        begun = browsing.with_run(steps)
    for page in pages.values():  # what a process computes once
        browsing.opened(page, steps, begun)
    found = {name: browsing.costs(page, steps, begun, rounds) for name, page in pages.items()}
    if begun is not None and begun.training is not None:
        begun.training.stop()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_main(sys.argv[1], int(sys.argv[2]))))
