// Moves a curve up or down with the pointer: by dragging it with a mouse, or with a finger that was held on it first.

const GRIP = { mouse: 6, touch: 16 }; // pixels from a curve at which it is taken
const LIFT_STEPS = 100; // of a drag from the lower to the upper edge, at least

class CurveLift {
  constructor(chart) {
    this.chart = chart;
    this.label = element("div", { class: "polycore-live-label", hidden: "" });
    chart.stage.append(this.label);
    const on = (name, take) => chart.stage.addEventListener(name, (event) => this.isOn() && take(event), true);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.hover(event));
    // a finger that is held moves the curve; one that is not scrolls the page
    chart.stage.addEventListener("touchmove", (event) => this.held && event.preventDefault(), { passive: false });
  }

  isOn() {
    return (this.chart.latest?.lifts ?? null) !== null;
  }

  hover(event) {
    if (event.pointerType === "touch" || this.held) return;
    this.chart.plot.classList.toggle("polycore-live-lifts", this.curveAt(event) !== null);
  }

  press(event) {
    if (!event.isPrimary || event.button !== 0 || event.target.closest(".modebar")) return;
    const curve = this.curveAt(event);
    if (!curve) return;
    this.listening?.abort();
    this.listening = new AbortController();
    const on = (name, take) => window.addEventListener(name, take, { capture: true, signal: this.listening.signal });
    on("pointermove", (move) => this.move(move));
    for (const name of ["pointerup", "pointercancel", "blur"]) on(name, (end) => this.release(end));
    if (event.pointerType === "touch") {
      this.holding = setTimeout(() => {
        this.chart.letGo(); // else the chart would wait for the end of what may be a tap
        this.take(curve, event);
      }, HOLD_MS);
      return;
    }
    // Plotly would begin to zoom: it listens to the mouse events that follow
    event.preventDefault();
    event.stopPropagation();
    document.activeElement?.blur(); // as the mouse event would: Streamlit then sends what is being typed
    this.take(curve, event);
  }

  take(curve, { clientX, clientY }) {
    this.held = { curve, from: clientY, by: 0, label: { clientX, clientY } };
    this.show();
  }

  move(event) {
    if (!event.isPrimary) return;
    if (!this.held) {
      if (event.pointerType === "touch") this.letGo(); // it scrolls the page
      return;
    }
    const { y } = this.chart.axes();
    const step = 10 ** Math.floor(Math.log10(Math.abs(y.p2d(0) - y.p2d(y._length)) / LIFT_STEPS));
    const by = y.p2d(event.clientY - this.held.from) - y.p2d(0);
    this.held.by = Math.round(by / step) * step;
    this.held.label = event;
    this.show();
  }

  // The figure has changed, perhaps because a text was sent as the pointer went down.
  renew() {
    if (!this.held) return;
    const { curve } = this.held;
    if (this.chart.latest.figure.data[curve.trace]?.name === curve.name) this.show();
    else this.letGo();
  }

  // Draws the curve where it is held. What the server sends next has it there too.
  show() {
    const { curve, by, label } = this.held;
    this.chart.latest.figure.data[curve.trace].y = curve.y.map((value) => value + by);
    this.chart.edited();
    this.label.hidden = false;
    const moved = by === 0 ? ": drag it up or down" : `, ${by > 0 ? "up" : "down"} by ${Math.abs(by).toPrecision(3)}`;
    this.label.textContent = plain(curve.name) + moved;
    putBeside(this.label, label, this.chart.stage);
  }

  release({ type, target }) {
    if (type === "blur" && target !== window) return; // of an input
    const { held } = this;
    if (held && type !== "pointerup") {
      held.by = 0;
      this.show();
    }
    this.letGo();
    if (held?.by) this.chart.lift({ curve: held.curve.number, by: held.by });
  }

  letGo() {
    clearTimeout(this.holding);
    this.listening?.abort();
    this.held = null;
    this.label.hidden = true;
  }

  // The nearest curve within reach of the pointer, as it is drawn; null if there is none.
  curveAt(event) {
    const axes = this.chart.axes();
    if (!axes || !this.chart.pointAt(event)) return null;
    const box = this.chart.plot.getBoundingClientRect();
    const at = [event.clientX - box.left - axes.x._offset, event.clientY - box.top - axes.y._offset];
    let nearest = event.pointerType === "touch" ? GRIP.touch : GRIP.mouse;
    let found = null;
    for (const [trace, curve] of withoutHidden(this.chart.latest.figure.data).entries()) {
      if (!isCurve(curve) || curve.visible === false) continue;
      const y = Array.from(numbers(curve.y));
      const distance = distanceTo(at, numbers(curve.x), y, axes, nearest);
      if (distance >= nearest) continue;
      nearest = distance;
      found = { trace, name: curve.name, number: curve.meta.curve, y };
    }
    return found;
  }
}

// The distance in pixels from a place to the line through points with ascending x; parts that are farther than `reach`
// to the left or right are left out.
function distanceTo([right, down], x, y, axes, reach) {
  const [low, high] = [axes.x.p2d(right - reach), axes.x.p2d(right + reach)];
  let nearest = Infinity;
  for (let i = 1; i < x.length; i++) {
    if (x[i] < low || x[i - 1] > high) continue;
    const [x0, y0, x1, y1] = [axes.x.d2p(x[i - 1]), axes.y.d2p(y[i - 1]), axes.x.d2p(x[i]), axes.y.d2p(y[i])];
    const [along, up] = [x1 - x0, y1 - y0];
    const share = Math.min(1, Math.max(0, ((right - x0) * along + (down - y0) * up) / (along ** 2 + up ** 2)));
    nearest = Math.min(nearest, Math.hypot(x0 + share * along - right, y0 + share * up - down));
  }
  return nearest;
}
