"""Requests of a page that the user has left neither run it nor take the user back to it; others pass."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from websockets.sync.client import connect

from pages.patches import rerun_requests
from tests.browser.dashboard import served

FIRST_VISIT = ClientState(page_name="train")  # by its address: the browser knows no hash yet
TRAIN, DATA = ClientState(page_script_hash="train"), ClientState(page_script_hash="data")
TICK = ClientState(page_script_hash="train", fragment_id="map", is_auto_rerun=True)
CLICK = ClientState(page_script_hash="train", fragment_id="map")


def with_value(page, query=""):
    """Return a request that carries the value of an input of a page."""
    state = ClientState(page_script_hash=page, query_string=query)
    state.widget_states.widgets.add(id="$$ID-0-noise", double_value=0.5)
    return state


# --- a server with the patch, and one without -------------------------------------------------

# each page takes a while, so that requests arrive while it is being drawn
HOME = """
import time
import streamlit as st

@st.fragment(run_every=60)
def tick():
    st.write("tick")

tick()
time.sleep(0.3)
if st.button("Press"):
    st.write("pressed")
"""
OTHER = """
import time
import streamlit as st

time.sleep(0.3)
st.write(f"look: {st.query_params.get('look')}")
"""
PATCH = """
from pages import patches
patches.apply()
"""


class Tab:
    """A tab whose server has drawn the home page."""

    def __init__(self, connection):
        self._connection = connection
        self.send(ClientState())
        messages = self._messages(_finished_pages)
        self.home = _finished_pages(messages)[-1]
        [self.fragment] = [one.auto_rerun.fragment_id for one in messages if one.HasField("auto_rerun")]
        [pages] = [one.navigation.app_pages for one in messages if one.HasField("navigation")]
        [self.other] = [page.page_script_hash for page in pages if page.url_pathname == "other"]
        buttons = [one.delta.new_element.button for one in messages]
        [self.button] = [button.id for button in buttons if button.label == "Press"]

    def send(self, *requests):
        for request in requests:
            self._connection.send(BackMsg(rerun_script=request).SerializeToString())

    def redraw(self):
        return ClientState(page_script_hash=self.home)

    def click(self):
        return ClientState(page_script_hash=self.other)

    def tick(self):
        return ClientState(page_script_hash=self.home, fragment_id=self.fragment, is_auto_rerun=True)

    def last_page(self, expected):
        """Return the page that runs last: wait for the expected one, and then for a second of silence."""
        return _finished_pages(self.until_silence(lambda pages: pages[-1:] == [expected]))[-1]

    def until_silence(self, are_enough=bool):
        """Return the messages up to a second of silence, once the pages that have ended are enough."""
        messages = self._messages(lambda messages: are_enough(_finished_pages(messages)))
        with suppress(TimeoutError):
            while True:
                messages.append(ForwardMsg.FromString(self._connection.recv(timeout=1)))
        return messages

    def _messages(self, is_enough):
        messages = []
        while not is_enough(messages):
            messages.append(ForwardMsg.FromString(self._connection.recv(timeout=20)))
        return messages


def _finished_pages(messages):
    """Return the page of each run that has ended."""
    pages, started = [], None
    for message in messages:
        if message.HasField("new_session"):
            started = message.new_session.page_script_hash
        elif message.HasField("script_finished") and started is not None:
            pages.append(started)
    return pages


@contextmanager
def tab_at(address):
    stream, origin = address.replace("http", "ws") + "_stcore/stream", address.rstrip("/")
    with connect(stream, origin=origin, subprotocols=["streamlit"], max_size=None, proxy=None) as connection:
        yield Tab(connection)


@pytest.fixture(scope="module", params=[pytest.param("", id="alone"), pytest.param(PATCH, id="patched")])
def server(request, tmp_path_factory):
    """Yield a server's address, and whether it is patched."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "pages").mkdir()
    (folder / "home.py").write_text(request.param + HOME, encoding="utf-8")
    (folder / "pages" / "other.py").write_text(OTHER, encoding="utf-8")
    # fastReruns: as in .streamlit/config.toml
    with served(folder / "log.txt", folder / "home.py", options=["--runner.fastReruns=false"]) as address:
        yield address, bool(request.param)


LATE = {
    "a tick that waits behind the click": lambda tab: [tab.redraw(), tab.click(), tab.tick()],
    "a tick while the other page is drawn": lambda tab: [tab.click(), tab.tick()],
    "a typed value": lambda tab: [tab.click(), with_value(tab.home)],
}


def test_streamlit_alone_returns_to_a_page_that_was_left(server):
    """If this fails for "alone", Streamlit has changed; once it stays in all cases, the patch can go."""
    address, is_patched = server
    with ExitStack() as stack:
        tabs = {late: stack.enter_context(tab_at(address)) for late in LATE}
        for late, tab in tabs.items():
            tab.send(*LATE[late](tab))
        expected = {late: tab.other if is_patched else tab.home for late, tab in tabs.items()}
        with ThreadPoolExecutor() as threads:  # each waits for silence, all at once
            last_pages = threads.map(Tab.last_page, tabs.values(), expected.values())
            assert dict(zip(tabs, last_pages, strict=True)) == expected


def test_streamlit_alone_draws_a_page_without_the_query_that_was_opened(server):
    """If this fails for "alone", Streamlit has mended it, and `_is_early` in rerun_requests.py can go."""
    address, is_patched = server
    with tab_at(address) as tab:
        opened = tab.click()
        opened.query_string = "look=noise"
        tab.send(opened, with_value(tab.other))
        bodies = [one.delta.new_element.markdown.body for one in tab.until_silence()]
    assert [body for body in bodies if body][-1] == f"look: {'noise' if is_patched else None}"


