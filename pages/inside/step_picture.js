// Draws a step around one neuron: what comes in on the left, where it leads on the right, and maps of the plane below.
// step_picture.py builds the `data`. All that can be pressed is a button: Tab goes from one to the next.

const NARROW = 620; // pixels: below, names and numbers stand under the neurons
const PITCH = { wide: 38, narrow: 68 };
const WIDEST = 15; // pixels of a line
const BACK = "Back";
const SAID_BY_BUTTON = { "aria-hidden": "true" };

export default keeping(
  (parent) => new Step(parent),
  (step, { data, setTriggerValue }) => {
    step.choose = (choice) => setTriggerValue("choose", choice);
    step.show(data);
  },
);

class Step {
  constructor(parent) {
    this.root = element("div", { class: "step" });
    this.picture = element("div", { class: "picture", role: "group" });
    this.maps = element("div", { class: "maps" });
    this.caption = element("div", { class: "caption" });
    this.root.append(this.picture, this.caption, this.maps);
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(this.picture);
  }

  show(data) {
    const text = new TextDecoder().decode(data);
    if (text === this.text) return;
    const before = this.data;
    this.text = text;
    this.data = JSON.parse(text);
    // the lines run once for each scene, in the direction of its numbers
    this.plays = before?.scene !== this.data.scene;
    this.build();
    this.layOut();
    this.showMaps();
  }

