// A round lens over a figure: what is around one of its points, or around the pointer, drawn again, up to four times as large.

const LENS = { largest: 140, share: 1 / 3, times: [2, 4], away: 18, step: 24 }; // pixels, and a share of the figure's height

// How wide a lens is over a figure of that height: beside it there is always room for the point itself.
function lensSize(height) {
  return Math.min(LENS.largest, Math.floor(LENS.share * height));
}

// The ranges of x and y that a lens of that size shows around a point; `axes` are Plotly's.
function lensWindow({ x, y }, axes, size, times = LENS.times[1]) {
  const half = size / times / 2; // pixels of the figure
  const ends = (axis, value) => [-half, half].map((by) => axis.p2d(axis.d2p(value) + by));
  return { x: ends(axes.x, x), y: ends(axes.y, y).reverse() };
}

// Where the lens for a place of the figure has its left upper corner: above, if it fits there.
function lensCorner([right, down], size, { width }) {
  const left = Math.min(Math.max(0, right - size / 2), width - size);
  const above = down - LENS.away - size;
  return [left, above >= 0 ? above : down + LENS.away];
}

const distance = ([right, down], [x, y]) => Math.hypot(right - x, down - y);

// How many times as large a lens is to show a place, so that the two nearest curves are in it; null if none would be:
// an empty lens shows nothing, and covers what is there. Curves are lists of their places.
function lensTimes(place, curves, size) {
  const distances = curves.map((places) => Math.min(...places.map((one) => distance(one, place))));
  const [nearest, second = nearest] = distances.sort((a, b) => a - b);
  const times = Math.min(LENS.times[1], Math.max(LENS.times[0], (0.4 * size) / second));
  return times * nearest < 0.45 * size ? times : null;
}

// Where within the axes a lens that rests covers the least of the curves, and then is nearest to its place.
function restingCorner(place, curves, size, { x, y }) {
  const corners = [];
  for (let left = x._offset; left <= x._offset + x._length - size; left += LENS.step)
    for (let top = y._offset; top <= y._offset + y._length - size; top += LENS.step) {
      const center = [left + size / 2, top + size / 2];
      const [away, covered] = [distance(center, place), curves.filter((one) => distance(one, center) < size / 2).length];
      if (away >= size / 2 + LENS.away) corners.push([covered, away, left, top]);
    }
  return corners.sort((a, b) => a[0] - b[0] || a[1] - b[1])[0].slice(2);
}

class Lens {
  constructor(chart) {
    this.chart = chart;
    this.canvas = element("canvas", {});
    this.glass = element("div", { class: "polycore-live-lens", "aria-hidden": "true", hidden: "" }, this.canvas);
    const isHeld = followPointer(chart.stage, (event) => this.move(event), () => this.move(null));
    const stay = (event) => this.isOn() && isHeld() && event.preventDefault(); // else the page would scroll
    chart.stage.addEventListener("touchmove", stay, { passive: false });
  }

  isOn() {
    return Boolean(this.chart.latest?.lens);
  }

  // The figure is another one.
  renew() {
    this.traces = null;
    if (this.isOn()) this.chart.stage.append(this.glass);
    else this.glass.remove();
  }

  move(event) {
    if (!this.isOn()) return;
    this.pointer = event && { clientX: event.clientX, clientY: event.clientY };
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.show();
    });
  }

  // Shows what is under the pointer, or else what is around the point of the figure.
  show() {
    const axes = this.isOn() && this.chart.axes();
    this.glass.hidden = !axes;
    if (!axes) return;
    const [x, y] = this.chart.latest.lens;
    const under = this.pointer && this.chart.pointAt(this.pointer);
    this.draw(under ?? { x, y }, axes, !under);
  }

  draw(point, axes, isResting) {
    const { figure } = this.chart.latest;
    const { clientWidth: width, clientHeight: height } = this.chart.stage;
    const size = lensSize(height);
    this.traces ??= withoutHidden(figure.data).map((one) => ({ ...one, x: numbers(one.x), y: numbers(one.y) }));
    const placeOf = (x, y) => [axes.x._offset + axes.x.d2p(x), axes.y._offset + axes.y.d2p(y)];
    const place = placeOf(point.x, point.y);
    const lines = this.traces.filter(({ mode }) => mode === "lines");
    const curves = lines.map(({ x, y }) => Array.from(x, (value, i) => placeOf(value, y[i])));
    const times = isResting ? lensTimes(place, curves, size) : LENS.times[1];
    this.glass.hidden = times === null;
    if (times === null) return;
    const [left, top] = isResting ? restingCorner(place, curves.flat(), size, axes) : lensCorner(place, size, { width });
    Object.assign(this.glass.style, { left: `${left}px`, top: `${top}px`, width: `${size}px`, height: `${size}px` });
    [this.canvas.width, this.canvas.height] = [size * devicePixelRatio, size * devicePixelRatio];
    const context = this.canvas.getContext("2d");
    context.scale(devicePixelRatio, devicePixelRatio);
    const seen = lensWindow(point, axes, size, times);
    const axis = (name) => ({ ...figure.layout[name], range: seen[name[0]], showgrid: false });
    const layout = { margin: { t: 0, r: 0, b: 0 }, xaxis: axis("xaxis"), yaxis: axis("yaxis") };
    const { font, xaxis } = this.chart.look.template.layout;
    const line = xaxis.gridcolor;
    const sketch = new Sketch(context, this.traces, layout, { width: size, height: size }, { ...font, line });
    Object.assign(sketch, { left: 0, top: 0, width: size, height: size }); // without labels
    sketch.drawLines();
    for (const trace of sketch.traces) {
      context.globalAlpha = trace.opacity ?? 1;
      sketch.drawTrace(trace);
    }
  }
}
