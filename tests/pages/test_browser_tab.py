"""What a tab does beside the server: it has a name, waits for what was entered, and keeps its history."""

import json

import pytest

from tests.node import component, value_after

# A page that is drawn and connected, in a tab whose store has KEPT.
BROWSER = """
const kept = KEPT;
globalThis.sessionStorage = {
  getItem: (key) => kept[key] ?? null,
  setItem: (key, text) => (kept[key] = text),
  removeItem: (key) => delete kept[key],
};
const entries = [];
globalThis.location = new URL("http://here/data?v=1");
globalThis.history = {
  pushState: (state, title, address) => entries.push(["push", address]),
  replaceState: (state, title, address) => entries.push(["replace", address]),
};
const changes = [];
globalThis.MutationObserver = class {
  constructor(call) {
    this.call = call;
  }
  observe() {
    changes.push(this);
  }
  disconnect() {
    changes.splice(changes.indexOf(this), 1);
  }
};
const app = document.createElement("div");
app.dataset = { testScriptState: "notRunning", testConnectionState: "CONNECTED" };
document.querySelector = (which) => (which === "[data-testid=stApp]" ? app : null);
document.body.ownerDocument = document;
function becomes(name, state) {
  app.dataset[name] = state;
  for (const { call } of [...changes]) call();
}
"""
PAGE = """
const data = { name: "own", holds: { kept: 1 }, answered: null, again: false };
const shows = (more = {}) => draws({ ...data, ...more });
const told = (which) => sent.filter(([at, name]) => name === which).map(([at, name, value]) => value);
const answersAre = [];
const settles = () => window.polycoreSettle().then((answer) => answersAre.push([now, answer]));
const answers = (number) => shows({ answered: number });
"""
SCRIPT = component("pages/state/carry.js", "pages/state/tab.js")
HAD = {"kept": 2}
OF_A_REFRESH = {"polycore.tab": "earlier", "polycore.tab.had": json.dumps(HAD)}


def after(events, result, kept=None):
    """Return the result once the events have happened in a tab whose store has had these texts."""
    browser = BROWSER.replace("KEPT", json.dumps(kept or {}))
    return value_after(f"{SCRIPT}{browser}{PAGE}{events}", result)


# --- its name ------------------------------------------------------------------------------------


def test_a_new_tab_adopts_the_name_of_its_session_and_keeps_it_when_it_is_left():
    events = "shows(); const during = { ...kept }; happen(document.body, 'pagehide');"
    assert after(events, "[sent, window.polycoreTab, during, kept]") == [
        [],
        "own",
        {},
        {"polycore.tab": "own", "polycore.tab.had": '{"kept":1}'},
    ]


@pytest.mark.parametrize(
    ("kind", "sent"), [("navigate", ["visits", "had", "name"]), ("reload", ["had", "name"])]
)
def test_a_tab_says_with_its_name_whether_it_came_by_an_address(kind, sent):
    events = f"performance.getEntriesByType = () => [{{ type: '{kind}' }}]; shows();"
    assert after(events, "sent.map(([at, name]) => name)", OF_A_REFRESH) == sent


def test_a_tab_that_was_refreshed_reports_its_name_and_what_it_had_which_a_copy_of_it_does_not_find():
    events = "shows(); const during = { ...kept }; shows({ name: 'earlier' });"
    assert after(events, "[told('name'), told('had'), during]", OF_A_REFRESH) == [["earlier"], [HAD], {}]


def test_a_page_that_comes_back_from_the_browser_s_memory_has_its_name_and_leaves_none_behind():
    events = "shows(); happen(document.body, 'pagehide'); happen(document.body, 'pageshow');"
    assert after(events, "[window.polycoreTab, kept]") == ["own", {}]


def test_a_page_that_is_to_be_drawn_again_is_asked_for_by_the_name():
    assert after("shows({ again: true });", "told('name')") == ["own"]


def test_a_tab_whose_store_is_forbidden_has_the_name_of_its_session():
    forbid = (
        "Object.defineProperty(globalThis, 'sessionStorage', { get() { throw new Error('forbidden'); } });"
    )
    assert after(f"{forbid} shows();", "[window.polycoreTab, sent]") == ["own", []]


# --- waiting for what was entered ----------------------------------------------------------------