  build() {
    const focused = this.picture.getRootNode().activeElement?.dataset?.key;
    const { left, center, right, titles, caption, alt } = this.data;
    this.picture.setAttribute("aria-label", alt);
    this.lines = shape("svg", { "aria-hidden": "true" });
    this.left = left.map((one) => this.neuron(one));
    this.center = this.neuron(center);
    this.right = right.map((one) => this.neuron(one));
    this.headings = titles.map((title) => label("heading", title));
    this.beside = left.map((one) => named(one, one.chosen ? "before chosen" : "before"));
    this.after = right.map((one) => named(one, "after"));
    this.named = label("name center", center.name);
    this.said = label("said", center.text);
    this.caption.replaceChildren(...caption.map((text) => element("p", {}, text)));
    this.picture.replaceChildren(
      this.lines,
      ...this.headings,
      ...this.left,
      ...this.beside,
      this.named,
      this.center,
      this.said,
      ...this.right,
      ...this.after,
    );
    if (focused) this.picture.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  neuron({ key, label: words, image, color, chosen, weight }) {
    const button = element("button", { class: "neuron", type: "button", "aria-label": words, title: words });
    button.dataset.key = key;
    button.setAttribute("aria-pressed", String(Boolean(chosen)));
    button.style.backgroundImage = `url(${image})`;
    if (color) button.style.borderColor = color;
    button.addEventListener("click", () => this.choose({ weight }));
    return button;
  }

  // Positions everything for the current width.
  layOut() {
    const width = this.picture.clientWidth;
    if (!this.data || !width) return;
    const narrow = width < NARROW;
    const { left, right, rows } = this.data;
    const top = 24;
    const height = Math.max((narrow ? PITCH.narrow : PITCH.wide) * Math.max(left.length, rows), narrow ? 246 : 225);
    this.root.classList.toggle("narrow", narrow);
    this.picture.style.height = `${top + height}px`;
    const middle = top + height / 2;
    const small = narrow ? [44, 33] : [50, 36];
    const outputs = narrow ? [52, 38] : right.length > 4 ? [50, 36] : [72, 54];
    const large = narrow ? [width, width * 0.75].map((side) => Math.min(0.29 * side, 104)) : [144, 108];
    const x = narrow
      ? { left: 3 + small[0] / 2, center: width / 2, right: width - 3 - outputs[0] / 2 }
      : { left: 136 + small[0] / 2, center: width * (right.length ? 0.5 : 0.6), right: width - 142 - outputs[0] / 2 };
    const above = narrow ? 15 : 0; // half of what stands under a neuron
    const leftBoxes = column(left.length, x.left, middle - above, height, small);
    const rightBoxes = column(right.length, x.right, middle - above, height, outputs);
    const box = { x: x.center, y: middle, w: large[0], h: large[1] };
    this.left.forEach((one, row) => put(one, leftBoxes[row]));
    this.right.forEach((one, row) => put(one, rightBoxes[row]));
    put(this.center, box);
    const say = (one, { x: at, y, w, h }, beside, edge) => {
      one.classList.toggle("below", narrow);
      move(one, narrow ? { ...edge, top: y + h / 2 + 2 } : { ...beside(at, w), top: y });
    };
    this.beside.forEach((one, row) => say(one, leftBoxes[row], (at, w) => ({ right: width - at + w / 2 + 8 }), { left: 0 }));
    this.after.forEach((one, row) => say(one, rightBoxes[row], (at, w) => ({ left: at + w / 2 + 10 }), { right: 0 }));
    for (const one of this.headings) one.classList.toggle("outer", narrow);
    move(this.headings[0], { left: narrow ? 0 : x.left, top: 0 });
    move(this.headings[1], { ...(narrow ? { right: 0 } : { left: x.right }), top: 0 });
    move(this.named, { left: x.center, top: box.y - box.h / 2 - 26 });
    move(this.said, { left: x.center, top: box.y + box.h / 2 + 6 });
    this.drawLines(width, top + height, leftBoxes, box, rightBoxes);
  }

  drawLines(width, height, leftBoxes, box, rightBoxes) {
    this.lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.lines.replaceChildren();
    const { left, right, scene } = this.data;
    const incoming = left.map(({ line, chosen }, row) => {
      const start = { x: leftBoxes[row].x + leftBoxes[row].w / 2 + 2, y: leftBoxes[row].y };
      const end = { x: box.x - box.w / 2 - 2, y: spread(box, row, left.length) };
      return { line, chosen, start, end, delay: scene === BACK ? 0.5 : 0 };
    });
    const outgoing = right.map(({ line }, row) => {
      const start = { x: box.x + box.w / 2 + 2, y: spread(box, row, right.length) };
      const end = { x: rightBoxes[row].x - rightBoxes[row].w / 2 - 2, y: rightBoxes[row].y };
      return { line, start, end, delay: scene === BACK ? 0 : 0.5 };
    });
    // the chosen one lies over the others
    [...outgoing, ...incoming].sort((one, other) => Boolean(one.chosen) - Boolean(other.chosen)).forEach((one) => this.line(one));
  }

  line({ line, chosen, start, end, delay }) {
    const { scene, colors } = this.data;
    const size = Math.abs(line);
    const [from, to] = scene === BACK ? [end, start] : [start, end];
    const wide = size ? 1.5 + (WIDEST - 1.5) * size : 1;
    const hasArrow = size > 0 && scene !== "Change";
    const arrow = hasArrow ? Math.max(9, wide * 1.1) : 0;
    const way = Math.sign(to.x - from.x);
    const stop = { x: to.x - way * arrow, y: to.y };
    const half = (from.x + stop.x) / 2;
    const path = `M${from.x} ${from.y}C${half} ${from.y} ${half} ${stop.y} ${stop.x} ${stop.y}`;
    const nothing = chosen ? "var(--st-text-color)" : "var(--st-border-color)";
    const color = size ? colors[line < 0 ? 0 : 1] : nothing;
    const plays = this.plays && size > 0;
    const play = (one) => {
      if (!plays) return one;
      one.classList.add("plays");
      one.style.animationDelay = `${delay}s`;
      return one;
    };
    if (chosen && size) this.lines.append(play(shape("path", { d: path, class: "edge", "stroke-width": wide + 5, pathLength: 1 })));
    this.lines.append(play(shape("path", { d: path, stroke: color, "stroke-width": wide, pathLength: 1 })));
    if (!hasArrow) return;
    const tip = `${stop.x},${to.y - arrow * 0.75} ${to.x},${to.y} ${stop.x},${to.y + arrow * 0.75}`;
    this.lines.append(play(shape("polygon", { points: tip, fill: color })));
  }

  showMaps() {
    const { maps, plane } = this.data;
    this.maps.replaceChildren(...maps.map((map, index) => this.map(map, plane, index === 0)));
  }

  map({ title, note, image, alt }, { curves, dots, chosen }, isPressed) {
    const caption = element("figcaption", {}, element("b", {}, title), element("span", {}, note));
    const drawn = shape("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
    // points beyond the window are cut off; the ring of one at its edge is not
    const inside = element("div", { class: "inside" }, drawn);
    const plane = element("div", { class: "plane", role: "img", "aria-label": alt }, inside);
    if (image) plane.style.backgroundImage = `url(${image})`;
    for (const { color, path } of curves) {
      const points = path.map((at) => at.join()).join(" ");
      drawn.append(shape("polyline", { points, class: "casing" }), shape("polyline", { points, stroke: color }));
    }
    if (isPressed) {
      inside.append(...dots.map(([x, y, color]) => dot(x, y, "dot", color)));
      plane.classList.add("pressed");
      plane.addEventListener("click", (event) => this.press(event, plane));
    }
    const isInside = chosen.every((share) => share >= 0 && share <= 1);
    (isInside ? plane : inside).append(dot(...chosen, "ring"));
    return element("figure", {}, caption, plane);
  }

  // A press chooses the point of the step that is nearest to it.
  press({ clientX, clientY }, plane) {
    const { left, top, width, height } = plane.getBoundingClientRect();
    const distance = ([x, y]) => Math.hypot(left + x * width - clientX, top + y * height - clientY);
    const nearest = this.data.plane.dots.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    this.choose({ point: nearest[3] });
  }

  end() {
    this.observer.disconnect();
    this.root.remove();
  }
}

function column(count, x, middle, height, [w, h]) {
  const pitch = Math.min(height / Math.max(count, 1), h * 2);
  return [...Array(count).keys()].map((row) => ({ x, y: middle + (row - (count - 1) / 2) * pitch, w, h }));
}

// Where a line meets the large neuron.
function spread({ y, h }, row, count) {
  return y + ((row + 0.5) / count - 0.5) * h * 0.9;
}

function put(neuron, { x, y, w, h }) {
  Object.assign(neuron.style, { left: `${x - w / 2}px`, top: `${y - h / 2}px`, width: `${w}px`, height: `${h}px` });
}

function move(one, sides) {
  Object.assign(one.style, { left: "", right: "" });
  for (const [side, pixels] of Object.entries(sides)) one.style[side] = `${pixels}px`;
}

function label(name, text, attributes = {}) {
  return element("span", { class: name, ...attributes }, text);
}

// The name of a neuron with its number, and below it what its line carries, with the factor.
function named({ name, own, factor, text, true: isTrue }, kind) {
  const small = element("small", {}, [isTrue ? `${name} ✓` : name, own].filter(Boolean).join(": "));
  return element("span", { class: kind, ...SAID_BY_BUTTON }, small, element("span", {}, factor, element("b", {}, text)));
}

function dot(x, y, name, color) {
  const created = element("i", { class: name });
  Object.assign(created.style, { left: `${100 * x}%`, top: `${100 * y}%` });
  if (color) created.style.background = color;
  return created;
}
