// Draws a network as columns of neurons with lines between them; network_picture.py builds the `data`. A neuron is a
// map, or a dot; dots are in large networks alone.

const SIDE = 30; // pixels on the left and right for the names of inputs and outputs
const TALLEST = 46; // pixels from one neuron to the next
const FAINTEST = 0.02; // share of the largest weight; fainter lines are not drawn
const LEAST_DOT = 4; // pixels from one dot to the next
const DOTS_IN_A_ROW = 40; // with more dots than this above each other, a column of dots becomes wider
const BLOCK_SHARE = 0.45; // of a column's height, at most, for the dots below its maps
// In a large network, from left to right: the least and the most pixels of each part.
const PARTS = {
  names: [14, 34],
  inputs: [24, 44],
  dots: [14, 20],
  maps: [44, 84],
  chosen: [88, 220],
  lines: [26, 80],
  gap: [13, 34],
};
// Pixels for the number of a weight beside a map, and for the names of outputs, if there is so much room.
const WEIGHT = 38;
const OUTPUT_NAMES = 14;
const LEAST_SPACING = 84; // pixels from column to column of a small network with whole names beside its outputs
const ABOVE = 22; // pixels for the chosen neuron's name above its map
const LEAST_TITLE = 52; // pixels between columns; closer ones have short titles
const LEAST_NAME = 26; // pixels for more than one letter
const LEAST_GAP = 14; // pixels between columns for the number of their weights, which is 11 wide
const PALEST = 55; // percent of its color that every dot has: so each is seen against the page, 3:1
const WIDEST_DOT = 24; // pixels to press
const DOT = 12; // pixels that are seen of it, at most

export default keeping(
  (parent) => new Picture(parent),
  (picture, { data, setTriggerValue }) => {
    picture.choose = ({ layer, index }) => setTriggerValue("choose", { layer, index });
    picture.show(data);
  },
);

// A touch screen, or a window as narrow as one, has targets of 24 pixels where there is room for them.
const forTouch = () => matchMedia("(pointer: coarse), (max-width: 640px)").matches;

// All neurons of a column: those with a map, then those that are dots.
function neuronsOf({ neurons, dots }) {
  const others = (dots?.neurons ?? []).map(([index, shade]) => ({
    key: `${dots.layer}.${index}`,
    layer: dots.layer,
    index,
    label: dots.labels?.[index] ?? `${dots.name}${index}${shade < 0 ? ", dead" : ""}`,
    text: neurons.length > 0 ? "" : (dots.texts?.[index] ?? ""), // beside maps there is no room for names
    whole: neurons.length > 0 ? "" : (dots.wholes?.[index] ?? ""),
    color: dots.colors?.[index] ?? "",
    dead: shade < 0,
    shade,
    isDot: true,
  }));
  return [...neurons, ...others];
}

// How the line of a weight is drawn, by its share of the largest; null if it is not. In a large network all lines are
// the chosen neuron's.
function strokeOf(share, isLarge, isChosens) {
  const size = Math.abs(share);
  if (isLarge) return size ? { width: 1 + 7 * size, opacity: 0.85 } : null;
  if (size < FAINTEST) return null;
  return { width: 0.5 + 2.5 * size, opacity: isChosens ? 0.25 + 0.75 * size : 0.03 + 0.35 * size };
}

// How far from a map's middle one of `count` lines ends, as a share of the map's height.
const spread = (line, count) => 0.85 * ((line + 0.5) / count - 0.5);

// The neuron to which an arrow key leads from `from`, { column, row }; undefined if there is none. In its own column
// it is the nearest in that direction, in a column beside it the one that is nearest in height. Column 0 has the
// inputs, which cannot be chosen, nor can a dot that is too small.
function beside(boxes, from, [right, down]) {
  const { x, y } = boxes[from.column][from.row];
  const all = (column) =>
    (boxes[column] ?? [])
      .map((box, row) => ({ column, row, across: box.x - x, along: box.y - y, isTooSmall: box.isTooSmall }))
      .filter(({ isTooSmall }) => !isTooSmall);
  const nearest = (found, one, other) =>
    found.sort((a, b) => Math.abs(a[one]) - Math.abs(b[one]) || Math.abs(a[other]) - Math.abs(b[other]))[0];
  const own = all(from.column);
  if (down) return nearest(own.filter(({ along }) => along * down > 0.5), "along", "across");
  const inRow = own.filter(({ across, along }) => across * right > 0.5 && Math.abs(along) < 0.5);
  if (inRow.length > 0) return nearest(inRow, "across", "along");
  return from.column + right > 0 ? nearest(all(from.column + right), "along", "across") : undefined;
}

