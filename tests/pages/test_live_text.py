"""When text that follows a run asks for another drawing of the page: if no other would show a change."""

import pytest

from pages.channel import component
from tests.examples.programs import NODE, ROOT
from tests.pages.node import printed

# A browser with a clock of its own. `wait(ms)` lets that time pass.
BROWSER = """
let now = 0, give, latest, sequence = 0;
const timers = new Set(), listeners = {}, reports = [];
const app = { dataset: { testScriptState: "notRunning" } };
const nothing = () => {};
const some = () => ({ append: nothing, remove: nothing, querySelectorAll: () => [] });
Object.defineProperty(globalThis, "performance", { value: { now: () => now } });
globalThis.setTimeout = (call, after = 0) => {
  const timer = { call, at: now + after };
  timers.add(timer);
  return timer;
};
globalThis.document = {
  createElement: some,
  querySelector: () => app,
  addEventListener: (type, listener) => (listeners[type] = listener),
};
function channel() {
  return {
    follow(address, run, fill) {
      give = fill;
      if (latest) fill(latest);
      return nothing;
    },
  };
}
function wait(milliseconds) {
  const end = now + milliseconds;
  for (;;) {
    const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    timers.delete(due);
    now = due.at;
    due.call();
  }
  now = end;
}
"""
PAGE = """
const parentElement = { isConnected: true, append: nothing };
function draws(active) {
  const data = { html: "", follow: { since: 0, active }, reports: true, until: "", halts: {} };
  text({ parentElement, data, setTriggerValue: () => reports.push(now) });
}
const frame = (active, generation) => give((latest = { run: "a", sequence: sequence++, active, generation }));
const press = () => listeners.click({ target: {} });
const begins = () => (app.dataset.testScriptState = "running");
const ends = () => (app.dataset.testScriptState = "notRunning");
"""
SCRIPT = (
    (ROOT / "pages/channel/live_text.js")
    .read_text(encoding="utf-8")
    .replace("export default", "const text =")
)
PRESS = "draws(false); press(); wait(20); frame(true, 1);"


@pytest.mark.parametrize(
    ("events", "reports"),
    [
        pytest.param("draws(true); frame(true, 1); wait(9000);", [], id="nothing changes"),
        pytest.param("draws(true); wait(1000); frame(false, 2); wait(9000);", [1100], id="it ends"),
        pytest.param(
            "draws(true); frame(false, 2); wait(900); begins(); draws(true); wait(50); ends(); wait(9000);",
            [100, 1100],
            id="the page that is drawn for its end has not noticed it",
        ),
        pytest.param(
            f"{PRESS} wait(10); begins(); wait(30); draws(true); wait(90); ends(); wait(9000);",
            [],
            id="a press",
        ),
        pytest.param(
            f"{PRESS} wait(450); begins(); wait(30); draws(true); wait(90); ends(); wait(9000);",
            [],
            id="a press on a server that is busy",
        ),
        pytest.param(
            f"{PRESS} wait(10); begins(); wait(700); ends(); wait(90); draws(true); wait(9000);",
            [],
            id="a press in a browser that is busy",
        ),
        pytest.param(f"{PRESS} wait(9000);", [620], id="a press that draws nothing"),
        pytest.param(
            f"{PRESS} begins(); draws(true); wait(100); frame(false, 2); wait(370); ends(); wait(9000);",
            [620],
            id="a press whose run ends while the page is drawn",
        ),
    ],
)
@pytest.mark.skipif(NODE is None, reason="there is no Node.js here")
def test_a_change_is_reported_if_a_page_at_rest_does_not_show_it(events, reports):
    program = f"{BROWSER}{component.SCRIPT}{SCRIPT}{PAGE}{events} console.log(JSON.stringify(reports));"
    assert printed(program) == reports
