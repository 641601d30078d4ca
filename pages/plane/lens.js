// A round lens over a figure: what is around one of its points, or around the pointer, drawn again four times as large.

const LENS = { largest: 140, share: 1 / 3, times: 4, away: 18 }; // pixels, and a share of the figure's height

// How wide a lens is over a figure of that height: beside it there is always room for the point itself.
function lensSize(height) {
  return Math.min(LENS.largest, Math.floor(LENS.share * height));
}

// The ranges of x and y that a lens of that size shows around a point; `axes` are Plotly's.
function lensWindow({ x, y }, axes, size) {
  const half = size / LENS.times / 2; // pixels of the figure
  const ends = (axis, value) => [-half, half].map((by) => axis.p2d(axis.d2p(value) + by));
  return { x: ends(axes.x, x), y: ends(axes.y, y).reverse() };
}

// Where the lens for a place of the figure has its left upper corner: above, if it fits there.
function lensCorner([right, down], size, { width }) {
  const left = Math.min(Math.max(0, right - size / 2), width - size);
  const above = down - LENS.away - size;
  return [left, above >= 0 ? above : down + LENS.away];
}

class Lens {
  constructor(chart) {
    this.chart = chart;
    this.glass = element("div", { class: "polycore-live-lens", "aria-hidden": "true", hidden: "" });
    this.canvas = element("canvas", {});
    this.glass.append(this.canvas);
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
    this.draw((this.pointer && this.chart.pointAt(this.pointer)) ?? { x, y }, axes);
  }

  draw(point, axes) {
    const { figure } = this.chart.latest;
    const { clientWidth: width, clientHeight: height } = this.chart.stage;
    const size = lensSize(height);
    const place = [axes.x._offset + axes.x.d2p(point.x), axes.y._offset + axes.y.d2p(point.y)];
    const [left, top] = lensCorner(place, size, { width });
    Object.assign(this.glass.style, { left: `${left}px`, top: `${top}px`, width: `${size}px`, height: `${size}px` });
    [this.canvas.width, this.canvas.height] = [size * devicePixelRatio, size * devicePixelRatio];
    const context = this.canvas.getContext("2d");
    context.scale(devicePixelRatio, devicePixelRatio);
    this.traces ??= withoutHidden(figure.data).map((one) => ({ ...one, x: numbers(one.x), y: numbers(one.y) }));
    const seen = lensWindow(point, axes, size);
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