// --- where everything is, in pixels: a box for each neuron with its middle, width and height ---------------------

// A small network: columns at equal distances. `names` is how many pixels the names of its outputs take.
function smallBoxes(columns, { width, height, heading, touch }, names = SIDE) {
  const spacing = (width - SIDE - names) / columns.length;
  const gap = touch ? 2 : 5; // targets for touch are 24 pixels or more: NARROW_ROW less this gap
  return columns.map((neurons, column) => {
    const pitch = Math.min(TALLEST, (height - heading) / neurons.length);
    const [w, h] = [Math.min(((pitch - gap) * 4) / 3, spacing * 0.6), pitch - gap];
    const x = SIDE + spacing * (column + 0.5);
    const top = heading + (height - heading - pitch * neurons.length) / 2;
    return neurons.map((_, row) => ({ x, y: top + pitch * (row + 0.5), w, h }));
  });
}

// The largest distance of so many dots, up to `most`, with which they fit a rectangle, and how many are in a row.
function gridOf(count, width, height, most) {
  for (let pitch = most; ; pitch -= 0.5) {
    const perRow = Math.max(1, Math.floor(width / pitch));
    if (pitch <= LEAST_DOT || perRow * Math.floor(height / pitch) >= count) return { pitch, perRow };
  }
}

// The parts of a large network's picture from left to right, each { left, width }: `columns`, and the `gaps` before
// each of them and behind the last. `weights` says on which side of a column there is room for numbers beside its maps:
// -1 on the left, 1 on the right, 0 on none. `names` is how many pixels whole names of outputs take, which `isWhole` says
// have room.
function partsOf(columns, between, width, names = 0) {
  const own = columns.findIndex((neurons) => neurons[0].chosen);
  const kinds = columns.map((neurons, column) => {
    if (column === own) return PARTS.chosen;
    if (Math.abs(column - own) === 1) return PARTS.maps;
    if (column === 0) return PARTS.inputs;
    const abreast = neurons[0].text ? 1 : Math.ceil(neurons.length / DOTS_IN_A_ROW);
    return PARTS.dots.map((pixels) => pixels * abreast);
  });
  const gaps = [PARTS.names, ...between.map((count) => (count ? PARTS.gap : PARTS.lines)), PARTS.names];
  const [least, most] = [0, 1].map((side) => [...kinds, ...gaps].reduce((total, part) => total + part[side], 0));
  const sides = columns.map((_, column) => (Math.abs(column - own) === 1 ? column - own : 0));
  const numbers = WEIGHT * sides.filter(Boolean).length;
  const wholeNames = Math.max(OUTPUT_NAMES, names - PARTS.names[0]);
  const isWhole = names > 0 && width > least + numbers + wholeNames;
  const more = numbers + (isWhole ? wholeNames : OUTPUT_NAMES);
  const isWide = width > least + more;
  const room = isWide ? width - more : width;
  const weights = isWide ? sides : sides.map(() => 0);
  const share = Math.min(1, Math.max(0, (room - least) / (most - least)));
  const pixels = ([smallest, largest]) => (smallest + share * (largest - smallest)) * Math.min(1, room / least);
  const widths = kinds.map(pixels);
  const used = [...widths, ...gaps.map(pixels)].reduce((total, one) => total + one, isWide ? more : 0);
  const parts = { columns: [], gaps: [], weights, isWhole };
  let left = Math.max(0, (width - used) / 2);
  gaps.map(pixels).forEach((gap, column) => {
    if (weights[column - 1] > 0) left += WEIGHT;
    parts.gaps.push({ left, width: gap });
    left += gap + (weights[column] < 0 ? WEIGHT : 0);
    if (column === widths.length) return;
    parts.columns.push({ left, width: widths[column] });
    left += widths[column];
  });
  return parts;
}

