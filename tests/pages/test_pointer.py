"""What a browser answers under the pointer: from the bytes that it fetches, and when it fetches them."""

import base64
import json

import numpy as np
import pytest

import polycore as pc
from pages.channel.routes import packed
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES, PLAIN
from tests.node import CLOCK, scripts, value_after

# What the label uses of a browser and of the other scripts.
BROWSER = """
Object.assign(globalThis, {
  window: globalThis,
  document: { querySelector: () => null, baseURI: "http://here/" },
  requestAnimationFrame: (call) => setTimeout(call, 16),
});
const listeners = {};
class Element {
  isConnected = true;
  parts = [];
  style = {};
  get textContent() {
    return this.parts.map((part) => part.textContent ?? part).join("");
  }
  append(...more) {
    this.parts.push(...more);
  }
  replaceChildren(...all) {
    this.parts = all;
  }
  addEventListener(name, take) {
    listeners[name] = take;
  }
  getBoundingClientRect() {
    return { left: 0, top: 0, width: 100, height: 100 };
  }
}
const element = (tag, attributes, ...parts) => Object.assign(new Element(), { parts });
const isCurve = ({ meta }) => meta?.curve !== undefined;
const sampleOf = () => "";
const plain = (name) => name;
"""
SCRIPTS = scripts(
    *(f"polycore/web/{name}.js" for name in ("network", "place", "label")),
    *(f"pages/{name}.js" for name in ("channel/channel", "plane/referee", "plane/pointer")),
)
LABEL = """
const trace = (name, curve) => ({ name, line: {}, meta: { curve } });
const figure = { data: [{ meta: {} }, trace("p0 = x", 0), trace("p1 = -x", 1)] };
const latest = { weights: "map/weights", figure };
const legend = { nameOf: ({ name }) => `named ${name}` };
const chart = { stage: element(), latest, legend, pointAt: () => ({ x: 1, y: 0.5 }) };
const label = new PointerLabel(chart);
label.renew();
const bytesOf = (base64) => Uint8Array.from(Buffer.from(base64, "base64")).buffer;
"""
# y = x and y = -x: halfway the logits are equal
LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))


def bytes_of(model):
    return json.dumps(base64.b64encode(packed(model)).decode())


def answers(model, points):
    """Return the probabilities that a browser computes at each point."""
    take = f"{BROWSER}{SCRIPTS}{LABEL}label.take(unpacked(bytesOf({bytes_of(model)})));"
    return value_after(
        take, f"{points.tolist()}.map(([x, y]) => Array.from(label.network.probabilities(x, y)))"
    )


@pytest.mark.parametrize(
    ("hidden", "x_range", "activation", "features"),
    [
        ((), (-1, 1), "relu", PLAIN),
        ((32, 32, 32), (-1, 1), "relu", PLAIN),
        ((16, 8), (100, 102), "relu", PLAIN),
        *(((8, 8), (-1, 1), activation, PLAIN) for activation in ACTIVATIONS),
        *(((8,), (-1, 1), "relu", (feature,)) for feature in NAMES),
        ((4, 4), (-1, 1), "tanh", NAMES),
    ],
)
def test_the_forward_pass_in_a_browser_is_python_s(hidden, x_range, activation, features):
    settings = {"steps": 100, "activation": activation, "features": features}
    model = pc.advance(pc.start(pc.Experiment(hidden=hidden, x_range=x_range, **settings)), 100).current
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(*x_range, 200), rng.normal(scale=30, size=200)])
    np.testing.assert_allclose(answers(model, points), model.predict_proba(points), atol=1e-5, rtol=0)


@pytest.mark.parametrize("noise", [0.0, 1e-9, 0.1, 3.0])
def test_the_referee_in_a_browser_is_python_s(noise):
    polynomials = (*pc.TUTORIAL_POLYNOMIALS, *LINES, pc.Polynomial(1, 0, 0))
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-2, 2, 300), rng.normal(scale=3, size=300)])
    points[:100, 1] = [polynomials[n % len(polynomials)](x) for n, x in enumerate(points[:100, 0])]
    points[:3] = [(0, 0), (1, 1), (-1, 1)]  # crossings
    referee = pc.Referee(polynomials, (-2.0, 2.0), noise)
    np.testing.assert_allclose(answers(referee, points), referee.predict_proba(points), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("is_exact", "shares", "texts"),
    [
        (True, [0, 0.0004, 0.0006, 0.25, 0.9994, 0.9996, 1], "0 <0.1 0.1 25.0 99.9 >99.9 100"),
        (False, [0, 0.0004, 0.25, 1], "<0.1 <0.1 25.0 >99.9"),
    ],
    ids=["the referee", "a network is never certain"],
)
def test_the_percentages_of_a_label_never_round_to_certainty(is_exact, shares, texts):
    written = value_after(
        scripts("polycore/web/label.js"), f"{shares}.map((share) => percent(share, {json.dumps(is_exact)}))"
    )
    assert written == [f"{text}\u00a0%" for text in texts.split()]


