"""What is being typed continues in the version of an input that takes the place of another."""

import json

import pytest

from tests.node import CLOCK, scripts, value_after

CARRY = scripts("pages/state/carry.js")
# As much of a page as the script asks for. `draw` puts another version of the input in place of one.
PAGE = """
const listeners = {};
const listen = (name, take) => (listeners[name] = take);
const page = { isDrawn: false, boxes: [], activeElement: null, addEventListener: listen };
const body = {
  ownerDocument: page,
  addEventListener: listen,
  querySelectorAll: () => page.boxes,
};
const happen = (name, target, more = {}) => listeners[name]?.({ target, ...more });
let changed;
globalThis.KeyboardEvent = Event;
globalThis.MutationObserver = class {
  constructor(call) {
    changed = call;
  }
  observe() {}
};

class Field {
  ownerDocument = page;
  said = [];
  constructor(name, text, { tagName = "TEXTAREA", type = "textarea", role = null } = {}) {
    Object.assign(this, { name, text, tagName, type, role, isConnected: true });
    this.selectionStart = this.selectionEnd = type === "number" ? null : text.length;
  }
  get value() {
    return this.text;
  }
  set value(text) {
    this.text = text;
  }
  getAttribute() {
    return this.role;
  }
  closest() {
    return { classList: ["stElementContainer", `st-key-${this.name}`] };
  }
  focus() {
    page.activeElement = this;
    happen("focusin", this);
  }
  select() {
    [this.selectionStart, this.selectionEnd] = [0, this.text.length];
  }
  setSelectionRange(start, end) {
    if (this.type === "number") throw new Error("a number has no selection");
    [this.selectionStart, this.selectionEnd] = [start, end];
  }
  dispatchEvent({ type }) {
    this.said.push(type);
    happen(type, this);
  }
  type_(text, caret = text.length) {
    this.text = text;
    if (this.type !== "number") this.setSelectionRange(caret, caret);
    happen("input", this);
  }
}

let field;
const numbers = { tagName: "INPUT", type: "number" };
function draw(version, text, options) {
  if (field) field.isConnected = false;
  if (page.activeElement === field) page.activeElement = null;
  field = new Field(`steps-v${version}`, text, options);
  // React keeps a property of its own at each field, which does not tell it what the user has typed
  const own = { get: () => field.text, set: () => field.said.push("set by React") };
  Object.defineProperty(field, "value", own);
  page.boxes = [field];
  changed();
}
const leave = async () => {
  const left = page.activeElement;
  page.activeElement = null;
  happen("focusout", left);
  await wait(0);
};
const shown = () => ({
  text: field.text,
  hasFocus: page.activeElement === field,
  selected: [field.selectionStart, field.selectionEnd],
  said: field.said,
});
new Carrier(body, () => page.isDrawn);
"""


def seen(acts):
    return value_after(f"{CLOCK}{CARRY}{PAGE}{acts}", "shown()")


def test_text_that_was_not_entered_goes_on_with_focus_and_caret():
    assert seen("draw(0, 'x'); field.focus(); field.type_('x^2 + 1', 3); draw(1, 'x^3');") == {
        "text": "x^2 + 1",
        "hasFocus": True,
        "selected": [3, 3],
        "said": ["input"],
    }


def test_it_goes_on_through_several_versions():
    acts = "draw(0, 'x'); field.focus(); field.type_('x^2'); draw(1, 'x'); draw(2, '1'); draw(3, 'x');"
    assert seen(acts)["text"] == "x^2"


def test_so_does_a_number_which_has_no_selection():
    acts = "draw(0, '5', numbers); field.focus(); field.type_('7'); draw(1, '6', numbers);"
    assert seen(acts) == {"text": "7", "hasFocus": True, "selected": [None, None], "said": ["input"]}


def test_a_field_without_typed_text_shows_the_new_value_and_keeps_the_focus():
    assert seen("draw(0, 'x'); field.focus(); draw(1, 'x^3');") == {
        "text": "x^3",
        "hasFocus": True,
        "selected": [1, 1],
        "said": [],
    }


