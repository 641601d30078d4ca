"""What the server keeps is one object, created when it starts, and there for all who ask."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from threading import Barrier

import pytest

from pages.server import server
from pages.server.server import Server
from polycore.workers import processes
from tests.pages.browsing import ROOT


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (3, 3), (64, 8)])
def test_a_server_has_one_worker_a_core_but_at_most_eight(monkeypatch, cores, count):
    monkeypatch.delenv("POLYCORE_SCHEDULER", raising=False)
    monkeypatch.setattr(processes, "available_cores", lambda: cores)
    assert Server.of_environment().workers.count == count


def test_all_who_ask_at_once_where_no_server_has_begun_get_the_same_one(monkeypatch):
    monkeypatch.setattr(server, "_current", None)
    together = Barrier(8)

    def ask(_):
        together.wait(20)
        return server.current()

    with ThreadPoolExecutor(8) as visitors:
        found = set(visitors.map(ask, range(8)))
    assert found == {server.current()}


def test_what_the_server_keeps_is_documented_field_by_field():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = text.split("## What the server keeps\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [field.name for field in fields(Server)]


PROGRAM = """
import asyncio
import os
import streamlit_app
from pages.channel.lifespan import lifespan
from pages.server import server

async def started():
    async with lifespan(streamlit_app.app):
        return server.current().limits

if __name__ == "__main__":
    os.environ["POLYCORE_LIMITS"] = "hosted.toml"  # as Streamlit does with its secrets, after the import
    limits = asyncio.run(started())
    print(limits.is_hosted, limits.max_seconds, server.current().workers._in_idle_time)
"""


def test_a_server_is_what_the_environment_says_when_it_starts_and_not_when_it_is_imported():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLYCORE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "60", "True"]


IMPORTS = """
import gc
import sys
import pandas, plotly.graph_objects, plotly.io, streamlit.web.cli, streamlit.testing.v1, uvicorn
from concurrent.futures import Executor
from importlib import import_module
from pathlib import Path

ROOT, done = Path.cwd(), []
THREADS = ("_thread.start_new_thread", "_thread.start_joinable_thread")

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = Path(arguments[0])
        if path.is_relative_to(ROOT / "pages") or path.is_relative_to(ROOT / "polycore"):
            done.extend([path.name] if path.suffix not in (".py", ".pyc") else [])
    elif event == "subprocess.Popen" or event in THREADS:
        done.append(event)

sys.addaudithook(note)
for path in ("streamlit_app.py", *ROOT.glob("pages/*/*.py"), *ROOT.glob("polycore/*/*.py")):
    import_module(".".join((ROOT / path).relative_to(ROOT).with_suffix("").parts))

from pages.server import server
pools = [one for one in gc.get_objects() if issubclass(type(one), Executor)]
print(done, pools, server._current)
"""


def test_importing_our_modules_reads_no_file_starts_no_thread_and_creates_no_pool_or_server():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.split("\n")[0] == "[] [] None"