// A large network: maps above, and the other neurons of their layer as dots below; a layer of dots alone is a column.
function largeBoxes(columns, parts, { height, heading, touch }) {
  const dot = touch ? WIDEST_DOT : 14;
  const tall = height - heading;
  return columns.map((neurons, column) => {
    const { left, width } = parts.columns[column];
    const x = left + width / 2;
    const maps = neurons.filter(({ isDot }) => !isDot).length;
    const dots = neurons.length - maps;
    if (!maps) {
      const isNamed = Boolean(neurons[0].text);
      const grid = gridOf(dots, isNamed ? 0 : width, tall, isNamed ? TALLEST : dot);
      return dotBoxes(dots, grid, x, heading + (tall - Math.ceil(dots / grid.perRow) * grid.pitch) / 2);
    }
    const side = parts.weights[column];
    const wide = Math.max(width + Math.abs(side) * WEIGHT, 2 * dot);
    const grid = gridOf(dots, wide, BLOCK_SHARE * tall, dot);
    const block = height - Math.ceil(dots / grid.perRow) * grid.pitch; // its upper edge
    const { chosen } = neurons[0];
    const top = heading + (chosen ? ABOVE : 0);
    const bottom = block - (dots ? 8 : 0);
    const pitch = Math.min(width * 0.75 + 16, (bottom - top) / maps);
    const h = Math.min(width * 0.75, pitch - 5);
    const first = top + (bottom - top - pitch * maps) / 2;
    const boxes = neurons.slice(0, maps);
    return [
      ...boxes.map((_, row) => ({ x, y: first + pitch * (row + 0.5), w: Math.min(width, (h * 4) / 3), h })),
      ...dotBoxes(dots, grid, x + (side * WEIGHT) / 2, block),
    ];
  });
}

function dotBoxes(count, { pitch, perRow }, middle, top) {
  const left = middle - (Math.min(count, perRow) * pitch) / 2;
  return Array.from({ length: count }, (_, dot) => ({
    x: left + pitch * ((dot % perRow) + 0.5),
    y: top + pitch * (Math.floor(dot / perRow) + 0.5),
    w: Math.min(pitch, WIDEST_DOT),
    h: pitch,
  }));
}

