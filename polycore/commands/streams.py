"""The standard streams of a process that was started without some of them, as after >&- in a shell."""

import os
import sys
from typing import Any


def open_closed_streams() -> None:
    """Open the streams that were closed, so that no other file gets their numbers.

    Nothing comes from standard input. Writing to standard output fails, as it does for other programs: output
    must not be lost without an error. What goes to standard error is lost.
    """
    if sys.stdin is None:
        sys.stdin = _opened("r", os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _opened("w", os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _opened("w", os.O_WRONLY)


def _opened(mode: str, flag: int) -> Any:
    # the lowest number that is free is given, which is the closed stream's
    return open(os.open(os.devnull, flag), mode, encoding="utf-8", closefd=False)
