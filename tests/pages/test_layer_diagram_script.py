"""The diagram of the layers in a browser: which layers each of its buttons chooses, and what it draws."""

import json

import pytest

from pages.setup.layer_diagram import SIZES
from polycore.limits import MAX_LAYERS
from tests.node import component, value_after

SCRIPT = component("pages/setup/layer_diagram.js")
# the diagram of a network of two inputs and three classes, 400 pixels wide
PAGE = f"""
Object.defineProperty(Element.prototype, "clientWidth", {{ value: 400 }});
globalThis.ResizeObserver = class {{
  observe() {{}}
}};
const data = {{ sizes: {json.dumps(SIZES)}, most: {MAX_LAYERS - 1}, inputs: ["x", "y"], outputs: 3 }};
const shows = (hidden, more = {{}}) => draws({{ ...data, hidden, ...more }});
const chosen = () => sent.map(([at, name, hidden]) => hidden);
const buttons = () => page.querySelector(".diagram").children.filter(({{ tagName }}) => tagName === "BUTTON");
const press = (name) => buttons().find((one) => one.getAttribute("aria-label") === name).click();
const drawn = (tag) => all(page).filter(({{ tagName }}) => tagName === tag).length;
"""
MORE, FEWER, ADD, REMOVE = "1: more", "1: fewer", "Add a layer", "Remove the last layer"


def after(events, result):
    return value_after(f"{SCRIPT}{PAGE}{events}", result)


def pressed(hidden, *buttons):
    """Return the layers that presses choose, of which the server has answered none yet."""
    names = [f"Layer {name} neurons" if ":" in name else name for name in buttons]
    presses = "".join(f"press({json.dumps(name)});" for name in names)
    return after(f"shows({json.dumps(hidden)}); {presses}", "chosen()")


@pytest.mark.parametrize(
    ("hidden", "buttons", "chosen"),
    [
        pytest.param([12], [MORE], [[16]], id="more neurons"),
        pytest.param([12], [FEWER], [[10]], id="fewer neurons"),
        pytest.param([33], [MORE, FEWER], [[48], [32]], id="a size that was typed"),
        pytest.param([12, 8], [MORE, "2: fewer"], [[16, 8], [16, 7]], id="each layer for itself"),
        pytest.param([12], [MORE, MORE], [[16], [20]], id="twice at once"),
        pytest.param([16, 12], [ADD], [[16, 12, 12]], id="another layer like the last"),
        pytest.param([], [ADD], [[8]], id="the first layer"),
        pytest.param([16, 12], [REMOVE, REMOVE], [[16], []], id="no layer"),
        pytest.param([512], [MORE], [], id="no more than the most"),
        pytest.param([1], [FEWER], [], id="no fewer than one"),
        pytest.param([], [REMOVE], [], id="no layer to remove"),
        pytest.param([4] * (MAX_LAYERS - 1), [ADD], [], id="no more layers than the most"),
    ],
)
def test_presses_choose_layers(hidden, buttons, chosen):
    assert pressed(hidden, *buttons) == chosen


@pytest.mark.parametrize(
    ("inputs", "texts"),
    [
        (["x", "y"], ["x, y", "12", "600", "3"]),
        (["x", "y", "x²"], ["3", "12", "600", "3"]),
    ],
    ids=["inputs by name", "many inputs by their number"],
)
def test_each_layer_has_its_number_below_it(inputs, texts):
    shown = "page.querySelector('.diagram').children.filter(({ tagName }) => tagName === 'SPAN')"
    events = f"shows([12, 600], {{ inputs: {json.dumps(inputs)} }});"
    assert after(events, f"{shown}.map(({{ textContent }}) => textContent)") == texts


def test_a_layer_has_at_most_six_dots_each_with_a_line_to_each_of_the_next():
    # 2 inputs, 6 for 12, 4 and 3
    assert after("shows([12, 4]);", "[drawn('CIRCLE'), drawn('LINE')]") == [
        2 + 6 + 4 + 3,
        2 * 6 + 6 * 4 + 4 * 3,
    ]


def test_a_button_keeps_the_focus_when_the_diagram_is_drawn_again():
    events = f"shows([12]); named('{ADD}').focus(); shows([16]);"
    assert after(events, "document.activeElement.getAttribute('aria-label')") == ADD