def test_a_text_that_was_selected_as_a_whole_stays_so():
    acts = "draw(0, 'x'); field.focus(); field.select(); draw(1, 'x^3');"
    assert seen(acts)["selected"] == [0, 3]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        pytest.param({}, {"key": "Enter", "ctrlKey": True}, id="a text of several lines"),
        pytest.param({"tagName": "INPUT", "type": "number"}, {"key": "Enter"}, id="a number"),
    ],
)
def test_text_that_was_entered_gives_way_to_the_new_value(options, key):
    drawn = json.dumps(options)
    acts = f"""draw(0, '5', {drawn}); field.focus(); field.type_('7');
happen('keydown', field, {json.dumps(key)}); await wait(0); draw(1, '6', {drawn});"""
    found = seen(acts)
    assert (found["text"], found["hasFocus"]) == ("6", True)


@pytest.mark.parametrize(("event", "has_focus"), [("keydown", True), ("focusout", False)])
def test_text_that_was_entered_and_not_sent_yet_is_entered_in_the_next_version(event, has_focus):
    focused = "field" if has_focus else "null"
    act = f"page.activeElement = {focused}; happen('{event}', field, {{ key: 'Enter' }});"
    # Streamlit sends it in a timer that begins after the event, if the field is there then
    draws = "queueMicrotask(() => setTimeout(() => draw(1, '6', numbers)));"
    found = seen(f"draw(0, '5', numbers); field.focus(); field.type_('7'); {act} {draws} await wait(0);")
    assert (found["text"], found["hasFocus"], found["said"]) == ("7", has_focus, ["input", "keydown"])


def test_enter_within_a_text_of_several_lines_enters_nothing():
    acts = """draw(0, 'x'); field.focus(); field.type_('x\\n');
happen('keydown', field, { key: 'Enter' }); await wait(0); draw(1, '6');"""
    assert seen(acts)["text"] == "x\n"


def test_a_field_that_was_left_gives_way_without_the_focus():
    acts = "draw(0, 'x'); field.focus(); field.type_('x^2'); await leave(); draw(1, 'x^3');"
    assert seen(acts) == {"text": "x^3", "hasFocus": False, "selected": [3, 3], "said": []}


def test_a_browser_that_takes_the_focus_from_a_field_that_goes_changes_nothing():
    acts = """draw(0, 'x'); field.focus(); field.type_('x^2');
const old = field; old.isConnected = false; page.activeElement = null; happen('focusout', old); await wait(0);
draw(1, 'x^3');"""
    assert seen(acts)["text"] == "x^2"


def test_a_window_that_is_left_keeps_what_is_typed():
    acts = """draw(0, 'x'); field.focus(); field.type_('x^2');
happen('focusout', field); await wait(0); draw(1, 'x^3');"""
    assert seen(acts)["text"] == "x^2"


@pytest.mark.parametrize(
    ("is_drawn", "text"), [pytest.param(False, "x^2", id="yet"), pytest.param(True, "x^3", id="any more")]
)
def test_a_field_that_is_not_there_is_waited_for_until_the_page_is_drawn(is_drawn, text):
    acts = f"""draw(0, 'x'); field.focus(); field.type_('x^2'); const old = field;
old.isConnected = false; page.boxes = []; page.isDrawn = {json.dumps(is_drawn)}; changed();
draw(1, 'x^3');"""
    assert seen(acts)["text"] == text


def test_another_input_beside_it_does_not_get_the_text():
    acts = """draw(0, 'x'); field.focus(); field.type_('x^2');
field.isConnected = false; field = new Field('steps_again-v1', 'x^3'); page.boxes = [field]; changed();"""
    assert seen(acts)["text"] == "x^3"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"tagName": "INPUT", "type": "range"}, id="a slider"),
        pytest.param({"tagName": "INPUT", "type": "text", "role": "combobox"}, id="the search in a list"),
    ],
)
def test_what_is_not_typed_into_is_left_alone(options):
    drawn = json.dumps(options)
    found = seen(f"draw(0, '1', {drawn}); field.focus(); field.type_('2'); draw(1, '3', {drawn});")
    assert (found["text"], found["hasFocus"]) == ("3", False)


def test_an_input_without_versions_is_left_alone():
    acts = """field = new Field('search', 'x'); page.boxes = [field]; field.focus(); field.type_('x^2');
field.isConnected = false; field = new Field('search', ''); page.boxes = [field]; changed();"""
    assert seen(acts)["text"] == ""
