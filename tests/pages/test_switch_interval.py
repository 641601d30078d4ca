"""A thread that computes lets another one answer ten times as soon as Python would."""

import subprocess
import sys

import pytest

from pages.patches import switch_interval


def test_streamlit_alone_keeps_pythons_interval():
    """If this fails, Streamlit or Python has chosen another, and pages/patches/switch_interval.py may go."""
    code = "import sys, streamlit.web.bootstrap; print(sys.getswitchinterval())"
    printed = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert float(printed) == pytest.approx(0.005)


def test_threads_take_turns_every_half_a_millisecond():
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        switch_interval.apply()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)
