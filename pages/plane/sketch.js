// Draws a figure of the plane on a canvas until Plotly has come, where Plotly will draw it. The distances below are
// those that Plotly chooses; tests/browser/test_sketch.py compares the two.

const TICK_FONT = 12;
const TITLE_FONT = 14;
const LEFT_OF_LABELS = 25; // title and gaps
const UNDER_AXIS = 33; // labels and title
const TICK_DISTANCE = { x: 80, y: 40 }; // pixels, at least
const DASHES = { dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1], longdashdot: [5, 2, 1, 2] };
const FLOATS = { f8: Float64Array, f4: Float32Array };
const INTEGERS = { i4: Int32Array, i2: Int16Array, i1: Int8Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

// Whether a sketch can show it: lines and markers over two axes that say what they span.
function canBeSketched({ data, layout }) {
  const isPlane = [layout.xaxis, layout.yaxis].every((axis) => axis?.range && axis.title && axis.type !== "log");
  return isPlane && data.every(({ type }) => !type || type === "scatter");
}

// `look` is what theme() returns. Returns the sketch; null, and draws nothing, if `isOutdated()` once all is loaded.
async function sketch(canvas, { data, layout }, look, isOutdated) {
  const { font, xaxis } = look.template.layout;
  const [image] = layout.images ?? [];
  const [picture] = await Promise.all([image && loaded(image.source), document.fonts.load(`12px ${font.family}`)]);
  if (isOutdated()) return null;
  const { clientWidth: width, clientHeight: height } = canvas;
  [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  const drawn = new Sketch(context, data, layout, { width, height }, { ...font, line: xaxis.gridcolor });
  drawn.draw(picture, image);
  return drawn;
}

class Sketch {
  constructor(context, data, layout, { width, height }, font) {
    Object.assign(this, { context, layout, font });
    this.traces = data.filter(({ visible }) => visible !== false);
    const { t: top, r: right, b: bottom } = layout.margin;
    this.top = top;
    this.height = height - top - bottom - UNDER_AXIS;
    this.yTicks = axisTicks(layout.yaxis, this.height, TICK_DISTANCE.y);
    this.left = Math.round(LEFT_OF_LABELS + Math.max(...this.yTicks.map(({ text }) => this.widthOf(text, TICK_FONT))));
    this.width = width - right - this.left;
    this.xTicks = axisTicks(layout.xaxis, this.width, TICK_DISTANCE.x);
  }

  widthOf(text, size) {
    this.context.font = `${size}px ${this.font.family}`;
    return this.context.measureText(text).width;
  }

  x(value) {
    const [from, to] = this.layout.xaxis.range;
    return this.left + ((value - from) / (to - from)) * this.width;
  }

  y(value) {
    const [from, to] = this.layout.yaxis.range;
    return this.top + ((to - value) / (to - from)) * this.height;
  }

  draw(picture, image) {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(this.left, this.top, this.width, this.height);
    context.clip();
    context.imageSmoothingQuality = "high";
    if (picture) {
      const [left, top] = [this.x(image.x), this.y(image.y)];
      const [right, bottom] = [this.x(image.x + image.sizex), this.y(image.y - image.sizey)];
      context.drawImage(picture, left, top, right - left, bottom - top);
    }
    this.drawLines();
    for (const trace of this.traces) this.drawTrace(trace);
    context.restore();
    this.drawLabels();
  }

  drawLines() {
    const { xaxis, yaxis } = this.layout;
    const [right, bottom] = [this.left + this.width, this.top + this.height];
    const across = (y, color, width) => this.stroke([[this.left, y], [right, y]], color, width);
    const along = (x, color, width) => this.stroke([[x, this.top], [x, bottom]], color, width);
    const both = [[xaxis, this.xTicks, along, "x"], [yaxis, this.yTicks, across, "y"]];
    for (const [axis, ticks, line, at] of both) {
      const color = axis.gridcolor ?? this.font.line;
      if (axis.showgrid !== false) for (const { value } of ticks) line(this[at](value), color, 1);
      if (axis.zeroline) line(this[at](0), axis.zerolinecolor, axis.zerolinewidth ?? 1);
    }
  }

  drawTrace({ x, y, mode = "lines", line = {}, marker = {} }) {
    const [xs, ys] = [numbers(x), numbers(y)];
    const points = Array.from(xs, (value, i) => [this.x(value), this.y(ys[i])]);
    if (mode.includes("lines")) this.stroke(points, line.color, line.width, line.dash);
    if (!mode.includes("markers")) return;
    const { context } = this;
    const { color, width = 0 } = marker.line ?? {};
    Object.assign(context, { fillStyle: marker.color, strokeStyle: color, lineWidth: width });
    context.setLineDash([]);
    for (const [i, [right, down]] of points.entries()) {
      const size = Array.isArray(marker.size) ? marker.size[i] : marker.size;
      context.beginPath();
      context.arc(right, down, size / 2, 0, 2 * Math.PI);
      context.fill();
      if (width) context.stroke();
    }
  }

  stroke(points, color, width = 2, dash = "solid") {
    const { context } = this;
    context.beginPath();
    let isDown = false;
    for (const [right, down] of points) {
      const isThere = Number.isFinite(right) && Number.isFinite(down); // a gap in a line has no finite position
      if (isThere) context[isDown ? "lineTo" : "moveTo"](right, down);
      isDown = isThere;
    }
    context.setLineDash(dashes(dash, width));
    [context.strokeStyle, context.lineWidth] = [color, width];
    context.stroke();
  }

  drawLabels() {
    const { context } = this;
    const [bottom, middle] = [this.top + this.height, this.left + this.width / 2];
    for (const { value, text } of this.xTicks) this.write(text, this.x(value), bottom + 13, "center", TICK_FONT);
    for (const { value, text } of this.yTicks) this.write(text, this.left - 1, this.y(value) + 4.2, "right", TICK_FONT);
    this.write(plain(this.layout.xaxis.title.text), middle, bottom + 32, "center", TITLE_FONT);
    context.save();
    context.translate(13.7, this.top + this.height / 2);
    context.rotate(-Math.PI / 2);
    this.write(plain(this.layout.yaxis.title.text), 0, 0, "center", TITLE_FONT);
    context.restore();
  }

  write(text, x, y, align, size) {
    const { context } = this;
    context.font = `${size}px ${this.font.family}`;
    [context.textAlign, context.fillStyle] = [align, this.font.color];
    context.fillText(text, x, y);
  }
}

// Plotly's ticks: it does not take a step that just fits, but the next one.
function axisTicks({ range }, length, distance) {
  const [low, high] = [Math.min(...range), Math.max(...range)];
  const parts = Math.min(9, Math.max(4, length / distance)) + 1;
  const least = (1 + Number.EPSILON) * ((high - low) / parts);
  return spacedTicks(low, high, least).map((value) => ({ value, text: tickText(value) }));
}

function tickText(value) {
  const [unit, suffix] = Math.abs(value) >= 1e6 ? [1e6, "M"] : Math.abs(value) >= 1e4 ? [1e3, "k"] : [1, ""];
  return String(value / unit).replace("-", "−") + suffix;
}

// A name, or lengths such as "6px, 3px".
function dashes(dash, width) {
  if (dash.includes("px")) return dash.split(/[\s,]+/).map(parseFloat);
  return (DASHES[dash] ?? []).map((share) => share * Math.max(width, 3));
}

// Plotly's package sends arrays as base64.
function numbers(values) {
  if (!values.bdata) return values;
  const bytes = Uint8Array.from(atob(values.bdata), (letter) => letter.charCodeAt(0));
  return new { ...FLOATS, ...INTEGERS }[values.dtype](bytes.buffer);
}

// The text of a name, in which "<" and "&" are written as HTML.
function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

async function loaded(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}
