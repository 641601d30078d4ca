"""A refusal as every person must get it, whatever a stranger's text holds, and what it may cost."""

import re
import time

from polycore import PolycoreError

GOAL = 0.05  # seconds of processor time, for anything at all
SHARED = 0.3  # for what takes longest: cores that are shared were seen to be three times slower
LONGEST = 300  # characters
LOOP_SECONDS = 0.003  # of `_loop`: a core that is twice as slow gets twice the time


def seconds(call):
    """Return the processor time that a call takes: the best of three, by the speed of the core."""
    slowness = min(_once(_loop) for _ in range(3)) / LOOP_SECONDS
    return min(_once(call) for _ in range(3)) / max(1.0, slowness)


def _loop():
    return sum(number * number for number in range(100_000))


def answer(call, most=GOAL, form=".*"):
    """Return what a call gives, or None where it refuses in words of `form`; nothing else, and in time."""
    began = time.process_time()
    try:
        found = call()
    except PolycoreError as error:
        check_text(str(error), form)
        found = None
    if time.process_time() - began > most:
        assert seconds(lambda: answer(call, float("inf"))) <= most
    return found


def check_text(text, form=".*"):
    """Check that a person can be shown a text: one printable line, which quotes little, in this form."""
    assert 10 <= len(text) <= LONGEST, text
    assert text.isprintable(), ascii(text)
    assert re.fullmatch(form, text), text


def _once(call):
    began = time.process_time()
    call()
    return time.process_time() - began
