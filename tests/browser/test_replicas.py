"""Two replicas behind the proxy: who stays with which, and what is lost where one of them goes."""

import gzip
import http.client
import re
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pages.models import from_link
from tests.browser.dashboard import CONNECTED, PATIENCE, ROOT, tabs
from tests.browser.runs import Runs
from tests.channel import visit
from tests.channel.tapes import unpacked
from tests.hosting import image
from tests.hosting.replicas import COOKIE, Proxy, Replica, answers, wait_until

QUICK = (
    "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=300&schedule=constant&hidden=8&batch=all&samples=50"
)
XSRF = "_streamlit_xsrf"
HOSTING = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r'echo "(set server [^"]+)"', HOSTING)


@dataclass(frozen=True)
class House:
    """The replicas by their names, and the proxy before them."""

    replicas: dict[str, Replica]
    proxy: Proxy

    def other(self, name: str) -> str:
        return next(other for other in self.replicas if other != name)


@pytest.fixture(scope="module")
def one_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if shutil.which("haproxy") is None:
        pytest.skip("HAProxy is not installed")
    folder = tmp_path_factory.mktemp("house")
    built = image.build(folder)
    replicas = {name: Replica(name, built) for name in "ab"}
    house = House(replicas, Proxy(*replicas.values()))
    try:
        replicas["a"].start()
        with house.proxy.running(Path(folder, "proxy.txt")):
            yield house
    finally:
        for replica in replicas.values():
            replica.stop()


@pytest.fixture
def house(one_house: House) -> House:
    """Return the house with both replicas up."""
    for name, replica in one_house.replicas.items():
        replica.start()
        one_house.proxy.command(f"set server dashboard/{name} state ready")
    one_house.proxy.wait_for(a="UP", b="UP")
    return one_house


class Caller:
    """A browser's cookies, and no browser: every request of one has a connection of its own."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str = "/_stcore/health", method: str = "GET", body: bytes = b"", **headers: str
    ) -> int:
        """Return the status of the answer."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.request(method, path, body, {"Cookie": self._cookie(), **headers})
            answer = connection.getresponse()
            self._keep(answer.headers.get_all("Set-Cookie", ()))
            return answer.status
        finally:
            connection.close()

    @contextmanager
    def session(self) -> Iterator[str]:
        """Open a session and yield its name, as long as its connection stands."""
        with connect(
            f"ws://{self.host}/_stcore/stream",
            origin=f"http://{self.host}",
            additional_headers={"Cookie": self._cookie()},
            subprotocols=["streamlit"],
            max_size=None,
            proxy=None,
            close_timeout=0.5,  # most of what comes is left unread, and so is the answer to a close
        ) as connection:
            self._keep(connection.response.headers.get_all("Set-Cookie"))
            connection.send(BackMsg(rerun_script={}).SerializeToString())
            message = ForwardMsg()
            while message.WhichOneof("type") != "new_session":
                message.ParseFromString(connection.recv(timeout=60))
            yield message.new_session.initialize.session_id

    def upload(self, session: str) -> int:
        body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.npz"\r\n\r\nabc\r\n--b--\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=b", "X-Xsrftoken": self.cookies[XSRF]}
        return self.ask(f"/_stcore/upload_file/{session}/1", "PUT", body, **headers)

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, lines) -> None:
        for line in lines:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value


def test_an_upload_finds_its_session_where_the_cookie_leads_alone(house):
    caller = Caller(house.proxy.address)
    assert caller.ask() == 200
    with caller.session() as session:
        own = caller.cookies[COOKIE]
        assert [caller.upload(session) for _ in range(4)] == [204] * 4
        assert caller.cookies[COOKIE] == own
        caller.cookies[COOKIE] = house.other(own)
        assert caller.upload(session) == 400


def test_the_page_s_token_for_uploads_is_good_at_both_replicas_without_a_shared_secret(house):
    caller = Caller(house.proxy.address)
    caller.ask()
    stranger = Caller(house.replicas[house.other(caller.cookies[COOKIE])].address)
    stranger.ask()
    caller.cookies[XSRF] = stranger.cookies[XSRF]
    with caller.session() as session:
        assert caller.upload(session) == 204


def connected(house, channel, **headers):
    """Open the proxy's channel."""
    address = house.proxy.address.replace("http", "ws") + channel
    return connect(address, additional_headers=headers, max_size=None, proxy=None, close_timeout=0.5)


def code_of(house, channel, **headers):
    """Return the code with which the proxy's channel is closed at once, or None if it sends a frame."""
    with connected(house, channel, **headers) as connection:
        try:
            connection.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code
    return None


