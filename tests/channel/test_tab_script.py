"""A tab's end of the live channel, by a clock of the test's own: channel.js."""

import pytest

from tests.node import CLOCK, scripts, value_after

BROWSER = """
globalThis.window = globalThis;
globalThis.document = {
  hidden: false,
  baseURI: "http://here/",
  querySelector: () => null,
  addEventListener: () => {},
};
const sockets = [], fetched = [], shown = [], lost = [];
globalThis.WebSocket = class {
  readyState = 0;
  sent = [];
  constructor() {
    sockets.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  bring(sequence, run = "a") {
    const words = { run, sequence, generation: sequence, blobs: [] };
    const header = new TextEncoder().encode(JSON.stringify(words));
    const frame = new Uint8Array(4 + header.length);
    new DataView(frame.buffer).setUint32(0, header.length, true);
    frame.set(header, 4);
    this.onmessage({ data: frame.buffer });
  }
  close(code = 1006) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose({ code });
  }
};
globalThis.fetch = async (url) => {
  fetched.push([now, url.pathname]);
  return { status: 204 };
};
"""
CHANNEL = scripts("pages/channel/channel.js")
PAGE = """
const draws = (since) =>
  channel().follow({ address: "live/a/key", run: "a", since }, ({ sequence }) => shown.push(sequence));
const leave = draws(0);
sockets[0].open();
"""


def after(events, result):
    """Return what the program finds once the events have happened."""
    return value_after(f"{CLOCK}{BROWSER}{CHANNEL}{PAGE}{events}", result)


def test_a_page_is_shown_no_frame_that_is_earlier_than_what_it_shows():
    events = "sockets[0].bring(3); leave(); draws(5); sockets[0].bring(4); sockets[0].bring(5); draws(5);"
    assert after(events, "shown") == [3, 5, 5]


def test_a_frame_that_comes_late_and_one_of_another_run_are_dropped():
    events = "sockets[0].bring(3); sockets[0].bring(2); sockets[0].bring(9, 'b'); sockets[0].bring(4);"
    assert after(events, "shown") == [3, 4]


def test_a_socket_that_has_gone_silent_is_replaced_and_frames_are_fetched_until_another_brings_one():
    silent = "sockets[0].bring(1); leave(); draws(5); await wait(8500);"
    assert after(f"{silent} await wait(1000);", "[sockets[0].readyState, sockets.length, fetched]") == [
        3,
        2,
        [[9000, "/live/a/key/a"]],
    ]
    mended = f"{silent} sockets[1].open(); await wait(2000); sockets[1].bring(6); await wait(9000);"
    assert after(mended, "[shown, sockets.length, fetched.length]") == [[1, 6], 2, 2]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param("sockets[0].bring(1); draws(5); sockets[0].bring(5);", id="it brings the frame"),
        pytest.param("sockets[0].bring(5); draws(5);", id="it has brought the frame before"),
        pytest.param("draws(5)(); sockets[0].bring(0);", id="another page has come"),
        pytest.param("document.hidden = true; draws(5);", id="nobody sees the tab"),
    ],
)
def test_a_socket_that_works_or_has_nothing_to_bring_stays(events):
    stays = "[sockets.length, sockets[0].readyState, fetched]"
    assert after(f"sockets[0].bring(0); {events} await wait(20000);", stays) == [1, 1, []]


def test_sockets_that_open_and_bring_nothing_count_as_failures():
    events = "sockets[0].close(); await wait(500); sockets[1].open(); sockets[1].close(); await wait(1000);"
    assert after(events, "fetched.length > 0") is True


def test_a_tab_that_the_server_refuses_is_told_so_once_and_asks_for_nothing_more():
    follows = (
        "channel().follow({ address: 'live/a/key', run: 'a' }, () => {}, (forGood) => lost.push(forGood));"
    )
    cut = "Math.random = () => 0; sockets[0].close(); await wait(300); sockets[1].close(); await wait(600);"
    refused = "sockets[2].close(4404); const before = fetched.length; await wait(95000);"
    assert after(f"{follows} {cut} {refused}", "[sockets.length, fetched.length - before, lost]") == [
        3,
        0,
        [True],
    ]


def test_a_page_that_follows_anew_after_a_refusal_stays_although_all_that_was_refused_left_before():
    refused = "const other = draws(0); sockets[0].close(4404); leave(); await wait(10); other();"
    renewed = "channel().follow({ address: 'live/a/new', run: 'b' }, () => {});"
    events = f"{refused} {renewed} sockets[1].open(); await wait(3000); const at = channel().address;"
    assert after(events, "at") == "live/a/new"


@pytest.mark.parametrize("hidden", ["false", "true"])
def test_a_tab_says_every_half_minute_that_it_is_there_whether_it_is_seen_or_not(hidden):
    events = f"sockets[0].bring(0); document.hidden = {hidden}; sockets[0].sent = []; await wait(95000);"
    assert after(events, "sockets[0].sent") == [{"hidden": hidden == "true"}] * 3


def test_a_hidden_tab_without_a_socket_fetches_a_frame_every_half_minute_instead():
    cut = "document.hidden = true; globalThis.WebSocket = class { close() {} }; sockets[0].close();"
    assert after(f"{cut} await wait(95000);", "fetched.map(([at]) => at)") == [30000, 60000, 90000]


def test_a_halt_names_the_generation_of_the_latest_frame_and_is_sent_while_the_socket_is_open_alone():
    events = "const before = channel().halt('a', 'stop'); sockets[0].bring(7); sockets[0].sent = [];"
    events += "const sent = channel().halt('a', 'stop'); sockets[0].close();"
    events += "const cut = channel().halt('a', 'stop');"
    assert after(events, "[before, sent, cut, sockets[0].sent]") == [
        False,
        True,
        False,
        [{"halt": ["a", "stop", 7]}],
    ]
