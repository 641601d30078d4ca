// Text whose values come with the frames of a run; live_text.py describes `data`.

const REST_MS = 100; // from when Streamlit says that a page is drawn until its last parts are
const PRESS_MS = 500; // from a press until Streamlit says that it draws the page for it

export default keeping(
  (parent) => new Text(parent),
  (text, { data, setTriggerValue }) => {
    text.report = () => setTriggerValue("changed", true);
    text.show(data);
  },
);

class Text {
  constructor(parent) {
    this.root = document.createElement("div");
    this.root.className = "polycore-text";
    parent.append(this.root);
    this.pressedAt = -PRESS_MS;
    document.addEventListener("click", this.press, true);
    document.addEventListener("keydown", this.notePress, true);
  }

  notePress = () => (this.pressedAt = performance.now());

  // Pause and Stop go over the socket too: Streamlit's answer is seen only after a browser has drawn for 50 to 150 ms.
  press = ({ target }) => {
    this.notePress();
    const { halts, follow } = this.data ?? {};
    if (!follow) return;
    for (const [key, how] of Object.entries(halts))
      if (target.closest(`.st-key-${key} button:enabled`)) this.halted = channel().halt(follow.run, how);
  };

  show(data) {
    const { html, follow } = data;
    if (html !== this.html) this.root.innerHTML = html;
    this.html = html;
    this.data = data;
    this.reported = null;
    this.halted = false;
    this.frame = null;
    this.leave?.();
    const fill = (frame) => this.fill(frame);
    this.leave = follow && channel().follow(follow, fill, (forGood) => this.lose(forGood));
  }

  fill(frame) {
    this.html = null; // what the page says next is to be shown, even if it said the same before
    for (const element of this.root.querySelectorAll("[data-value]")) {
      const value = valueAt(frame, element.dataset.value);
      if (value === undefined) continue;
      if (element.textContent !== value) element.textContent = value;
      element.hidden = value === "";
    }
    for (const row of this.root.querySelectorAll("[data-values]")) {
      const values = valueAt(frame, row.dataset.values);
      row.querySelectorAll("td").forEach((cell, i) => {
        if (values && cell.textContent !== values[i]) cell.textContent = values[i];
      });
    }
    this.fillLooks(frame);
    this.frame = frame;
    if (!this.waiting) this.reportChange(false);
  }

  fillLooks(frame) {
    const each = (name, change) => {
      for (const element of this.root.querySelectorAll(`[data-${name}]`)) {
        const value = valueAt(frame, element.dataset[name]);
        if (value !== undefined) change(element, value);
      }
    };
    each("width", (element, share) => {
      element.style.width = `${share}%`;
      element.parentElement.setAttribute("aria-valuenow", Math.round(share));
    });
    each("color", (element, color) => (element.style.background = color));
    each("picture", (image, { source, alt }) => Object.assign(image, { src: source, alt }));
  }

  // Most changes follow a press, and the page that Streamlit draws for it shows them. So a change is reported only if a
  // page at rest does not show it a moment later.
  reportChange(wasAtRest) {
    this.waiting = null;
    const change = this.change();
    if (change === null || change === this.reported) return;
    const isDrawn = document.querySelector(".stApp").dataset.testScriptState === "notRunning";
    const isAtRest = isDrawn && performance.now() - this.pressedAt >= PRESS_MS;
    if (wasAtRest && isAtRest) {
      this.reported = change; // once, and again if the page that is drawn then has not noticed it
      this.report();
    } else {
      this.waiting = setTimeout(() => this.reportChange(isAtRest), REST_MS);
    }
  }

  // What the latest frame says and the page does not show; null if there is nothing.
  change() {
    if (this.frame === null || this.halted) return null; // Streamlit has the press too, and draws the page anew
    const { follow, reports, until } = this.data;
    const isReached = until !== "" && valueAt(this.frame, until) === true;
    const isNews = isReached || (reports && this.frame.active !== follow.active);
    return isNews ? `${this.frame.run} ${this.frame.generation} ${isReached}` : null;
  }

  // What is shown may be long past: the next frame says how the run stands. If there will be none, a page that is drawn
  // anew has another address.
  lose(forGood) {
    if (forGood && this.data.reports) this.report();
    for (const status of this.root.querySelectorAll("[data-value=status]")) status.textContent = "Disconnected";
  }

  end() {
    this.leave?.();
    clearTimeout(this.waiting);
    document.removeEventListener("click", this.press, true);
    document.removeEventListener("keydown", this.notePress, true);
    this.root.remove();
  }
}

function valueAt(frame, path) {
  return path.split(".").reduce((value, name) => value?.[name], frame);
}
