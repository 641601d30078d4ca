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
globalThis.setInterval = (call, every) => {
  const interval = {};
  const again = () => {
    call();
    if (!interval.hasEnded) interval.timer = setTimeout(again, every);
  };
  interval.timer = setTimeout(again, every);
  return interval;
};
globalThis.clearInterval = (interval) => {
  if (!interval) return;
  interval.hasEnded = true;
  clearTimeout(interval.timer);
};
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
# As much of a document as components ask for, without layout. `draws(data)` is Streamlit's update of the
# component on `page`, `named` finds what it shows by its label or its text, `happen` lets an event happen.
DOCUMENT = """
class Listening {
  heard = [];
  addEventListener(type, take, options) {
    this.heard.push({ type, take, isEarly: options === true || options?.capture === true });
    options?.signal?.addEventListener("abort", () => this.removeEventListener(type, take));
  }
  removeEventListener(type, take) {
    this.heard = this.heard.filter((one) => one.type !== type || one.take !== take);
  }
}
class Element extends Listening {
  parent = null;
  parts = [];
  attributes = {};
  dataset = {};
  style = {};
  hidden = false;
  disabled = false;
  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
  }
  get children() {
    return this.parts.filter((part) => part instanceof Element);
  }
  get textContent() {
    return this.parts.map((part) => part.textContent ?? part).join("");
  }
  set textContent(text) {
    this.replaceChildren(...(text === "" ? [] : [text]));
  }
  get className() {
    return this.attributes.class ?? "";
  }
  set className(names) {
    this.attributes.class = names;
  }
  get classList() {
    const names = () => new Set(this.className.split(" ").filter(Boolean));
    const having = (name, isThere) => {
      const all = names();
      if (isThere) all.add(name);
      else all.delete(name);
      this.className = [...all].join(" ");
    };
    return {
      contains: (name) => names().has(name),
      add: (name) => having(name, true),
      remove: (name) => having(name, false),
      toggle: (name, isThere = !names().has(name)) => having(name, isThere),
    };
  }
  get isConnected() {
    return this === document.body || (this.parent?.isConnected ?? false);
  }
  getRootNode() {
    return document;
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = String(value);
    if (name === "hidden") this.hidden = true;
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  append(...more) {
    for (const part of more) if (part instanceof Element) part.parent = this;
    this.parts.push(...more);
  }
  replaceChildren(...all) {
    for (const child of this.children) child.parent = null;
    this.parts = [];
    this.append(...all);
  }
  remove() {
    if (this.parent) this.parent.parts = this.parent.parts.filter((part) => part !== this);
    this.parent = null;
  }
  contains(other) {
    return all(this).includes(other);
  }
  // a list of tags, classes and attributes, each alone
  matches(selectors) {
    return selectors.split(", ").some((selector) => {
      const [, name, value] = selector.match(/^\\[([\\w-]+)="(.*)"\\]$/) ?? [];
      if (name) return this.attributes[name] === value;
      if (selector[0] === ".") return this.classList.contains(selector.slice(1));
      return this.tagName === selector.toUpperCase();
    });
  }
  querySelector(selector) {
    return all(this).find((one) => one !== this && one.matches(selector)) ?? null;
  }
  closest(selector) {
    return this.matches(selector) ? this : (this.parent?.closest(selector) ?? null);
  }
  click() {
    if (!this.disabled) happen(this, "click");
  }
  focus() {
    document.focused = this;
  }
  blur() {
    document.focused = null;
    happen(this, "focusout");
  }
  select() {
    document.selected = this.value;
  }
  getBoundingClientRect() {
    return { left: 0, right: 0, top: 0, bottom: 0, width: 0, height: 0 };
  }
}
const all = (element) => [element, ...element.children.flatMap(all)];
globalThis.window = globalThis;
const ofWindow = new Listening();
globalThis.addEventListener = ofWindow.addEventListener.bind(ofWindow);
globalThis.removeEventListener = ofWindow.removeEventListener.bind(ofWindow);
globalThis.document = Object.assign(new Listening(), {
  body: new Element("body"),
  documentElement: new Element("html"),
  focused: null,
  selected: null,
  execCommand: () => false,
  createElement: (tag) => new Element(tag),
  createElementNS: (space, tag) => new Element(tag),
});
Object.defineProperty(document, "activeElement", {
  // a browser forgets one that has gone
  get: () => (document.focused?.isConnected ? document.focused : document.body),
});
// of texts without HTML
globalThis.DOMParser = class {
  parseFromString(text) {
    return { body: { textContent: text } };
  }
};
const page = document.createElement("div");
document.documentElement.append(document.body);
document.body.append(page);

// From the window to the target go those that listen early, and back the others.
function happen(target, type, more = {}) {
  const path = [];
  for (let at = target; at instanceof Element; at = at.parent) path.push(at);
  path.push(document, ofWindow);
  let isStopped = false;
  const stop = () => (isStopped = true);
  const stops = { stopPropagation: stop, stopImmediatePropagation: stop };
  const event = { type, target, composedPath: () => path, preventDefault() {}, ...stops, ...more };
  const heard = (at, early) => at.heard.filter((one) => one.type === type && one.isEarly === early);
  for (const at of [...path].reverse()) for (const { take } of heard(at, true)) isStopped || take(event);
  for (const at of path) for (const { take } of heard(at, false)) isStopped || take(event);
}

function named(name) {
  return all(page).find(
    ({ attributes, children, textContent }) =>
      attributes["aria-label"] === name || (children.length === 0 && textContent === name),
  );
}

const sent = []; // what the component has sent to Streamlit, and when
const send = (name, value) => sent.push([Math.round(performance.now()), name, value]);
const draws = (data) => update({ parentElement: page, data, setTriggerValue: send, setStateValue: send });
"""
# The live channel, for a component that follows a run: `give(frame)` brings one as long as it does.
CHANNEL = """
let give = null;
const channelOfTab = {
  follow(followed, take) {
    give = take;
    return () => (give = null);
  },
};
const channel = () => channelOfTab;
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


def component(*paths: str) -> str:
    """Return a component's scripts on a page of their own: its styles, a clock, `DOCUMENT` and `update`."""
    shared = scripts("pages/channel/component.js", *paths).replace("export default", "const update =")
    return f"{CLOCK}{DOCUMENT}{STYLES}{shared}"


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