def test_the_live_channel_leads_to_its_replica_by_its_address_alone(house):
    with ExitStack() as opened:
        words = visit.WORDS.replace("steps=2000000", "steps=20000")  # what the demo allows
        opening = [opened.enter_context(visit.opened(house.proxy.address, words=words)) for _ in range(2)]
        for tab in opening:
            tab.press("Start")
        replicas = [tab.channel.split("/")[1] for tab in opening]
        assert sorted(replicas) == ["a", "b"]
        for tab, name in zip(opening, replicas, strict=True):
            other = house.other(name)
            assert [code_of(house, tab.channel) for _ in range(4)] == [None] * 4
            assert code_of(house, tab.channel, Cookie=f"{COOKIE}={other}") is None
            assert code_of(house, tab.channel.replace(f"/{name}/", f"/{other}/")) == 4404
        tab, name = opening[0], replicas[0]
        house.replicas[name].stop()
        house.proxy.wait_for(**{name: "DOWN"})
        assert code_of(house, tab.channel) == 4404


def test_visitors_are_shared_out(house):
    callers = [Caller(house.proxy.address) for _ in range(4)]
    with ExitStack() as sessions:
        for caller in callers:
            sessions.enter_context(caller.session())
    assert sorted(caller.cookies[COOKIE] for caller in callers) == ["a", "a", "b", "b"]


def test_the_longest_address_comes_through(house):
    caller = Caller(house.proxy.address)
    address = f"/train?weights={'d' * 8_000}"
    assert caller.ask(address, Referer=f"{house.proxy.address}{address}") == 200


