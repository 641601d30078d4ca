"""A clock that counts in the browser, without a request to the server each second."""

import streamlit as st

_CSS = ".polycore-clock { font: inherit; font-variant-numeric: tabular-nums; }"
_JS = """
const clocks = new WeakMap();

export default function ({ parentElement, data }) {
  let clock = clocks.get(parentElement);
  if (!clock) {
    clock = { text: document.createElement("span") };
    clock.text.className = "polycore-clock";
    clock.text.setAttribute("role", "timer");
    parentElement.append(clock.text);
    clocks.set(parentElement, clock);
  }
  const start = performance.now() - 1000 * data.seconds;
  const show = () => (clock.text.textContent = `${Math.floor((performance.now() - start) / 1000)} s`);
  clearInterval(clock.interval);
  clock.interval = setInterval(show, 200);
  show();
  return () => clearInterval(clock.interval);
}
"""

_component = st.components.v2.component("polycore_clock", css=_CSS, js=_JS, isolate_styles=False)


def draw(seconds: float, key: str) -> None:
    """Draw a running clock that shows `seconds` now."""
    _component(key=key, data={"seconds": seconds}, width="content")
