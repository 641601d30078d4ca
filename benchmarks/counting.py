"""`streamlit run` in a process that counts what it holds.

    python -m benchmarks.counting FILE run streamlit_app.py [options]

At the signal SIGUSR1 the process writes to FILE, as JSON, how many objects of KINDS there are, and the names
of its threads. The channel forgets a session that has left after a second, in place of a minute.
"""

import gc
import json
import runpy
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

from pages.server import audience

KINDS = ("Tab", "AppSession", "Viewer", "LiveSocket", "Training")
FORGOTTEN_AFTER = 1.0  # seconds
TASKS = Path("/proc/self/task")


def main(file: Path, arguments: list[str]) -> None:
    """Serve until the process is ended."""
    audience.FORGOTTEN_AFTER = FORGOTTEN_AFTER

    def answer(_signal: int, _frame: FrameType | None) -> None:
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({**_counts(), "threads": _thread_names()}), encoding="utf-8")
        unfinished.rename(file)

    signal.signal(signal.SIGUSR1, answer)
    sys.argv = ["streamlit", *arguments]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _counts() -> dict[str, int]:
    gc.collect()
    counts = Counter(type(each).__name__ for each in gc.get_objects())
    return {kind: counts[kind] for kind in KINDS}


def _thread_names() -> list[str]:
    """Return the name of each thread: Python's, otherwise the system's."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    return [
        names.get(int(task.name)) or (task / "comm").read_text(encoding="utf-8").strip()
        for task in TASKS.iterdir()
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
