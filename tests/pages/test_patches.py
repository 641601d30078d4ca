"""Patches of Streamlit are applied by the first page that is drawn, and by nothing before it."""

import subprocess
import sys

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.safe_session_state import SafeSessionState

from pages import patches
from pages.patches import callbacks, rerun_requests, switch_interval
from tests.pages.browsing import HOME, ROOT

PAGES = (HOME, *(f"pages/{path.name}" for path in sorted(ROOT.glob("pages/[1-8]_*.py"))))

PROGRAM = """
import sys
from streamlit.testing.v1 import AppTest
from pages.frame import frame
from pages.patches import callbacks, rerun_requests, switch_interval

def are_applied():
    return [
        callbacks.SafeSessionState.on_script_will_rerun is not callbacks.streamlits_own,
        rerun_requests.AppSession.request_rerun is not rerun_requests.streamlits_own,
        sys.getswitchinterval() < 0.001,
    ]

imported = are_applied()
app = AppTest.from_file("streamlit_app.py", default_timeout=20)
app.run()
print(imported, are_applied())
"""


def test_the_first_page_applies_all_patches_and_an_import_none():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == f"{[False] * 3} {[True] * 3}"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_begins_with_the_frame_which_applies_them(page):
    source = (ROOT / page).read_text(encoding="utf-8")
    calls = [line for line in source.splitlines() if line.startswith("frame.draw")]
    assert len(calls) == 1


def test_a_second_application_changes_nothing():
    patches.apply()
    once = (SafeSessionState.on_script_will_rerun, AppSession.request_rerun, sys.getswitchinterval())
    for patch in (callbacks, rerun_requests, switch_interval):
        patch.apply()
    assert once == (SafeSessionState.on_script_will_rerun, AppSession.request_rerun, sys.getswitchinterval())
