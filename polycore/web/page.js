// A page of one file: what its network answers under the pointer, at a chosen point, and in every pixel of its map.

const KEY_STEPS = 50; // presses of an arrow key from edge to edge
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SLICE_MS = 16; // of computing pixels, then whatever else the page has to do
const SETTLED_MS = 300; // after the last change of the window's size
const MOST_PIXELS = 800_000;
const MOST_PRODUCTS = 1e9; // of a weight by a value, for all pixels: some seconds
const SHARE_COMPUTED = 0.2; // of the pixels: one in each cell, and those at borders

const part = (id) => document.getElementById(id);
const kept = JSON.parse(part("polycore-network").textContent);
const network = new Network(kept.shapes, numbersIn(kept.numbers), kept.activation, kept.inputs);
const curves = new Curves(kept);
const entries = [...part("legend").children];
const names = entries.map((entry) => entry.querySelector("bdi").textContent);
const samples = entries.map((entry) => entry.querySelector("svg"));

function numbersIn(base64) {
  return new Float64Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

function element(tag, ...children) {
  const created = document.createElement(tag);
  created.append(...children);
  return created;
}

function named(label) {
  return [samples[label].cloneNode(true), element("bdi", names[label])];
}

function likeliestAt({ x, y }) {
  return likeliestOf(network.probabilities(x, y));
}

// Positions on the map are shares of its width and height, from the upper left.
const map = {
  element: part("map"),
  chosen: [0.5, 0.5],

  point([right, down]) {
    const [[left, most], [low, high]] = kept.window;
    return { x: left + right * (most - left), y: high - down * (high - low) };
  },

  // The position of a pointer, or null outside the map.
  positionOf({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const position = [(clientX - left) / width, (clientY - top) / height];
    return position.every((share) => share >= 0 && share <= 1) ? position : null;
  },

  choose(position) {
    this.chosen = position;
    const [right, down] = position.map((share) => `${100 * share}%`);
    Object.assign(part("ring").style, { left: right, top: down });
    const point = this.point(position);
    const place = pointText(point, kept.axes);
    const likeliest = likeliestAt(point);
    part("place").textContent = place;
    const far = curves.warning(point.x, point.y);
    part("far").hidden = !far;
    part("far").textContent = far && `${far}. Forced to choose one, the network says:`;
    part("likeliest").replaceChildren(...likeliest.map(([label, share]) => answerRow(label, share)));
    const said = far ? `${place}. ${far}. The network says` : place;
    return `${said}: ${likeliest.map(([label, share]) => `${names[label]}, ${percent(share)}`).join("; ")}`;
  },

  // Only what the user chooses is read aloud.
  chooseAloud(position) {
    part("spoken").textContent = this.choose(position);
  },

  key(event) {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    label.hide(); // it is of the pointer, which may still be there
    const steps = ARROWS[event.key];
    this.chooseAloud(this.chosen.map((share, i) => Math.min(1, Math.max(0, share + steps[i] / KEY_STEPS))));
  },
};

function answerRow(label, share) {
  const filled = element("div");
  Object.assign(filled.style, { width: `${100 * share}%`, background: entries[label].dataset.color });
  const bar = element("div", filled);
  bar.className = "bar";
  return element("li", ...named(label), element("span", percent(share)), bar);
}

const label = {
  element: part("label"),

  show(event) {
    const position = map.positionOf(event);
    this.element.hidden = !position;
    if (!position) return;
    const point = map.point(position);
    const rows = likeliestAt(point).map(([k, share]) => element("p", ...named(k), element("b", percent(share))));
    const far = curves.warning(point.x, point.y);
    if (far) rows.unshift(element("p", far));
    this.element.replaceChildren(...rows, element("p", pointText(point, kept.axes)));
    putBeside(this.element, event, map.element);
  },

  hide() {
    this.element.hidden = true;
  },
};

// Each entry of the legend becomes a button that hides its curve.
function addButtons() {
  for (const [k, entry] of entries.entries()) {
    const lines = document.querySelectorAll(`#curves [data-class="${k}"]`);
    if (!lines.length) continue;
    const button = element("button", ...entry.childNodes);
    button.type = "button";
    const show = (isShown) => {
      button.setAttribute("aria-pressed", isShown);
      for (const line of lines) line.setAttribute("visibility", isShown ? "visible" : "hidden");
    };
    button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
    show(true);
    entry.append(button);
  }
}

// The map in the pixels of this screen, in place of the picture that came with the page.
const sharp = {
  canvas: part("sharp"),

  // Columns and rows that are worth the time, or null if the picture is as sharp.
  size() {
    const { width, height } = map.element.getBoundingClientRect();
    const products = kept.shapes.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
    const most = Math.min(MOST_PIXELS, MOST_PRODUCTS / products / SHARE_COMPUTED);
    const scale = Math.min(devicePixelRatio, Math.sqrt(most / (width * height)));
    const size = [Math.round(width * scale), Math.round(height * scale)];
    return size[0] > this.canvas.dataset.columns ? size : null;
  },

  begin() {
    clearTimeout(this.next);
    const size = this.size();
    if (!size || `${size}` === this.shown) return;
    const colors = entries.map(({ dataset }) => [1, 3, 5].map((at) => parseInt(dataset.color.slice(at, at + 2), 16)));
    const steps = new Regions(network, kept.window, colors, this.canvas.dataset.opacity, ...size).pixels();
    this.next = setTimeout(() => this.compute(steps, size));
  },

  compute(steps, size) {
    const until = performance.now() + SLICE_MS;
    let step;
    do step = steps.next();
    while (!step.done && performance.now() < until);
    if (step.done) this.show(step.value, size);
    else this.next = setTimeout(() => this.compute(steps, size));
  },

  show(image, size) {
    [this.canvas.width, this.canvas.height] = size;
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    this.shown = `${size}`;
    this.canvas.hidden = false;
    part("regions").style.display = "none";
  },

  resize() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.begin(), SETTLED_MS);
  },
};

function start() {
  for (const id of ["hint", "answer", "ring"]) part(id).hidden = false;
  const { element } = map;
  element.tabIndex = 0;
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", "Map: arrow keys move a point, and the network says what it is");
  const on = (name, take, options) => element.addEventListener(name, take, options);
  const isHeld = followPointer(
    element,
    (event) => label.show(event),
    () => label.hide(),
  );
  on("touchmove", (event) => isHeld() && event.preventDefault(), { passive: false });
  on("contextmenu", (event) => isHeld() && event.preventDefault());
  on("click", (event) => map.positionOf(event) && map.chooseAloud(map.positionOf(event)));
  on("keydown", (event) => map.key(event));
  addEventListener("resize", () => sharp.resize());
  addButtons();
  map.choose(map.chosen);
  sharp.begin();
}

start();
