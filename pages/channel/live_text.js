// Text whose values come with the frames of a run; live_text.py describes `data`.

export default keeping(
  (parent) => new Text(parent),
  (text, { data, setTriggerValue }) => {
    text.report = () => setTriggerValue("changed", true);
    text.root.onclick = ({ target }) => {
      const button = target.closest("[data-press]");
      if (!button) return;
      const { press, shows } = button.dataset;
      setTriggerValue("pressed", press);
      presses().atRest(() => document.querySelector(shows)?.scrollIntoView({ block: "nearest" }));
    };
    text.show(data);
  },
);

class Text {
  constructor(parent) {
    this.root = document.createElement("div");
    this.root.className = "polycore-text";
    parent.append(this.root);
  }

  show(data) {
    const { html, follow, halts } = data;
    if (html !== this.html) this.root.innerHTML = html;
    this.html = html;
    this.data = data;
    this.reported = null;
    this.frame = null;
    this.leave?.();
    const fill = (frame) => this.fill(frame);
    this.leave = follow && channel().follow(follow, fill, (forGood) => this.lose(forGood));
    if (follow) presses().halts.set(this, { run: follow.run, buttons: halts });
    else presses().halts.delete(this);
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
    if (this.news() !== null) this.giveUp ??= presses().atRest(() => this.reportNews());
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
    for (const image of this.root.querySelectorAll("[data-lane]")) {
      const { lane, colors } = image.dataset;
      const source = pictureIn(frame, JSON.parse(colors), lane);
      if (source === undefined) continue;
      image.setAttribute("href", source);
      image.parentElement.setAttribute("aria-label", frame.lanes[lane].map_alt);
    }
  }

  // Most changes follow a press, and the page that Streamlit draws for it shows them.
  reportNews() {
    this.giveUp = null;
    const news = this.news();
    if (news === null || news === this.reported) return;
    this.reported = news; // once, and again if the page that is drawn then has not noticed it
    this.report();
  }

  // What the latest frame says and the page does not show; null if there is nothing.
  news() {
    if (this.frame === null) return null;
    const { follow, reports, until } = this.data;
    const isReached = until !== "" && valueAt(this.frame, until) === true;
    const isNews = isReached || (reports && this.frame.active !== follow.active);
    return isNews ? `${this.frame.run} ${this.frame.generation} ${isReached}` : null;
  }

  // What is shown may be long past: the next frame says how the run stands. If there will be none, a page that is drawn
  // again has another address.
  lose(forGood) {
    if (forGood && this.data.reports) this.report();
    for (const status of this.root.querySelectorAll("[data-value=status]")) status.textContent = "Disconnected";
  }

  end() {
    this.leave?.();
    this.giveUp?.();
    presses().halts.delete(this);
    this.root.remove();
  }
}

function valueAt(frame, path) {
  return path.split(".").reduce((value, name) => value?.[name], frame);
}
