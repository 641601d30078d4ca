"""The server as .streamlit/config.toml has it: what it says of its settings, and what it then does."""

import http.client
import os
import re
import subprocess
import sys
import tomllib
import urllib.request
from time import monotonic, perf_counter, sleep
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import Config
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.dashboard import ROOT, served

CONFIG = ROOT / ".streamlit" / "config.toml"
STRANGER = "http://stranger.example"
MEBIBYTE = 1024 * 1024
XSRF = "_streamlit_xsrf"

# a person's own settings for all their apps, which the dashboard's must overrule
PRIVATE = """
[server]
enableXsrfProtection = false
enableCORS = false
enableAgentApi = true
maxUploadSize = 999
maxMessageSize = 999
[client]
showErrorDetails = "full"
showErrorLinks = true
toolbarMode = "developer"
[browser]
gatherUsageStats = true
"""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# imports the dashboard as Streamlit does, and says how the variables are when NumPy is imported
IMPORTING = f"""
import os, sys, streamlit

class Watch:
    def find_spec(name, path=None, target=None):
        if name == "numpy":
            print(*(os.environ.get(each) for each in {THREADS}))

sys.meta_path.insert(0, Watch)
import streamlit_app
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "config.toml").write_text(PRIVATE, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def server(home):
    """Yield the address of a server with the repository's settings over a person's own careless ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        with served(home / "log.txt") as address:
            yield address


@pytest.fixture(scope="module")
def new_session(server):
    """Yield what the server says at the beginning of a session, as long as its connection stands."""
    with _connected(server, server.rstrip("/")) as connection:
        connection.send(BackMsg(rerun_script={}).SerializeToString())
        message = ForwardMsg()
        while message.WhichOneof("type") != "new_session":
            message.ParseFromString(connection.recv(timeout=20))
        yield message.new_session


def _connected(server, origin):
    address = server.replace("http", "ws") + "_stcore/stream"
    # most of what the server sends is left unread: at the end its answer to a close does not come through
    waits = {"max_size": None, "close_timeout": 0.5}
    return connect(address, origin=origin, subprotocols=["streamlit"], proxy=None, **waits)


def _get(address, **headers):
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers))


def _cookie(server):
    with _get(f"{server}_stcore/health") as response:
        return response.headers["Set-Cookie"].split(";")[0].removeprefix(f"{XSRF}=")


def _upload(server, session, size, token=None, cookie=None):
    """Return the status that an upload of so many bytes is answered with."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.npz"\r\n\r\n'
    body += bytes(size) + b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if token is not None:
        headers |= {"X-Xsrftoken": token, "Cookie": f"{XSRF}={token if cookie is None else cookie}"}
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=20)
    try:
        connection.request("PUT", f"/_stcore/upload_file/{session}/1", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_settings_stand_over_a_person_s_own(home):
    shown = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"],
        cwd=ROOT,
        env=os.environ | {"HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    found = tomllib.loads(shown[shown.index("[global]") :])
    wanted = {
        "client": {"showErrorDetails": "none", "showErrorLinks": False, "toolbarMode": "viewer"},
        "browser": {"gatherUsageStats": False},
        "runner": {"magicEnabled": False},
        "server": {
            "enableXsrfProtection": True,
            "enableCORS": True,
            "enableAgentApi": False,
            "maxUploadSize": 5,
            "maxMessageSize": 20,
        },
    }
    for section, options in wanted.items():
        assert options.items() <= found[section].items()


def test_every_setting_has_its_reason():
    lines = CONFIG.read_text(encoding="utf-8").split("[theme]")[0].splitlines()
    settings = [number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    assert len(settings) > 10
    assert [lines[number] for number in settings if not lines[number - 1].startswith("#")] == []


def test_numpy_is_imported_to_compute_with_one_thread_as_in_the_workers():
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    command = [sys.executable, "-c", IMPORTING]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["1", "1", "1"]


def test_a_session_hears_of_no_telemetry_and_a_viewer_s_toolbar(new_session):
    assert new_session.config.gather_usage_stats is False
    assert new_session.config.toolbar_mode == Config.ToolbarMode.VIEWER


def test_an_upload_without_the_page_s_token_is_refused(server, new_session):
    session = new_session.initialize.session_id
    assert _upload(server, session, 100) == 403
    assert _upload(server, session, 100, token=_cookie(server), cookie="") == 403
    assert _upload(server, session, 100, token=_cookie(server)) == 204


def test_an_upload_of_more_than_five_mebibytes_is_refused(server, new_session):
    session, token = new_session.initialize.session_id, _cookie(server)
    assert _upload(server, session, 5 * MEBIBYTE - 200, token) == 204
    assert _upload(server, session, 5 * MEBIBYTE + 1, token) == 413


def test_no_other_site_s_page_may_read_an_answer(server):
    for path in ("_stcore/health", "_stcore/host-config"):
        with _get(server + path, Origin=STRANGER) as response:
            assert response.headers["Access-Control-Allow-Origin"] is None


def test_no_other_site_s_page_opens_a_session(server):
    with pytest.raises(InvalidStatus, match="403"), _connected(server, STRANGER):
        pass


def test_the_page_as_it_is_served_names_no_other_host(server):
    with _get(server) as answer:
        page, headers = answer.read().decode(), dict(answer.headers)
    # hints, which no browser's list of requests has, are among the links
    addresses = re.findall(r"""(?:href|src|content|action)=["']([^"']*)""", page)
    assert "./static/" in page
    assert [address for address in addresses if urlsplit(address).netloc] == []
    assert [name for name in headers if name.lower() in ("link", "refresh", "report-to", "nel")] == []


def test_no_program_drives_the_dashboard_in_place_of_a_browser(server):
    for path, status in (("interact", 403), ("mcp", 400)):
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(f"{server}_stcore/agent/{path}", data=b"{}")
        assert refused.value.code == status, path
        assert b"does not serve the agent API" in refused.value.read()


def test_an_answer_s_second_part_does_not_wait_until_the_first_is_acknowledged(server, new_session):  # noqa: ARG001 - a page is drawn
    # the first page sees to it; with Nagle's algorithm each answer would take 40 ms or more
    end = monotonic() + 20
    while (quickest := min(_seconds_to_answer(server, 8)[1:])) >= 0.02 and monotonic() < end:
        sleep(0.2)
    assert quickest < 0.02


def _seconds_to_answer(server, count):
    """Return how long each of so many answers took, over one connection; the first never waits."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=20)
    seconds = []
    for _ in range(count):
        began = perf_counter()
        connection.request("GET", "/_stcore/health")
        connection.getresponse().read()
        seconds.append(perf_counter() - began)
    connection.close()
    return seconds
