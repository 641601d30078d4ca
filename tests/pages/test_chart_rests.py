"""When a chart is drawn: how long one beside a map rests in between, and what is said of a map with it."""

import pytest

from tests.node import CLOCK, scripts, value_after

# What the chart uses of a browser and of the other scripts. A drawing takes COST milliseconds.
BROWSER = """
const drawn = []; // when each drawing began
const nothing = () => {};
const fine = { matches: false };
function element() {
  const rest = { append: nothing, prepend: nothing, addEventListener: nothing, setAttribute: nothing };
  const size = { clientWidth: 100, clientHeight: 100 };
  return { ...rest, ...size, dataset: {}, classList: { toggle: nothing }, querySelectorAll: () => [rest] };
}
Object.assign(globalThis, {
  window: globalThis,
  Plotly: {
    Icons: {},
    async react() {
      drawn.push(now);
      now += COST;
    },
  },
  matchMedia: () => fine,
  ResizeObserver: class { observe = nothing },
  Legend: class { show = nothing },
  PointerLabel: class { renew = nothing },
  CurveLift: class { renew = nothing },
  Lens: class { renew = nothing; show = nothing },
  Notes: class { show = nothing; take = nothing },
  hiddenCurves: element,
  requestAnimationFrame: (call) => setTimeout(call),
  getComputedStyle: () => ({ getPropertyValue: () => "" }),
  withoutHidden: (traces) => traces,
  isCurve: () => false,
  keeping: nothing,
});
let give;
const channel = () => ({ follow: (followed, take) => ((give = take), nothing) });
"""
PAGE = """
const chart = new Chart(element());
const figure = { data: [], layout: {} };
let sent = 0, step = 0;
function shows(rests = true) {
  const follow = { since: 0, bind: [["layout.step", "step"]] };
  const data = { sent: sent++, figure, rests, follow };
  chart.show(new TextEncoder().encode(JSON.stringify(data)));
}
const frame = () => give({ sequence: step, step: step++ });
"""
SCRIPT = scripts("pages/plane/live.js")


@pytest.mark.parametrize(
    ("cost", "events", "times"),
    [
        pytest.param(
            20,
            "shows(); await wait(30); frame(); await wait(600); frame();",
            # half a second after 20, then 60 * 20 = 1200 after 540
            [0, 520, 1740],
            id="after the page, and after a frame",
        ),
        pytest.param(
            50,
            "shows(); await wait(600); frame(); await wait(100); frame();",
            # 60 * 50 is 3000, but at most two seconds after 650
            [0, 600, 2650],
            id="slow drawings",
        ),
        pytest.param(
            5,
            "shows(); await wait(600); frame(); await wait(100); frame();",
            # 60 * 5 is 300, but at least half a second after 605
            [0, 600, 1105],
            id="fast drawings",
        ),
        pytest.param(
            50,
            "shows(); await wait(600); frame(); await wait(100); shows(); await wait(600); frame();",
            # what the page sends in the rest until 2650 is drawn half a second after 650
            [0, 600, 1150, 1700],
            id="the page sends during a long rest",
        ),
        pytest.param(
            50,
            "shows(); await wait(600); frame(); await wait(1000); shows();",
            [0, 600, 1600],
            id="the page sends late in a long rest",
        ),
        pytest.param(
            50,
            "shows(false); await wait(60); frame(); await wait(60); frame();",
            [0, 60, 120],
            id="one that does not rest",
        ),
    ],
)
def test_a_chart_rests_between_its_drawings(cost, events, times):
    browser = BROWSER.replace("COST", str(cost))
    assert value_after(f"{CLOCK}{browser}{SCRIPT}{PAGE}{events} await wait(9000);", "drawn") == times


MAP = """
const said = [];
Object.assign(globalThis, {
  Notes: class { show = nothing; take = ({ marked }) => said.push(marked) },
  pictureIn: ({ weights }) => weights?.map.name,
});
const chart = new Chart(element());
const follow = { since: 0, bind: [["layout.images.0.source", "picture"]] };
const figure = { data: [], layout: { images: [{}] } };
chart.show(new TextEncoder().encode(JSON.stringify({ figure, follow })));
await wait(50);
"""


def test_an_answer_on_a_map_waits_for_the_map_of_its_moment():
    events = """
chart.pressed = {}; // a figure that is dragged is not drawn
give({ marked: "with a map", weights: { map: { name: "map" } }, blobs: { map: [] } });
await wait(50);
const before = [...said];
chart.pressed = null;
chart.refresh();
await wait(50);
give({ marked: "without", blobs: {} });
await wait(50);
"""
    code = f"{CLOCK}{BROWSER.replace('COST', '20')}{SCRIPT}{MAP}{events}"
    assert value_after(code, "[before, said]") == [[], ["with a map"]]


@pytest.mark.parametrize(
    ("pixel", "value", "sent"),
    [
        # 2 across 500 pixels are 0.004 each
        pytest.param(0.004, -0.28367346938775506, -0.284, id="thousandths"),
        # 20 over 370 pixels are 0.054 each, and y falls as the pixels rise
        pytest.param(-20 / 370, 1.2345678, 1.23, id="y"),
        pytest.param(4e-8, 0.123456789, 0.12345679, id="zoomed in"),
        pytest.param(300, 12345.678, 12346, id="a large range"),
    ],
)
def test_a_click_has_the_digits_that_a_pixel_resolves(pixel, value, sent):
    program = f"const matchMedia = () => ({{}}), keeping = () => {{}};{SCRIPT}"
    axis = f"{{ p2d: (pixels) => 5 + pixels * {pixel} }}"
    assert value_after(program, f"resolved({axis}, {value})") == sent
