// Draws a network as columns of neurons with lines between them; network_picture.py builds the `data`.

const SIDE = 30; // pixels on the left and right for the names of inputs and outputs
const TALLEST = 46; // pixels from one neuron to the next
const GAP = matchMedia("(pointer: coarse)").matches ? 2 : 5; // touch targets are 24 pixels or more: NARROW_ROW less this gap
const FAINTEST = 0.02; // share of the largest weight; fainter lines are not drawn

export default keeping(
  (parent) => new Picture(parent),
  (picture, { data, setTriggerValue }) => {
    picture.choose = ({ layer, index }) => setTriggerValue("choose", { layer, index });
    picture.show(data);
  },
);

class Picture {
  constructor(parent) {
    this.root = element("div", { class: "network", role: "group" });
    this.canvas = element("canvas", { "aria-hidden": "true" });
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  show(data) {
    const text = new TextDecoder().decode(data);
    if (text === this.text) return;
    const { network, follow } = JSON.parse(text);
    this.text = text;
    this.leave?.();
    this.showNetwork(network);
    this.leave = follow && channel().follow(follow, (frame) => this.take(frame));
  }

  // A frame has the network as JSON too, apart from its header: other components need not read it.
  take({ blobs: { network } }) {
    if (!network) return;
    this.text = null; // what the page says next is to be shown, even if it said the same before
    this.showNetwork(JSON.parse(new TextDecoder().decode(network)));
  }

  showNetwork(network) {
    this.data = network;
    this.root.setAttribute("aria-label", `${this.data.alt} Arrow keys move from neuron to neuron, Enter chooses.`);
    // if only values have changed, the elements stay, and with them the keyboard focus
    const keys = this.data.columns.map(({ neurons }) => neurons.map(({ key }) => key)).join();
    if (keys !== this.keys) this.build();
    this.keys = keys;
    this.fill();
    this.layOut();
  }

  build() {
    const focused = this.root.getRootNode().activeElement?.dataset?.key;
    this.headings = this.data.columns.map(() => element("div", { class: "heading" }));
    this.neurons = this.data.columns.map(({ neurons }, column) => neurons.map((_, row) => this.neuron(column, row)));
    this.names = new Map();
    for (const neuron of this.neurons.flat()) this.names.set(neuron, element("span", { class: "name", "aria-hidden": "true" }));
    this.root.replaceChildren(this.canvas, ...this.headings, ...this.neurons.flat(), ...this.names.values());
    if (focused) this.root.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  neuron(column, row) {
    if (column === 0) return element("div", { class: "neuron", role: "img" });
    const neuron = element("button", { class: "neuron", type: "button", tabindex: -1 });
    neuron.addEventListener("click", () => this.choose(this.data.columns[column].neurons[row]));
    return neuron;
  }

  fill() {
    this.data.columns.forEach(({ title, note, neurons }, column) => {
      const small = element("small", {});
      small.textContent = note ?? "";
      this.headings[column].replaceChildren(title, small);
      neurons.forEach((values, row) => this.fillOne(this.neurons[column][row], values, column));
    });
    const buttons = this.neurons.slice(1).flat();
    if (!buttons.some((button) => button.tabIndex === 0))
      (buttons.find((button) => button.ariaPressed === "true") ?? buttons[0]).tabIndex = 0;
  }

  fillOne(neuron, values, column) {
    neuron.dataset.key = values.key;
    neuron.title = values.label;
    neuron.setAttribute("aria-label", values.label);
    neuron.style.backgroundImage = `url(${values.image})`;
    neuron.style.borderColor = values.color || "";
    neuron.classList.toggle("dead", Boolean(values.dead));
    if (column > 0) neuron.setAttribute("aria-pressed", String(values.chosen));
    this.names.get(neuron).textContent = values.text;
  }

  // Positions everything for the current width.
  layOut() {
    const [width, height] = [this.root.clientWidth, this.root.clientHeight];
    if (!this.data || !width) return;
    const { columns, heading } = this.data;
    const spacing = (width - 2 * SIDE) / columns.length;
    this.boxes = columns.map(({ neurons }, column) => {
      const pitch = Math.min(TALLEST, (height - heading) / neurons.length);
      const [w, h] = [Math.min(((pitch - GAP) * 4) / 3, spacing * 0.6), pitch - GAP];
      const x = SIDE + spacing * (column + 0.5);
      const top = heading + (height - heading - pitch * neurons.length) / 2;
      return neurons.map((_, row) => ({ x, y: top + pitch * (row + 0.5), w, h }));
    });
    this.boxes.forEach((boxes, column) => {
      this.headings[column].style.left = `${boxes[0].x}px`;
      boxes.forEach((box, row) => this.positionOne(this.neurons[column][row], box, column));
    });
    this.draw(width, height);
  }

  positionOne(neuron, { x, y, w, h }, column) {
    Object.assign(neuron.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
    const name = this.names.get(neuron);
    name.style.top = `${y}px`;
    if (column === 0) name.style.right = `${this.root.clientWidth - x + w / 2 + 6}px`;
    else name.style.left = `${x + w / 2 + 6}px`;
  }

  draw(width, height) {
    const scale = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [width * scale, height * scale];
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    this.data.links.forEach((weights, column) =>
      weights.forEach((row, from) => row.forEach((weight, to) => this.line(pen, weight, column, from, to))),
    );
    this.data.columns.slice(1).forEach(({ neurons }, column) =>
      neurons.forEach(({ bias }, row) => this.dot(pen, bias, this.boxes[column + 1][row])),
    );
  }

  line(pen, weight, column, from, to) {
    const size = Math.abs(weight);
    if (size < FAINTEST) return;
    const { columns } = this.data;
    const touches = columns[column].neurons[from].chosen || columns[column + 1].neurons[to].chosen;
    const [start, end] = [this.boxes[column][from], this.boxes[column + 1][to]];
    const [left, right] = [start.x + start.w / 2, end.x - end.w / 2];
    pen.strokeStyle = this.color(weight);
    pen.globalAlpha = touches ? 0.25 + 0.75 * size : 0.03 + 0.35 * size;
    pen.lineWidth = 0.5 + 2.5 * size;
    pen.beginPath();
    pen.moveTo(left, start.y);
    pen.bezierCurveTo((left + right) / 2, start.y, (left + right) / 2, end.y, right, end.y);
    pen.stroke();
  }

  dot(pen, bias, { x, y, w, h }) {
    if (!bias) return;
    pen.globalAlpha = 1;
    pen.fillStyle = this.color(bias);
    pen.beginPath();
    pen.arc(x - w / 2 - 4, y + h / 2 - 2, 1 + 2.5 * Math.abs(bias), 0, 2 * Math.PI);
    pen.fill();
  }

  color(value) {
    return this.data.colors[value < 0 ? 0 : 1];
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const column = this.neurons.findIndex((neurons) => neurons.includes(event.target));
    if (!(event.key in moves) || column < 1) return;
    event.preventDefault();
    const [right, down] = moves[event.key];
    const beside = Math.min(this.neurons.length - 1, Math.max(1, column + right));
    const share = (this.neurons[column].indexOf(event.target) + 0.5) / this.neurons[column].length;
    const rows = this.neurons[beside].length;
    const row = right ? Math.floor(share * rows) : this.neurons[column].indexOf(event.target) + down;
    const next = this.neurons[beside][Math.min(rows - 1, Math.max(0, row))];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  end() {
    this.leave?.();
    this.observer.disconnect();
    this.root.remove();
  }
}
