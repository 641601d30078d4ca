"""How long a chart beside a map rests between its drawings."""

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
