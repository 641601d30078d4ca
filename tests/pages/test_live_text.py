"""Text that follows a run: when it asks for another drawing of the page, and what it fills in."""

import json
import re

import pytest

from pages.channel import component
from tests.node import CLOCK, ROOT, STYLES, scripts, value_after

BROWSER = """
let give, latest, isOpen = true, sequence = 0;
const halted = [];
globalThis.window = globalThis;
const listeners = {}, reports = [];
const app = { dataset: { testScriptState: "notRunning" } };
const nothing = () => {};
const some = () => ({ append: nothing, remove: nothing, querySelectorAll: () => [] });
globalThis.document = {
  createElement: some,
  querySelector: () => app,
  addEventListener: (type, listener) => (listeners[type] = listener),
};
function channel() {
  return {
    follow(followed, fill) {
      give = fill;
      if (latest) fill(latest);
      return nothing;
    },
    halt(run, how) {
      if (isOpen) halted.push([run, how]);
      return isOpen;
    },
  };
}
"""
PAGE = """
const parentElement = { isConnected: true, append: nothing, getRootNode: () => ({}) };
function draws(active, halts = {}) {
  const data = { html: "", follow: { run: "a", since: 0, active }, reports: true, until: "", halts };
  text({ parentElement, data, setTriggerValue: () => reports.push(now) });
}
const frame = (active, generation) => give((latest = { run: "a", sequence: sequence++, active, generation }));
const press = () => listeners.click({ target: { closest: () => null } });
const PAUSES = ".st-key-controls-Pause button:enabled";
const pause = () => listeners.click({ target: { closest: (part) => part === PAUSES } });
const PAUSE = { "controls-Pause": "pause", "controls-Stop": "stop" };
const begins = () => (app.dataset.testScriptState = "running");
const ends = () => (app.dataset.testScriptState = "notRunning");
"""
COMPONENTS = component.SCRIPT.read_text(encoding="utf-8")
SCRIPT = scripts("pages/channel/presses.js", "pages/channel/live_text.js").replace(
    "export default", "const text ="
)
PRESS = "draws(false); press(); await wait(20); frame(true, 1);"
HALT = "draws(true, PAUSE); pause(); await wait(20); frame(false, 2);"


@pytest.mark.parametrize(
    ("events", "reports"),
    [
        pytest.param("draws(true); frame(true, 1);", [], id="nothing changes"),
        pytest.param("draws(true); await wait(1000); frame(false, 2);", [1100], id="it ends"),
        pytest.param(
            "draws(true); frame(false, 2); await wait(900); begins(); draws(true); await wait(50); ends();",
            [100, 1100],
            id="the page that is drawn for its end has not noticed it",
        ),
        pytest.param(
            f"{PRESS} await wait(10); begins(); await wait(30); draws(true); await wait(90); ends();",
            [],
            id="a press",
        ),
        pytest.param(
            f"{PRESS} await wait(450); begins(); await wait(30); draws(true); await wait(90); ends();",
            [],
            id="a press on a server that is busy",
        ),
        pytest.param(
            f"{PRESS} await wait(10); begins(); await wait(700); ends(); await wait(90); draws(true);",
            [],
            id="a press in a browser that is busy",
        ),
        pytest.param(PRESS, [620], id="a press that draws nothing"),
        pytest.param(
            f"{PRESS} begins(); draws(true); await wait(100); frame(false, 2); await wait(370); ends();",
            [620],
            id="a press whose run ends while the page is drawn",
        ),
        pytest.param(
            f"{HALT} await wait(2000); begins(); draws(false, PAUSE); await wait(50); ends();",
            [],
            id="a halt that the channel brings at once, and Streamlit two seconds later",
        ),
        pytest.param(HALT, [5120], id="a halt that the channel alone has brought"),
        pytest.param(f"isOpen = false; {HALT}", [620], id="a halt while the channel is cut"),
    ],
)
def test_a_change_is_reported_if_a_page_at_rest_does_not_show_it(events, reports):
    program = f"{CLOCK}{BROWSER}{STYLES}{COMPONENTS}{SCRIPT}{PAGE}{events} await wait(9000);"
    assert value_after(program, "reports") == reports


def test_a_press_on_pause_takes_the_channel_once_and_no_other_press_does():
    events = "draws(true, PAUSE); press(); pause(); draws(false); pause();"
    program = f"{CLOCK}{BROWSER}{STYLES}{COMPONENTS}{SCRIPT}{PAGE}{events}"
    assert value_after(program, "halted") == [["a", "pause"]]


# --- what a frame carries ------------------------------------------------------------------------

STRANGERS = "<img src=x onerror=evil()>&lt;b&gt;"
ELEMENTS = """
const name = { dataset: { value: "answer.name" }, textContent: "x", hidden: true };
const cells = [{ textContent: "" }, { textContent: "" }];
const row = { dataset: { values: "answer.rows.0" }, querySelectorAll: () => cells };
const shown = { "[data-value]": [name], "[data-values]": [row] };
const root = { append: nothing, remove: nothing, querySelectorAll: (which) => shown[which] ?? [] };
document.createElement = () => root;
const called = (words) => {
  give({ run: "a", sequence: sequence++, answer: { name: words, rows: [[words, words]] } });
};
"""


def test_words_of_a_later_frame_are_text_and_nothing_else_of_an_element():
    frames = f"draws(true); called('x'); called({json.dumps(STRANGERS)});"
    cell = {"textContent": STRANGERS}
    expected = [{"dataset": {"value": "answer.name"}, "hidden": False, **cell}, cell, cell]
    program = f"{CLOCK}{BROWSER}{ELEMENTS}{STYLES}{COMPONENTS}{SCRIPT}{PAGE}{frames}"
    assert value_after(program, "[name, ...cells]") == expected


# What makes elements or programs of a text. Frames carry strangers' words, such as the names of classes.
READS_MARKUP = re.compile(
    r"\w+HTML\b|srcdoc|document\.write|createContextualFragment|parseFromString|\beval\(|\bFunction\("
)


def test_no_script_reads_words_as_markup_but_those_that_are_known_to_be_ours():
    scripts = [*ROOT.glob("pages/**/*.js"), *ROOT.glob("polycore/web/*.js")]
    found = {path.name: READS_MARKUP.findall(path.read_text(encoding="utf-8")) for path in scripts}
    assert {name: how for name, how in found.items() if how} == {
        "live_text.js": ["innerHTML"],  # what Python has escaped
        "copy_button.js": ["innerHTML"],  # an icon
        "sketch.js": ["parseFromString"],  # of a name in a figure the text, in a document that is never shown
    }
