"""Patches of Streamlit are applied when a server starts, or before its first page, and not by an import."""

import ast
import os
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.safe_session_state import SafeSessionState
from websockets.sync.client import connect

from pages import patches
from tests.browser.dashboard import served
from tests.pages.browsing import ROOT

LAUNCHER = ROOT / "tests/browser/plain_server.py"

# that each changes what it should, its own tests show
NOTE_APPLIED = """
from functools import partial
from pages import patches
from streamlit import config

applied = []

def apply(name, own):
    own()
    applied.append(name)

for patch in patches.PATCHES:
    patch.apply = partial(apply, patch.__name__, patch.apply)
"""
PROGRAM = f"""
import asyncio
{NOTE_APPLIED}
from streamlit_app import app
from pages.channel.lifespan import lifespan

async def start():
    async with lifespan(app):
        print(*applied, config.get_option("runner.fastReruns"))

if __name__ == "__main__":
    print(*applied, config.get_option("runner.fastReruns"))
    asyncio.run(start())
"""
PAGE = f"""
import streamlit as st
{NOTE_APPLIED}
from pages.channel import lifespan
before = list(applied)
lifespan.begin_late()
st.text(f"before: {{before}}, {{' '.join(applied)}} {{config.get_option('runner.fastReruns')}}")
"""
ALL = " ".join(patch.__name__ for patch in patches.PATCHES)

PAGE_OF_A_BUSY_SERVER = """
import asyncio
import streamlit as st
from contextlib import asynccontextmanager
from pages.channel import lifespan
from polycore import PolycoreError

@asynccontextmanager
async def never(app):
    await asyncio.Event().wait()
    yield

lifespan.lifespan, lifespan.LATE_SECONDS = never, 0.1
try:
    lifespan.begin_late()
except PolycoreError as error:
    st.text(error)
"""


@contextmanager
def tabs_of(folder, page, count):
    """Yield so many tabs of a server, each the socket of a page."""
    (folder / "app.py").write_text(page, encoding="utf-8")
    log = folder / "log.txt"
    with served(log, folder / "app.py", starter=[str(LAUNCHER)]) as address, ExitStack() as tabs:
        stream, origin = address.replace("http", "ws") + "_stcore/stream", address.rstrip("/")
        how = {"origin": origin, "subprotocols": ["streamlit"], "max_size": None, "proxy": None}
        yield [tabs.enter_context(connect(stream, **how)) for _ in range(count)]


def request(tab, query=""):
    tab.send(BackMsg(rerun_script=ClientState(query_string=query)).SerializeToString())


def said(tab, *words):
    """Return which of these words the page of a tab says first."""
    while True:
        content = tab.recv(timeout=20, decode=False)
        for word in words:
            if word.encode() in content:
                return word


def test_a_server_that_starts_applies_all_patches_and_an_import_none():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"STREAMLIT_RUNNER_FAST_RERUNS": "true"},  # as a cloud may have it
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["True", f"{ALL} False"]


def test_a_server_without_our_lifespan_applies_them_before_its_first_page(tmp_path):
    with tabs_of(tmp_path, PAGE, 1) as [tab]:
        request(tab)
        said(tab, f"before: [], {ALL} False")


def test_a_page_does_not_wait_for_ever_for_a_server_that_is_too_busy_to_begin(tmp_path):
    with tabs_of(tmp_path, PAGE_OF_A_BUSY_SERVER, 1) as [tab]:
        request(tab)
        said(tab, "It did not start within 0.1 s. Reload the page.")


def test_a_second_application_changes_nothing():
    patches.apply()
    once = (SafeSessionState.on_script_will_rerun, AppSession.request_rerun, sys.getswitchinterval())
    for patch in patches.PATCHES:
        patch.apply()
    assert once == (SafeSessionState.on_script_will_rerun, AppSession.request_rerun, sys.getswitchinterval())


# --- docs/streamlit-upgrade.md ----------------------------------------------------------------

UPGRADE = (ROOT / "docs/streamlit-upgrade.md").read_text(encoding="utf-8")


def imported_names(tree):
    """Yield the full name of each thing that a module imports from within streamlit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "streamlit":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("streamlit."))


def test_the_table_of_internal_names_is_complete():
    imports = {}
    for top in ("pages", "tests", "benchmarks"):
        for path in (ROOT / top).rglob("*.py"):
            room = path.relative_to(ROOT).parent.as_posix() if top == "pages" else top
            for name in imported_names(ast.parse(path.read_text(encoding="utf-8"))):
                imports.setdefault(name, set()).add(room)
    table = {
        name: set(re.findall(r"`([\w/]+)`", rooms))
        for name, rooms in re.findall(r"^\| `(streamlit\.[\w.]+)` \| (.+?) \|", UPGRADE, re.MULTILINE)
    }
    assert imports == table


def test_the_table_of_patches_names_each_file_and_each_is_applied():
    files = {path.stem for path in (ROOT / "pages/patches").glob("*.py")} - {"__init__"}
    assert set(re.findall(r"^\| `(\w+)\.py`", UPGRADE, re.MULTILINE)) == files
    assert {patch.__name__ for patch in patches.PATCHES} == {f"pages.patches.{file}" for file in files}


def test_the_tests_that_tell_when_a_patch_can_go_exist():
    named = re.findall(r"`(test_streamlit_alone_\w+)`", UPGRADE)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/pages").glob("test_*.py")]
    defined = [name for text in texts for name in re.findall(r"^def (test_streamlit_alone_\w+)", text, re.M)]
    assert named
    assert sorted(named) == sorted(defined)
    patches_text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pages/patches").glob("*.py"))
    assert [name for name in named if f"`{name}`" not in patches_text] == []


def test_the_page_is_about_the_version_that_is_required():
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    [version] = re.findall(r"^streamlit==(\d+\.\d+)\.", required, re.MULTILINE)
    assert f"written for Streamlit {version}." in UPGRADE
