// Draws points on the plane; own_points.py describes `data`.
//
// What the user draws is shown at once. Each stroke is an operation with a number; it is sent, again with each later
// one, until the server says that it was applied. So a stroke is neither lost nor applied twice, whatever comes first.

const NEAR = 14; // pixels: how near to a point the eraser must come
const APART = 16; // pixels between the points of one stroke
// Around the plane, in pixels: the values along an axis and its name stand outside, so that the two values of a corner,
// which may be equal, do not meet.
const ABOVE = 10;
const UNDER = 42;
const BESIDE = 16;
const NAME_WIDTH = 18; // of the name of the y axis, which stands upright
const GAP = 5;
const FONT = "12px sans-serif";
const PARTS = 5; // of an axis, at most, between its ticks
const HINT = "Click or drag here to draw points of the class chosen above, then choose another class.";

// What Undo could take back on the previous plane; `pen` and `number` belong to the last operation there.
let lastUndo = null;

export default keeping(
  (parent) => new Drawing(parent),
  (drawing, { data, setTriggerValue }) => {
    drawing.send = (drawn) => setTriggerValue("drawn", drawn);
    drawing.show(data);
  },
);

class Drawing {
  constructor(parent) {
    this.pen = crypto.getRandomValues(new Uint32Array(2)).join("-");
    [this.number, this.keys] = [0, 0];
    [this.waiting, this.done] = [[], []]; // operations that are not applied yet; those that Undo takes back
    [this.label, this.erasing] = [0, false];
    this.tools = element("div", { class: "tools", role: "toolbar", "aria-label": "Drawing tools" });
    this.canvas = element("canvas", { role: "img" });
    // over the plane: beside it, the plane would move with the first point
    this.hint = element("p", {}, HINT);
    this.root = element("div", { class: "drawing" }, this.tools, this.canvas, this.hint);
    parent.append(this.root);
    this.listening = new AbortController();
    const on = (name, action) => this.canvas.addEventListener(name, action, { signal: this.listening.signal });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) on(name, () => this.lift());
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.canvas);
    this.theme = matchMedia("(prefers-color-scheme: dark)");
    this.theme.addEventListener("change", () => this.paint(), { signal: this.listening.signal });
  }

  show(data) {
    // another page was shown meanwhile, and nothing has changed the points since
    if (!this.data && lastUndo?.pen === data.pen && lastUndo.number === data.applied) this.done = lastUndo.done;
    this.data = data;
    if (data.pen === this.pen) this.waiting = this.waiting.filter(({ number }) => number > data.applied);
    if (this.label >= data.names.length) this.label = 0;
    const known = data.points.map(([key, x, y, label]) => ({ key, x, y, label }));
    if (!this.stroke) this.points = this.waiting.reduce(applied, known);
    this.drawTools();
    this.paint();
  }

  drawTools() {
    const { names, colors } = this.data;
    const focused = this.root.getRootNode().activeElement?.dataset?.tool;
    const classes = names.map((name, label) =>
      this.tool(name, `class ${label}`, () => Object.assign(this, { label, erasing: false }), {
        pressed: !this.erasing && label === this.label,
        color: colors[label],
      }),
    );
    const erase = this.tool("Erase", "erase", () => (this.erasing = true), { pressed: this.erasing });
    const undo = this.tool("Undo", "undo", () => this.undo(), { disabled: this.done.length === 0 });
    const clear = this.tool("Clear", "clear", () => this.clear(), { disabled: this.points.length === 0 });
    const count = this.points.length === 1 ? "1 point" : `${this.points.length.toLocaleString("en")} points`;
    this.tools.replaceChildren(...classes, erase, undo, clear, element("span", {}, count));
    if (focused) this.tools.querySelector(`[data-tool="${focused}"]`)?.focus();
  }

  tool(text, name, action, { pressed, color, disabled = false }) {
    const button = element("button", { type: "button", "data-tool": name }, text);
    button.disabled = disabled;
    if (pressed !== undefined) button.setAttribute("aria-pressed", pressed);
    if (color) button.prepend(element("i", { style: `background: ${color}` }));
    button.addEventListener("click", () => {
      action();
      this.drawTools();
      this.paint();
    });
    return button;
  }

  press(event) {
    if (event.button !== 0 || !this.data) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = { added: [], erased: [], last: null };
    this.reach(event);
  }

  move(event) {
    if (!this.stroke) return;
    for (const passed of event.getCoalescedEvents?.() ?? [event]) this.reach(passed);
  }

  reach(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (this.erasing) this.eraseNear(x, y);
    else this.addAt(x, y);
    this.paint();
  }

  addAt(x, y) {
    const { last } = this.stroke;
    if (last && Math.hypot(x - last[0], y - last[1]) < APART) return;
    if (this.points.length >= this.data.most) return;
    const { left, top, width, height } = this.plane;
    const { steps, window: [xs, ys] } = this.data;
    const index = (share) => Math.min(steps, Math.max(0, Math.round(share * steps)));
    const [column, row] = [index((x - left) / width), index(1 - (y - top) / height)];
    const at = ([low, high], place) => low + ((high - low) * place) / steps;
    const key = `${this.pen}-${++this.keys}`;
    const point = { key, x: at(xs, column), y: at(ys, row), label: this.label, place: [column, row] };
    this.stroke.last = [x, y];
    this.stroke.added.push(point);
    this.points = [...this.points, point];
  }

  eraseNear(x, y) {
    const near = this.points.filter((point) => {
      const [px, py] = this.pixel(point);
      return Math.hypot(x - px, y - py) <= NEAR;
    });
    if (near.length === 0) return;
    this.stroke.erased.push(...near);
    this.points = this.points.filter((point) => !near.includes(point));
  }

  lift() {
    if (!this.stroke) return;
    const { added, erased } = this.stroke;
    this.stroke = null;
    if (added.length || erased.length) this.operate({ added, erased });
    this.drawTools();
  }

  operate({ added = [], erased = [] }) {
    this.done.push({ erased: added, restored: erased });
    this.enqueue({ added, erased, restored: [] });
  }

  enqueue(operation) {
    this.waiting.push({ number: ++this.number, ...operation });
    const keys = (points) => points.map(({ key }) => key);
    const operations = this.waiting.map(({ number, added, erased, restored }) => ({
      number,
      add: added.map(({ key, place, label }) => [key, ...place, label]),
      erase: keys(erased),
      restore: keys(restored),
    }));
    this.send({ pen: this.pen, operations });
  }

  undo() {
    const { erased, restored } = this.done.pop();
    const operation = { added: [], erased, restored };
    this.points = applied(this.points, operation);
    this.enqueue(operation);
  }

  clear() {
    const erased = this.points;
    this.points = [];
    this.operate({ erased });
  }

  pixel({ x, y }) {
    const { left, top, width, height } = this.plane;
    const [[first, last], [low, high]] = this.data.window;
    return [left + ((x - first) / (last - first)) * width, top + (1 - (y - low) / (high - low)) * height];
  }

  paint() {
    if (!this.data || this.canvas.clientWidth === 0) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * scale, height: height * scale });
    const paper = this.canvas.getContext("2d");
    paper.scale(scale, scale);
    this.place(paper, width, height);
    this.paintAxes(paper);
    this.hint.hidden = this.points.length > 0;
    for (const point of this.points) {
      const [x, y] = this.pixel(point);
      paper.fillStyle = this.data.colors[point.label];
      paper.beginPath();
      paper.arc(x, y, 5, 0, 2 * Math.PI);
      paper.fill();
    }
    const counts = this.data.names.map((name, label) => `${name} ${this.points.filter((one) => one.label === label).length}`);
    this.canvas.setAttribute("aria-label", `The plane with your points: ${counts.join(", ")}.`);
  }

  // Where the plane is on the canvas: its left has room for the longest value along the y axis.
  place(paper, width, height) {
    paper.font = FONT;
    const texts = axisTicks(this.data.window[1]).map(String);
    const left = Math.ceil(NAME_WIDTH + Math.max(...texts.map((text) => paper.measureText(text).width)) + 2 * GAP);
    this.plane = { left, top: ABOVE, width: width - left - BESIDE, height: height - ABOVE - UNDER };
  }

  paintAxes(paper) {
    const { left, top, width, height } = this.plane;
    const [xs, ys] = this.data.window;
    paper.strokeStyle = "rgba(128, 128, 128, 0.75)";
    paper.fillStyle = getComputedStyle(this.root).color;
    paper.font = FONT;
    for (const value of axisTicks(xs)) {
      const [at] = this.pixel({ x: value, y: ys[0] });
      this.line(paper, value, [at, top], [at, top + height]);
      this.write(paper, value, at, top + height + 8, "center", "top");
    }
    for (const value of axisTicks(ys)) {
      const [, at] = this.pixel({ x: xs[0], y: value });
      this.line(paper, value, [left, at], [left + width, at]);
      this.write(paper, value, left - GAP, at, "right", "middle");
    }
    paper.globalAlpha = 0.5;
    paper.strokeRect(left, top, width, height);
    paper.globalAlpha = 1;
    const [across, up] = this.data.axes;
    this.write(paper, across, left + width / 2, top + height + 24, "center", "top", width);
    paper.save();
    paper.translate(4, top + height / 2);
    paper.rotate(-Math.PI / 2);
    this.write(paper, up, 0, 0, "center", "top", height);
    paper.restore();
  }

  line(paper, value, from, to) {
    paper.globalAlpha = value === 0 ? 0.8 : 0.25;
    paper.beginPath();
    paper.moveTo(...from);
    paper.lineTo(...to);
    paper.stroke();
    paper.globalAlpha = 1;
  }

  write(paper, text, x, y, align, baseline, most) {
    [paper.textAlign, paper.textBaseline] = [align, baseline];
    paper.fillText(String(text).replace(/^-/, typeof text === "number" ? "−" : "-"), x, y, most);
  }

  end() {
    // a plane on which nothing was drawn leaves the list as it found it
    if (this.number > 0) lastUndo = { pen: this.pen, number: this.number, done: this.done };
    this.listening.abort();
    this.observer.disconnect();
    this.root.remove();
  }
}

// The points after an operation.
function applied(points, { added, erased, restored }) {
  const gone = new Set(erased.map(({ key }) => key));
  const [kept, known] = [points.filter(({ key }) => !gone.has(key)), new Set(points.map(({ key }) => key))];
  return [...kept, ...[...restored, ...added].filter(({ key }) => !known.has(key))];
}

function axisTicks([low, high]) {
  return spacedTicks(low, high, (high - low) / PARTS);
}