def test_streamlit_s_scripts_come_compressed(house):
    [script] = re.findall(r'src="\./(static/js/index\.[^"]+)"', urlopen(house.proxy.address).read().decode())
    as_it_is = urlopen(f"{house.replicas['a'].address}{script}").read()
    asked = Request(f"{house.proxy.address}{script}", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        compressed = answer.read()
    assert gzip.decompress(compressed) == as_it_is
    assert len(compressed) < len(as_it_is) / 2


def test_what_a_replica_counts_is_not_for_visitors(house):
    path = "/_stcore/metrics"
    assert Caller(house.replicas["a"].address).ask(path) == 200
    assert Caller(house.proxy.address).ask(path) == 403


def is_refused(connection):
    """Return whether it is closed without an answer, as the system has it: with an end or a reset."""
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except BlockingIOError:
        return False


def test_one_address_has_two_thousand_connections_at_most(house):
    connections = [socket.create_connection(("127.0.0.1", house.proxy.port)) for _ in range(2001)]
    try:
        # the proxy takes them in on two threads: the one that it counts last is not always the last that came
        wait_until(lambda: any(map(is_refused, connections)))
        assert len(list(filter(is_refused, connections))) <= 2
    finally:
        for connection in connections:
            connection.close()
    wait_until(lambda: answers(f"{house.proxy.address}_stcore/health"))


def opened_and_trained(house, opening):
    """Open a tab that stays open until `opening` ends, start a short run there, and return the tab."""
    tab = opening.enter_context(visit.opened(house.proxy.address, words=QUICK.removeprefix("train?")))
    tab.press("Start")
    return tab


def first_frame_of(run, channel):
    """Return the run as soon as one of ten frames shows it; others are of the jobs of that tab."""
    shown = (unpacked(channel.recv(timeout=20))[0]["run"] for _ in range(10))
    return next((one for one in shown if one == run), None)


def test_a_hundred_tabs_of_one_address_have_their_sessions_and_channels_and_none_is_refused(house):
    with ExitStack() as opening:
        with ThreadPoolExecutor(8) as callers:
            visits = list(callers.map(lambda _: opened_and_trained(house, opening), range(100)))
            channels = [opening.enter_context(connected(house, tab.channel)) for tab in visits]
            runs = list(callers.map(lambda channel, tab: first_frame_of(tab.run, channel), channels, visits))
        assert runs == [tab.run for tab in visits]
        assert len({tab.channel for tab in visits}) == 100
        assert house.proxy.connections() >= 200  # two of each tab


def test_a_drained_replica_keeps_who_is_there_takes_nobody_new_and_comes_back(house):
    drain, ready = COMMANDS
    stays = Caller(house.proxy.address)
    stays.cookies[COOKIE] = "a"
    assert stays.ask() == 200
    with stays.session() as session:
        house.proxy.command(drain)
        house.proxy.wait_for(a="DRAIN")
        newcomers = [Caller(house.proxy.address) for _ in range(3)]
        assert [newcomer.ask() for newcomer in newcomers] == [200] * 3
        assert {newcomer.cookies[COOKIE] for newcomer in newcomers} == {"b"}
        assert stays.upload(session) == 204
    house.replicas["a"].stop()
    assert stays.ask() == 200
    assert stays.cookies[COOKIE] == "b"
    house.replicas["a"].start()
    house.proxy.command(ready)
    house.proxy.wait_for(a="UP")
    stays.cookies[COOKIE] = "a"
    assert stays.ask() == 200
    assert stays.cookies[COOKIE] == "a"


def replica_of(tab):
    """Return the name of the replica that the tab's cookie leads to."""
    [name] = [cookie["value"] for cookie in tab.page.context.cookies() if cookie["name"] == COOKIE]
    return name


def test_where_a_replica_dies_its_tabs_come_back_with_all_they_had_and_files_still_go_out_and_in(
    browser, house, tmp_path
):
    with tabs(browser, house.proxy.address) as new:
        trained, untouched = new(), new()
        runs = Runs(untouched.page)
        trained.open(QUICK).press("Start")
        trained.wait_for_status("Finished")
        trained.page.wait_for_url(re.compile("&weights=d"))
        # a preset's set-up is another one than that of the link it was opened by, and so are its inputs
        untouched.open("train").press("Presets")
        untouched.press("L-BFGS")
        untouched.wait_for_words(optimizer="lbfgs")
        for tab in (trained, untouched):
            tab.rest()
        died, words, drawn = replica_of(trained), trained.words(), runs.count
        house.replicas[died].kill()
        # a press that comes before a tab notices that its connection is lost is lost too
        untouched.wait_until(lambda: runs.count > drawn, state=lambda: runs.count)
        assert_the_first_press_counts(untouched)
        assert_set_up_and_network_came_back(trained, words)
        assert house.replicas[replica_of(trained)].is_running
        house.replicas[died].start()
        house.proxy.wait_for(a="UP", b="UP")
        assert_a_network_goes_out_and_comes_in_as_a_file(trained, tmp_path / "weights.npz")


def assert_the_first_press_counts(tab):
    tab.page.locator(CONNECTED).wait_for()
    tab.rest()
    tab.press("Start")
    tab.wait_for_status("Finished")
    assert tab.words()["optimizer"] == "lbfgs"


def assert_set_up_and_network_came_back(tab, words):
    tab.page.get_by_text(from_link.BROUGHT).wait_for()
    tab.go_to("Predict")
    tab.wait_for_words(**words)


def assert_a_network_goes_out_and_comes_in_as_a_file(tab, path):
    tab.rest()
    with tab.page.expect_download() as waiting:
        tab.press("Download the model")
    waiting.value.save_as(path)
    tab.page.get_by_text("Upload a model", exact=True).click()
    upload = tab.page.get_by_role("region", name="Upload a model").locator("input")
    upload.set_input_files(path)
    expect(tab.page.get_by_text("Upload 1").first).to_be_visible()


@pytest.fixture
def other_site(house, tmp_path):
    """Yield the address of another site, with two frames and a link for each that opens the dashboard."""
    words = QUICK.replace("steps=300", "steps=20000").replace("&", "&amp;")
    source = f"{house.proxy.address}{words}&amp;embed=true"
    frames = "".join(
        f'<a href="{source}" target="{name}">Show {name}</a>'
        f'<iframe name="{name}" width="900" height="760"></iframe>'
        for name in house.replicas
    )
    (tmp_path / "index.html").write_text(f"<title>A course</title>{frames}", encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://localhost:{site.server_port}/"
        site.shutdown()
        thread.join()


def test_frames_within_another_site_train_at_both_replicas_without_a_cookie(browser, house, other_site):
    context = browser.new_context(viewport={"width": 1280, "height": 1700})
    context.set_default_timeout(PATIENCE)
    page, received = context.new_page(), Counter()

    def listen(socket):
        replica = re.findall(r"/live/(\w)/", socket.url)
        socket.on("framereceived", lambda _: received.update(replica))

    page.on("websocket", listen)
    page.goto(other_site)
    frames = [page.frame(name=name) for name in house.replicas]
    for frame in frames:
        # left alone, the proxy may give both frames to one replica: that with fewer connections at the moment
        house.proxy.command(f"set server dashboard/{frame.name} state ready")
        house.proxy.command(f"set server dashboard/{house.other(frame.name)} state drain")
        page.get_by_text(f"Show {frame.name}").click()
        frame.get_by_role("button", name=re.compile("^Start")).wait_for()
    # the live channel comes with a run, and both replicas would take it
    for name in house.replicas:
        house.proxy.command(f"set server dashboard/{name} state ready")
    for frame in frames:
        frame.get_by_role("button", name=re.compile("^Start")).click()
    for frame in frames:
        expect(frame.get_by_text("Finished").first).to_be_visible()
    assert received.keys() == {"a", "b"}
    assert [cookie for cookie in context.cookies() if cookie["name"] == COOKIE] == []
    context.close()
