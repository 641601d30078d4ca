"""A clock that counts in the browser, without a request to the server each second."""

from pages.channel import component

_CSS = ".polycore-clock { font: inherit; font-variant-numeric: tabular-nums; }"
_JS = """
export default keeping(
  (parent) => new Clock(parent),
  (clock, { data }) => clock.show(data.seconds),
);

class Clock {
  constructor(parent) {
    this.text = document.createElement("span");
    this.text.className = "polycore-clock";
    this.text.setAttribute("role", "timer");
    parent.append(this.text);
    this.interval = setInterval(() => this.draw(), 200);
  }

  show(seconds) {
    this.start = performance.now() - 1000 * seconds;
    this.draw();
  }

  draw() {
    this.text.textContent = `${Math.floor((performance.now() - this.start) / 1000)} s`;
  }

  end() {
    clearInterval(this.interval);
    this.text.remove();
  }
}
"""

_component = component.Component("polycore_clock", css=_CSS, script=_JS, isolate_styles=False)


def draw(seconds: float, key: str) -> None:
    """Draw a running clock that shows `seconds` now."""
    _component.draw(key=key, data={"seconds": seconds}, width="content")