def test_streamlit_alone_draws_no_press_outside_of_a_fragment(server):
    """If this fails for "alone", Streamlit has mended it, and `_has_presses_elsewhere` can go."""
    address, is_patched = server
    with tab_at(address) as tab:
        press = ClientState(page_script_hash=tab.home, fragment_id=tab.fragment)
        press.widget_states.widgets.add(id=tab.button, trigger_value=True)
        tab.send(press)
        bodies = [one.delta.new_element.markdown.body for one in tab.until_silence()]
    assert ("pressed" in bodies) == is_patched


# --- which requests pass ----------------------------------------------------------------------


UPLOAD = "upload"  # browsers send an uploader's state in each request, with and without files
ELSEWHERE, IN_MAP = SimpleNamespace(fragment_id=None), SimpleNamespace(fragment_id="map")
WIDGETS = {"seed": ELSEWHERE, UPLOAD: ELSEWHERE, "look": IN_MAP}


class State(dict):
    """Stands for a session's state: of a page with a button, and another one in a fragment."""

    _new_widget_state = SimpleNamespace(widget_metadata=WIDGETS)


class Session:
    """Stands for a session of Streamlit's, whose page has read its query."""

    def __init__(self, arrived_at=""):
        self.session_state = State({rerun_requests.ARRIVED_AT: arrived_at})


@pytest.fixture
def passed(monkeypatch):
    """Apply the patch; return the list of requests that reach Streamlit, which runs none of them."""
    requests = []
    monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
    monkeypatch.setattr(rerun_requests, "streamlits_own", lambda _, request: requests.append(request))
    rerun_requests.apply()
    return requests


@pytest.fixture
def passed_on(passed):
    """Return a function that sends requests of one session, and returns those that reach Streamlit."""

    def through(*requests, arrived_at=""):
        session = Session(arrived_at)
        for request in requests:
            AppSession.request_rerun(session, request)
        return passed

    return through


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([FIRST_VISIT, TICK, CLICK], id="after a visit by address"),
        pytest.param([FIRST_VISIT, DATA, TRAIN, TICK, CLICK], id="after coming back"),
        pytest.param([TICK], id="of a session that was there before"),
        pytest.param([DATA, None, DATA], id="that no browser made"),
    ],
)
def test_requests_get_through(requests, passed_on):
    assert passed_on(*requests) == requests


@pytest.mark.parametrize("late", [pytest.param(TICK, id="tick"), pytest.param(CLICK, id="click")])
def test_a_request_of_the_page_before_does_not(late, passed_on):
    assert passed_on(FIRST_VISIT, TRAIN, DATA, late, DATA) == [FIRST_VISIT, TRAIN, DATA, DATA]


@pytest.mark.parametrize(
    ("before", "request_with_value", "expected"),
    [
        pytest.param([FIRST_VISIT], with_value("train"), ("train", ""), id="of a page opened by its address"),
        pytest.param([TRAIN], with_value("train", "v=1"), ("train", "v=1"), id="of the page that is shown"),
        pytest.param(
            [TRAIN, ClientState(page_script_hash="data", query_string="v=1")],
            with_value("train"),
            ("data", "v=1"),
            id="of a page that was left",
        ),
        pytest.param([TRAIN, DATA, TRAIN], with_value("train"), ("train", ""), id="of a page come back to"),
    ],
)
def test_values_of_inputs_go_to_the_page_that_was_requested_last(
    before, request_with_value, expected, passed_on
):
    *_, last = passed_on(*before, request_with_value, arrived_at="train")
    assert (last.page_script_hash, last.query_string) == expected
    assert len(last.widget_states.widgets) == 1


OPENED = ClientState(page_script_hash="data", query_string="look=noise")


@pytest.mark.parametrize(
    ("arrived_at", "expected"),
    [
        pytest.param("train", "look=noise", id="before it was read, the one that was opened"),
        pytest.param("data", "v=1", id="after it was read, what the address says"),
    ],
)
def test_a_query_that_was_opened_holds_until_it_was_read(arrived_at, expected, passed_on):
    *_, last = passed_on(TRAIN, OPENED, with_value("data", "v=1"), arrived_at=arrived_at)
    assert (last.page_script_hash, last.query_string) == ("data", expected)
    assert len(last.widget_states.widgets) == 1


@pytest.mark.parametrize(
    ("pressed", "drawn"),
    [
        pytest.param(["look"], "map", id="the fragment alone"),
        pytest.param(["look", "seed"], "", id="the page, for a press elsewhere in the same moment"),
        pytest.param(["gone", "seed"], "", id="the page, also if the fragment is gone"),
        pytest.param(
            ["look", UPLOAD], "map", id="the fragment alone, though a file stays uploaded elsewhere"
        ),
    ],
)
def test_what_draws_each_press_is_drawn(pressed, drawn, passed_on):
    both = ClientState(page_script_hash="train", fragment_id="map")
    for button in pressed:
        kind = {"file_uploader_state_value": {}} if button == UPLOAD else {"trigger_value": True}
        both.widget_states.widgets.add(id=button, **kind)
    *_, last = passed_on(TRAIN, both, arrived_at="train")
    assert last.fragment_id == drawn


def test_sessions_do_not_affect_each_other(passed):
    one, other = Session(), Session()
    for session, request in [(one, TRAIN), (other, DATA), (one, TICK)]:
        AppSession.request_rerun(session, request)
    assert passed == [TRAIN, DATA, TICK]
