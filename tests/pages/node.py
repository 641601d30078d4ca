"""Our browsers' scripts, run by Node.js."""

import json
import subprocess
from typing import Any

from tests.examples.programs import NODE

# What a component's script needs before it: its styles. Each sheet notes its text.
STYLES = """
const STYLES = "p { margin: 0 }";
globalThis.CSSStyleSheet = class {
  replaceSync(text) {
    this.text = text;
  }
};
"""
# A clock of a program's own. `await wait(ms)` lets that time pass, with what then happens.
CLOCK = """
let now = 0;
const timers = new Set();
Object.defineProperty(globalThis, "performance", { value: { now: () => now } });
globalThis.setTimeout = (call, after = 0) => {
  const timer = { call, at: now + after };
  timers.add(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => timers.delete(timer);
const calls = () => new Promise(setImmediate); // all that wait for nothing but others
async function wait(milliseconds) {
  const end = now + milliseconds;
  await calls();
  for (;;) {
    const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    timers.delete(due);
    now = Math.max(now, due.at);
    due.call();
    await calls();
  }
  now = Math.max(now, end);
}
"""


def printed(program: str) -> Any:
    """Return the JSON that the module prints."""
    done = subprocess.run(
        [NODE, "--input-type=module", "-"],
        input=program,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)