def test_a_label_has_true_minus_signs():
    for axes, said in (("", "x −0.500, y 2.00"), (', ["a-b", "c"]', "a-b −0.500, c 2.00")):
        point = value_after(scripts("polycore/web/label.js"), f"pointText({{ x: -0.5, y: 2 }}{axes})")
        assert point == said


SURE = pc.Model((np.zeros((2, 2)),), (np.array([[0.0, np.log(3.0)]]),), 1.0, 0.5, LINES)  # 1 to 3
# each fetch takes 20 ms
FETCHES = """
const fetched = [];
const fetch = async () => {
  fetched.push(now);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { status: STATUS, arrayBuffer: async () => bytesOf(CONTENT) };
};
const point = (pointerType = "mouse") => listeners.pointermove({ clientX: 10, clientY: 10, pointerType });
"""


def after(events, result, status=200):
    """Return the result once the events have happened, and the server has answered with that status."""
    fetches = FETCHES.replace("STATUS", str(status)).replace("CONTENT", bytes_of(SURE))
    return value_after(f"{CLOCK}{BROWSER}{SCRIPTS}{LABEL}{fetches}{events}", result)


def test_the_label_has_the_likeliest_curves_first_and_says_first_if_the_point_is_on_none():
    # (1, 0.5) is 0.5 away from y = x
    assert after(
        "point(); await wait(100);", "[label.label.hidden, label.label.parts.map((part) => part.textContent)]"
    ) == [
        False,
        [
            "No curve is near: p0, the nearest, is 0.5 away",
            "named p1 = -x 75.0\u00a0%",
            "named p0 = x 25.0\u00a0%",
            "x 1.00, y 0.500",
        ],
    ]


@pytest.mark.parametrize(
    ("y", "first"), [(0.5, "It saw no points here: do not trust it."), (1, "How sure the network is:")]
)
def test_beside_the_notes_of_a_plane_the_label_says_what_its_numbers_are(y, first):
    events = f"latest.notes = {{}}; chart.pointAt = () => ({{ x: 1, y: {y} }}); point(); await wait(100);"
    assert after(events, "label.label.parts[0].textContent") == first


CHANGING = "chart.latest.follow = { active: true };"


@pytest.mark.parametrize(
    ("events", "times"),
    [
        pytest.param("await wait(3000);", [], id="nobody points at the map"),
        pytest.param("point(); await wait(900); point(); await wait(900);", [0], id="the network stays"),
        pytest.param(f"{CHANGING} point(); await wait(1800);", [0, 520, 1040, 1560], id="a run changes it"),
        *(
            pytest.param(f"{CHANGING} point(); await wait(600); {goes}; await wait(900);", [0, 520], id=goes)
            for goes in ("label.leave()", "chart.stage.isConnected = false")
        ),
        pytest.param(
            "point(); await wait(100); label.renew(); await wait(900);", [0, 520], id="the page has another"
        ),
        pytest.param(
            "chart.latest.weights = null; point(); await wait(900);", [], id="a figure without a network"
        ),
        pytest.param('point("touch"); await wait(900);', [], id="a finger scrolls"),
        pytest.param(
            "listeners.pointerdown({ pointerType: 'touch' }); await wait(900);", [400], id="a finger is held"
        ),
    ],
)
def test_weights_are_fetched_for_the_label_alone_half_a_second_apart(events, times):
    assert after(events, "fetched") == times


def test_a_network_that_the_server_does_not_give_is_asked_for_no_more_often_and_nothing_is_shown():
    assert after("point(); await wait(1300);", "[fetched, label.label.hidden]", status=204) == [
        [0, 520, 1040],
        True,
    ]
