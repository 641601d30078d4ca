"""The standard streams of a process that starts with some of them closed, as after >&- in a shell."""

import os
import sys
from typing import Any


def open_closed_streams() -> None:
    """Open the closed streams, so that no other file gets their numbers.

    Standard input is empty. Writing to standard output fails, as in other programs, because output must not
    be lost without an error. Text for standard error is discarded.
    """
    if sys.stdin is None:
        sys.stdin = _opened("r", os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _opened("w", os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _opened("w", os.O_WRONLY)


def _opened(mode: str, flag: int) -> Any:
    # a new file gets the lowest free number, which is the closed stream's
    return open(os.open(os.devnull, flag), mode, encoding="utf-8", closefd=False)
