"""Our browsers' scripts, run by Node.js."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

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


def program() -> str:
    """Return where Node.js is. Skips the test if it is not installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js here")
    return node


def scripts(*paths: str) -> str:
    """Return the text of the scripts, whose paths begin at the repository."""
    return "".join((ROOT / path).read_text(encoding="utf-8") for path in paths)


def value_after(statements: str, expression: str) -> Any:
    """Return the value of an expression in a module after these statements, as JSON has it."""
    done = subprocess.run(
        [program(), "--input-type=module", "-"],
        input=f"{statements}\nconsole.log(JSON.stringify({expression}));",
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)
