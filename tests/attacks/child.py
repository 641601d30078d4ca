"""A process that loads files under limits, one after another, and tells what each came to.

    python -m tests.attacks.child MODULE NAME SOUND BROKEN

calls MODULE.NAME with the path of SOUND, a sound file, and with that of BROKEN, which is none, so
that what is loaded once is there. Then it lowers its limits: MEMORY more bytes of address space than it
has, no byte more in any file, and SECONDS of processor time for each call. Then it takes a path a line, and
gives an Outcome a line, as JSON. Where a call breaks a limit that ends the process, its line is missing.
"""

import importlib
import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

MEMORY = 50 << 20
SECONDS = 1
TO_READ = os.O_RDONLY | os.O_CLOEXEC


class Outcome(NamedTuple):
    """What one call came to.

    error: the name of what it raised, or None. text: the text of that. seconds: processor time. events: what
    the interpreter's audit told of beside the file's own opening, such as "import", "exec" or "open".
    """

    error: str | None
    text: str
    seconds: float
    events: list[str]


class Audit:
    """Notes what happens while `allowed` is the file that may be opened; a hook cannot be taken off again."""

    def __init__(self) -> None:
        self.allowed: str | None = None
        self.events: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        its_own = event == "open" and (str(arguments[0]), arguments[2]) == (self.allowed, TO_READ)
        if self.allowed is not None and not its_own:
            self.events.append(event)


def outcome_of(load: Callable[[str], object], path: str, audit: Audit) -> Outcome:
    audit.events = []
    error, text = None, ""
    started = time.process_time()
    audit.allowed = path
    try:
        load(path)
    except Exception as raised:  # noqa: BLE001  # whatever it is, it is told
        audit.allowed = None
        error, text = type(raised).__name__, str(raised)
    audit.allowed = None
    return Outcome(error, text, time.process_time() - started, audit.events)


def lower_limits() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def grant_time() -> None:
    """Let the process go on for SECONDS of processor time, rounded up to the kernel's whole seconds."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + SECONDS), hard))


def main(module: str, name: str, sound: str, broken: str) -> None:
    load = importlib.import_module(module)
    for part in name.split("."):
        load = getattr(load, part)
    audit = Audit()
    sys.addaudithook(audit)
    for path in (sound, broken):
        outcome_of(load, path, audit)
    lower_limits()
    for line in sys.stdin:
        grant_time()
        sys.stdout.write(json.dumps(outcome_of(load, line.rstrip("\n"), audit)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