SETTLES = "shows(); await wait(1000); settles(); await wait(20);"


def test_it_has_settled_once_the_server_has_answered_and_the_page_is_drawn():
    events = f"""{SETTLES} becomes("testScriptState", "running"); answers(told("asked")[0]); await wait(100);
const early = answersAre.length; becomes("testScriptState", "notRunning"); await wait(0);"""
    assert after(events, "[early, answersAre]") == [0, [[1120, True]]]


def test_an_answer_to_an_earlier_request_settles_nothing_and_one_to_a_later_request_settles_both():
    events = f"""{SETTLES} settles(); await wait(20); const [first, second] = told("asked");
answers(first - 1); await wait(0); const early = answersAre.length; answers(second); await wait(0);"""
    assert after(events, "[second > first, early, answersAre]") == [True, 0, [[1040, True]] * 2]


def test_after_ten_seconds_without_an_answer_it_has_not_settled():
    assert after(
        f"{SETTLES} await wait(9970); const early = answersAre.length; await wait(20);", "[early, answersAre]"
    ) == [
        0,
        [[11000, False]],
    ]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            "shows(); becomes('testConnectionState', 'CONNECTING'); await wait(1000); settles();", id="cut"
        ),
        pytest.param(
            "const end = shows(); await wait(1000); settles(); page.remove(); end();", id="the page is left"
        ),
    ],
)
def test_without_a_connection_or_its_page_it_does_not_wait(events):
    assert after(f"{events} await wait(0);", "answersAre") == [[1000, False]]


def test_what_is_being_typed_is_sent_before_it_asks():
    events = """shows();
const input = element("input", {}), order = [];
document.body.append(input);
input.focus();
input.addEventListener("focusout", () => order.push(`typed, asked ${told("asked").length} times`));
settles(); await wait(20); order.push(`asked ${told("asked").length} times`);"""
    assert after(events, "order") == ["typed, asked 0 times", "asked 1 times"]


def test_after_a_cut_the_page_asks_to_be_drawn_once():
    events = """shows(); becomes("testScriptState", "running"); becomes("testScriptState", "notRunning");
const before = told("asked").length;
becomes("testConnectionState", "PINGING_SERVER"); becomes("testConnectionState", "CONNECTING");
const during = told("asked").length;
becomes("testConnectionState", "CONNECTED"); becomes("testScriptState", "running");"""
    assert after(events, "[before, during, told('asked').length]") == [0, 0, 1]


# --- the tab's history ---------------------------------------------------------------------------

LINK = """const link = (href) => ({
  closest: (which) => (which.includes("NavLink") ? { getAttribute: () => href } : null),
});
const presses = (href, more = {}) => happen(Object.assign(new Element("a"), link(href)), "click", more);
const arrives = (address) => globalThis.history.pushState({}, "", address);"""


@pytest.mark.parametrize(
    ("events", "entries"),
    [
        pytest.param("arrives('/data?v=1&steps=2');", [["replace", "/data?v=1&steps=2"]], id="within a page"),
        pytest.param("arrives('/train?v=1');", [["push", "/train?v=1"]], id="before the first press"),
        pytest.param(
            "presses('train?v=1'); arrives('/train?v=1');", [["push", "/train?v=1"]], id="the page of a link"
        ),
        pytest.param("presses('?v=1'); arrives('/?v=1');", [["push", "/?v=1"]], id="Home"),
        pytest.param(
            "presses('train?v=1'); presses('play?v=1'); arrives('/train?v=1'); arrives('/play?v=1');",
            [["push", "/play?v=1"]],
            id="a page that was left before it came",
        ),
        pytest.param(
            "presses('train?v=1'); presses('play', { ctrlKey: true }); arrives('/train?v=1');",
            [["push", "/train?v=1"]],
            id="a link that was opened in another tab",
        ),
        pytest.param(
            "presses('play'); location.href = 'http://here/train'; happen(document.body, 'popstate');"
            "arrives('/play?v=1'); arrives('/train?v=1');",
            [["replace", "/train?v=1"]],
            id="Back",
        ),
    ],
)
def test_the_history_has_one_entry_for_each_page_that_was_asked_for_last(events, entries):
    assert after(f"shows(); {LINK} {events}", "entries") == entries
