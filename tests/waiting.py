"""Waiting for what another thread, process or browser does."""

import time
from collections.abc import Callable


def wait_until(
    condition: Callable[[], object],
    seconds: float = 60.0,
    state: Callable[[], object] = lambda: "the condition does not hold",
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Return as soon as the condition holds; fail after so many seconds, with what `state` says then.

    `pause` waits for some seconds: a browser must wait by its own function, which lets events in.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"after {seconds:g} s: {state()}"
        pause(0.005)