// --- the picture -------------------------------------------------------------------------------------------------

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
    this.columns = network.columns.map(neuronsOf);
    this.root.setAttribute("aria-label", `${network.alt} Arrow keys move from neuron to neuron, Enter chooses.`);
    // The elements of a network stay, whichever of them are maps or dots: a press takes longer than some frames, and
    // the keyboard focus is on one.
    const keys = this.columns.map((neurons) => neurons.map(({ key }) => key));
    const shape = JSON.stringify(keys.map((all) => [...all].sort()));
    if (shape !== this.shape) this.build();
    this.shape = shape;
    this.neurons = keys.map((all) => all.map((key) => this.elements.get(key)));
    this.wholes = this.columns.at(-1).map(({ whole }) => whole);
    this.order = JSON.stringify([keys, this.wholes]);
    this.fill();
    this.layOut();
  }

  build() {
    this.headings = this.columns.map(() => element("div", { class: "heading" }));
    this.between = this.data.between.map(() => element("div", { class: "between" }));
    this.elements = new Map(); // of the inputs and neurons, by their keys
    this.filled = new Map(); // the values of each element
    this.names = new Map();
    for (const [column, neurons] of this.columns.entries())
      for (const { key } of [...neurons].sort((one, other) => one.index - other.index))
        this.elements.set(key, column > 0 ? this.button() : element("div", { role: "img" }));
    this.root.replaceChildren(this.canvas, ...this.headings, ...this.between, ...this.elements.values());
  }

  button() {
    const button = element("button", { type: "button", tabindex: -1 });
    button.addEventListener("click", () => this.choose(this.filled.get(button)));
    return button;
  }

  fill() {
    this.columns.forEach((neurons, column) =>
      neurons.forEach((values, row) => this.fillOne(this.neurons[column][row], values, column)),
    );
    this.data.between.forEach((count, gap) => (this.between[gap].textContent = count));
    const chosen = [...this.filled.entries()].find(([, values]) => values.chosen)?.[0] ?? this.neurons[1][0];
    if (chosen !== this.chosen) this.stopAt(chosen);
    this.chosen = chosen;
  }

  // The neuron to which the Tab key leads; arrow keys lead on from there.
  stopAt(neuron) {
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = neuron;
    neuron.tabIndex = 0;
  }

  fillOne(neuron, values, column) {
    const before = this.filled.get(neuron);
    this.filled.set(neuron, values);
    // a frame may have thousands of dots, of which it changes few
    if (before?.isDot && values.isDot && values.shade === before.shade && values.text === before.text) return;
    neuron.classList.toggle("dot", Boolean(values.isDot));
    neuron.classList.toggle("neuron", !values.isDot);
    neuron.setAttribute("aria-label", values.label);
    neuron.classList.toggle("dead", Boolean(values.dead));
    if (column > 0) neuron.setAttribute("aria-pressed", String(Boolean(values.chosen)));
    if (values.isDot) {
      neuron.classList.toggle("output", Boolean(values.color));
      neuron.style.setProperty("--shade", `${PALEST + (1 - PALEST / 100) * values.shade}%`);
      neuron.style.setProperty("--color", values.color || "var(--st-text-color)");
    }
    neuron.title = values.isDot && !values.color ? "" : values.label;
    neuron.style.backgroundImage = values.isDot ? "" : `url(${values.image})`;
    neuron.style.borderColor = values.isDot ? "" : values.color || "";
    this.fillName(neuron, values);
  }

  fillName(neuron, { text, whole, weight, chosen }) {
    if (!this.names.has(neuron) && (text || weight)) {
      this.names.set(neuron, element("span", { class: "name", "aria-hidden": "true" }));
      this.root.append(this.names.get(neuron));
    }
    const number = element("span", { class: "weight" }, weight ?? "");
    const isWhole = whole && (this.isWhole || (this.data.large && chosen)); // above the chosen one there is room
    this.names.get(neuron)?.replaceChildren(isWhole ? whole : text, number);
  }

  // The pixels that whole names of the outputs take; 0 if there are none.
  longestName() {
    if (!this.wholes.some(Boolean)) return 0;
    const pen = this.canvas.getContext("2d");
    const size = parseFloat(getComputedStyle(this.root).getPropertyValue("--polycore-figure-text")) || 12;
    pen.font = `${Math.min(16, Math.max(12, size))}px ${getComputedStyle(this.root).fontFamily}`;
    return 12 + Math.max(...this.wholes.map((name) => pen.measureText(name).width)); // 6 before it, and some at the edge
  }

  // Positions everything for the current width, and draws the lines.
  layOut() {
    const [width, height] = [this.root.clientWidth, this.root.clientHeight];
    if (!this.data || !width) return;
    const size = { width, height, heading: this.data.heading, touch: forTouch() };
    const laidOut = JSON.stringify(size) + this.order;
    if (laidOut !== this.laidOut) this.position(size);
    this.laidOut = laidOut;
    this.draw(width, height);
  }

  position(size) {
    const { between, heading, large } = this.data;
    const names = this.longestName();
    const parts = large ? partsOf(this.columns, between, size.width, names) : null;
    const hasRoom = names > 0 && size.width - SIDE - names > LEAST_SPACING * this.columns.length;
    this.isWhole = large ? parts.isWhole : hasRoom;
    this.boxes = large
      ? largeBoxes(this.columns, parts, size)
      : smallBoxes(this.columns, size, hasRoom ? Math.max(SIDE, names) : SIDE);
    this.columns.at(-1).forEach((values, row) => this.fillName(this.neurons.at(-1)[row], values));
    this.root.classList.toggle("weighed", Boolean(parts?.weights.some(Boolean)));
    this.boxes.forEach((boxes, column) =>
      boxes.forEach((box, row) => {
        const neuron = this.neurons[column][row];
        const [x, y] = [`${box.x}px`, `${box.y}px`];
        Object.assign(neuron.style, { left: x, top: y, width: `${box.w}px`, height: `${box.h}px` });
        // one of hundreds of dots cannot be hit by a finger: there the lists beside the picture choose it
        box.isTooSmall = Boolean(size.touch && this.filled.get(neuron).isDot && Math.min(box.w, box.h) < WIDEST_DOT);
        neuron.disabled = box.isTooSmall;
        neuron.classList.toggle("is-left", box.x < size.width / 2);
        this.positionName(neuron, box, column, size, parts);
      }),
    );
    const middles = parts
      ? parts.columns.map(({ left, width }) => left + width / 2)
      : this.boxes.map(([first]) => first.x);
    middles.forEach((middle, column) => this.positionHeading(middles, column));
    parts?.gaps.slice(1, -1).forEach(({ left, width }, gap) => {
      const top = heading + (size.height - heading) / 2;
      this.between[gap].hidden = width < LEAST_GAP;
      Object.assign(this.between[gap].style, { left: `${left + width / 2}px`, top: `${top}px` });
    });
  }

  positionHeading(middles, column) {
    const { title, short, neurons } = this.data.columns[column];
    const beside = [column - 1, column + 1].filter((other) => other in middles);
    const room = Math.min(...beside.map((other) => Math.abs(middles[other] - middles[column])));
    const heading = this.headings[column];
    heading.textContent = room < LEAST_TITLE ? short : title;
    heading.classList.toggle("own", this.data.large && neurons.some(({ chosen }) => chosen));
    heading.style.left = `${middles[column]}px`;
  }

  // Beside its neuron, on the far side of the chosen one; that of a large network's chosen neuron is above it.
  positionName(neuron, { x, y, w, h }, column, { width }, parts) {
    const name = this.names.get(neuron);
    if (!name) return;
    const { chosen, text, isDot } = this.filled.get(neuron);
    const isAbove = Boolean(parts && chosen);
    name.classList.toggle("above", isAbove);
    const own = parts ? this.columns.findIndex((neurons) => neurons[0].chosen) : 1;
    const isLeft = column < own;
    const edge = (isDot ? DOT : w) / 2;
    const beside = isLeft ? { right: `${width - x + edge + 6}px` } : { left: `${x + edge + 6}px` };
    const place = isAbove ? { left: `${x}px`, top: `${y - h / 2 - 4}px` } : { ...beside, top: `${y}px` };
    Object.assign(name.style, { left: "", right: "", ...place });
    const room = isLeft ? x - edge : width - x - edge;
    name.hidden = Boolean(parts) && !isAbove && text.length > 1 && room < LEAST_NAME;
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
    if (this.data.large) return; // there a dot is a neuron
    this.data.columns.slice(1).forEach(({ neurons }, column) =>
      neurons.forEach(({ bias }, row) => this.dot(pen, bias, this.boxes[column + 1][row])),
    );
  }

  line(pen, weight, column, from, to) {
    const [source, target] = [this.columns[column][from], this.columns[column + 1][to]];
    const stroke = strokeOf(weight, this.data.large, source.chosen || target.chosen);
    if (!stroke) return;
    const [start, end] = [this.boxes[column][from], this.boxes[column + 1][to]];
    const links = this.data.links[column];
    const left = { x: start.x + start.w / 2, y: start.y };
    const right = { x: end.x - end.w / 2, y: end.y };
    // thick lines end beside each other
    if (this.data.large && source.chosen) left.y += start.h * spread(to, links[0].length);
    if (this.data.large && target.chosen) right.y += end.h * spread(from, links.length);
    const middle = (left.x + right.x) / 2;
    pen.strokeStyle = this.color(weight);
    pen.globalAlpha = stroke.opacity;
    pen.lineWidth = stroke.width;
    pen.beginPath();
    pen.moveTo(left.x, left.y);
    pen.bezierCurveTo(middle, left.y, middle, right.y, right.x, right.y);
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
    const next = beside(this.boxes, { column, row: this.neurons[column].indexOf(event.target) }, moves[event.key]);
    if (!next) return;
    const neuron = this.neurons[next.column][next.row];
    this.stopAt(neuron);
    neuron.focus();
  }

  end() {
    this.leave?.();
    this.observer.disconnect();
    this.root.remove();
  }
}
