// The layers of a network with + and − for each, and for their number; layer_diagram.py describes `data`.

const DOTS = 6; // of a layer, at most: the number is below them
const BESIDE = 52; // pixels for the buttons of the number of layers
const [TOP, DOTS_HEIGHT, HEIGHT] = [24, 48, 112]; // pixels

export default keeping(
  (parent) => new Diagram(parent),
  (diagram, { data, setTriggerValue }) => {
    diagram.choose = (hidden) => setTriggerValue("hidden", hidden);
    diagram.show(data);
  },
);

class Diagram {
  constructor(parent) {
    this.root = element("div", { class: "diagram" });
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.root);
  }

  show(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    if (!this.data || this.root.clientWidth === 0) return;
    const { inputs, hidden, sizes, most, outputs } = this.data;
    const focused = this.root.contains(deepActive()) && deepActive().getAttribute("aria-label");
    const widths = [inputs.length, ...hidden, outputs];
    const named = inputs.length > 2 ? String(inputs.length) : inputs.join(", ");
    const step = (this.root.clientWidth - BESIDE) / widths.length;
    const x = (column) => step * (column + 0.5);
    this.root.replaceChildren(lines(widths, x, this.root.clientWidth));
    widths.forEach((width, column) => this.text(x(column), column === 0 ? named : String(width), TOP + DOTS_HEIGHT));
    hidden.forEach((width, layer) => {
      const changed = (size) => hidden.with(layer, size);
      const [more, less] = [sizes.find((size) => size > width), sizes.findLast((size) => size < width)];
      this.button(x(layer + 1), 0, "+", `Layer ${layer + 1}: more neurons`, more && changed(more));
      this.button(x(layer + 1), HEIGHT - 22, "−", `Layer ${layer + 1}: fewer neurons`, less && changed(less));
    });
    const another = hidden.length < most && [...hidden, hidden.at(-1) ?? 8];
    this.button(0, 0, "+", "Add a layer", another, "layer");
    this.button(0, HEIGHT - 22, "−", "Remove the last layer", hidden.length > 0 && hidden.slice(0, -1), "layer");
    if (focused) this.root.querySelector(`[aria-label="${focused}"]`)?.focus();
  }

  text(x, text, top) {
    this.root.append(element("span", { style: `left: ${x}px; top: ${top}px` }, text));
  }

  button(x, top, sign, label, hidden, kind = "") {
    const style = `left: ${kind ? "auto" : `${x}px`}; top: ${top}px`;
    const look = { type: "button", class: kind, "aria-label": label, title: label, style };
    const button = element("button", look, kind ? `${sign} layer` : sign);
    button.disabled = !hidden;
    button.addEventListener("click", () => {
      this.show({ ...this.data, hidden }); // at once: a second press counts from here
      this.choose(hidden);
    });
    this.root.append(button);
  }

  end() {
    this.observer.disconnect();
    this.root.remove();
  }
}

function deepActive() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

// The dots of each layer, and lines from each to the dots of the next.
function lines(widths, x, width) {
  const svg = shape("svg", { width, height: HEIGHT, "aria-hidden": true });
  const places = widths.map((count, column) => {
    const shown = Math.min(DOTS, count);
    const gap = DOTS_HEIGHT / (DOTS + 0.5);
    const first = TOP + DOTS_HEIGHT / 2 - ((shown - 1) * gap) / 2;
    return Array.from({ length: shown }, (_, i) => [x(column), first + i * gap]);
  });
  for (let column = 0; column + 1 < places.length; column++)
    for (const [x1, y1] of places[column])
      for (const [x2, y2] of places[column + 1]) svg.append(shape("line", { x1, y1, x2, y2 }));
  for (const [cx, cy] of places.flat()) svg.append(shape("circle", { cx, cy, r: 3 }));
  return svg;
}
