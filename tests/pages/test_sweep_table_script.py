"""The table of a sweep in a browser: its order is the user's, whatever rows come."""

import json

from tests.node import CHANNEL, component, value_after

SCRIPT = component("pages/compare/sweep_tables.js")
# Rows of a network's number, its layers and its accuracy.
PAGE = """
const added = (parent, tag) => {
  const child = document.createElement(tag);
  parent.append(child);
  return child;
};
Object.assign(Element.prototype, {
  createTHead() { return added(this, "thead"); },
  createTBody() { return added(this, "tbody"); },
  insertRow() { return added(this, "tr"); },
  insertCell() { return added(this, "td"); },
  deleteRow() { this.children.at(-1).remove(); },
});
for (const name of ["rows", "cells"])
  Object.defineProperty(Element.prototype, name, { get() { return this.children; } });
const columns = ["", "Layers", "Accuracy"].map((name) => [name, `What ${name} says`]);
const rows = [["1", "12", "97.5 %"], ["2", "8", "100.0 %"], ["3", "4", ""]];
const colors = ["", "", "", ""];
const shows = (label) => draws({ label, columns, rows, colors, follow: {} });
const end = shows("Settings");
const every = (tag) => all(page).filter(({ tagName }) => tagName === tag);
const numbers = () => every("TR").slice(1).map(({ cells: [number] }) => Number(number.textContent));
const sorted = () => every("TH").map((head) => head.getAttribute("aria-sort"));
const press = (name) => named(name).click();
"""


def after(events, result):
    return value_after(f"{SCRIPT}{CHANNEL}{PAGE}{events}", result)


def test_rows_stand_as_they_come_until_a_head_is_pressed_and_a_second_press_turns_them_round():
    events = """const seen = [[numbers(), sorted()]];
for (const name of ["Accuracy", "Accuracy", "Layers"]) { press(name); seen.push([numbers(), sorted()]); }"""
    none = "none"
    assert after(events, "seen") == [
        [[1, 2, 3], [none] * 3],
        [[1, 2, 3], [none, none, "ascending"]],
        [[2, 1, 3], [none, none, "descending"]],  # what is not known stays last
        [[3, 2, 1], [none, "ascending", none]],
    ]


def test_the_rows_of_a_frame_stand_in_the_order_that_was_chosen():
    more = [["1", "12", "97.5 %"], ["2", "8", "60.0 %"], ["3", "4", "80.0 %"], ["4", "2", "99.0 %"]]
    events = f"""press("Accuracy"); give({{ rows: {json.dumps(more)} }}); const four = numbers();
give({{ rows: {json.dumps(more[:2])} }});"""
    assert after(events, "[four, numbers()]") == [[2, 3, 1, 4], [2, 1]]


def test_each_table_keeps_its_order_also_when_it_has_left_the_page():
    events = """press("Accuracy"); press("Accuracy"); shows("Runs"); const other = sorted();
shows("Settings"); const again = sorted();
page.remove(); end();
document.body.append(page); const hasLeft = give === null; shows("Settings");"""
    descending = ["none", "none", "descending"]
    assert after(events, "[other, again, hasLeft, sorted(), numbers()]") == [
        ["none"] * 3,
        descending,
        True,
        descending,
        [2, 1, 3],
    ]


def test_a_head_keeps_the_focus_when_the_page_is_drawn_again():
    events = "named('Accuracy').focus(); shows('Settings');"
    assert after(events, "document.activeElement.textContent") == "Accuracy"
