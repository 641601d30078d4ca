// Draws a Plotly figure and updates it in place; live.py describes the contents of `data`.

const CLICK_DISTANCE = 5; // pixels a pointer may move during a click; from 8 on Plotly sees a drag
const SNAP_DISTANCE = { fine: 9, coarse: 18 }; // pixels from a marker at which a click chooses the marker
const CURSOR_STEPS = 50; // presses of an arrow key from edge to edge
const RETRY_MS = 3000;
// While Plotly draws, a browser answers no press: a chart that grows beside a map rests after each drawing, so many
// times as long as that took, but within these limits. What the page itself sends takes longer to draw than what a
// frame adds, and a run that begins or goes on changes the most: before and after it a chart rests no longer than it
// must.
const RESTS = 60;
const CHART_REST_MS = [500, 2000];
const CONFIG = {
  displaylogo: false,
  doubleClick: "reset", // two quick clicks on a map must not change its axis ranges
};
const HOVERS = ["plotly_hover", "plotly_unhover"];
const MODE_BAR = ["zoom2d", "pan2d", "resetScale2d"];
const PNG_SCALE = 2; // pixels in the file for each on the page, for print and projectors

// What of a chart is shown while it rests: its single points, such as a star at the latest weights, and its text.
const POINT = /^data\.(\d+)\.(x\.0|y\.0|name)$/;
const ALT = "layout.meta.alt";
const POINT_RADIUS = 5; // pixels, of the marks at the latest steps

const SHOWN_ALONE = /^layout\.(meta|images\.\d+\.source)\b/; // what of a figure can be shown without Plotly

const FEWEST_MISTAKES = 1e-4; // a share: as many are drawn of accuracies that make fewer, or none

const PHONE = matchMedia("(max-width: 640px)");
const TOUCH = matchMedia("(pointer: coarse)"); // a finger on a chart must scroll the page and not drag the chart

export default keeping(
  (parent) => new Chart(parent),
  (chart, { data, setTriggerValue }) => {
    chart.choose = (point) => setTriggerValue("click", point);
    chart.lift = (curve) => setTriggerValue("lift", curve);
    chart.show(data);
  },
);

class Chart {
  drawn = 0;
  drawnAt = 0;
  restsUntil = 0; // time before which a chart that rests is not drawn again
  sketches = 0;
  busy = false; // is drawing, or waits for the library or the next frame
  stale = false; // the latest figure is not drawn yet
  pressed = null; // where the pointer went down; Plotly loses a drag if its figure is drawn again

  constructor(parent) {
    this.root = element("div", { class: "polycore-live" });
    this.stage = element("div", { class: "polycore-live-stage" });
    this.plot = element("div", {});
    this.pad = element("div", {
      class: "polycore-live-pad",
      tabindex: 0,
      role: "application",
      "aria-label": "Choose a point: arrow keys move, Enter chooses",
      hidden: "",
    });
    this.cursor = element("div", { class: "polycore-live-cursor", hidden: "" });
    this.position = element("div", { class: "polycore-live-position", "aria-live": "polite" });
    this.message = element("p", { role: "status" });
    this.stage.append(this.plot, this.pad, this.cursor, this.position, this.message);
    this.root.append(this.stage);
    this.legend = new Legend(this.root);
    this.pointer = new PointerLabel(this);
    this.curves = new CurveLift(this);
    this.lens = new Lens(this);
    this.notes = new Notes(this);
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.stage);
    hiddenCurves().addEventListener("change", this.hide);
    this.plot.addEventListener("pointerdown", (event) => this.press(event), true);
    this.pad.addEventListener("keydown", (event) => this.key(event));
    this.pad.addEventListener("blur", () => (this.cursor.hidden = true));
  }

  resized() {
    const look = theme(this.root);
    // type is larger for a projector: what is drawn next is drawn in that size
    if (this.look && look.id !== this.look.id) [this.look, this.onlyPictures, this.fixed] = [look, false, null];
    this.refresh();
  }

  hide = () => {
    if (!this.latest) return;
    this.onlyPictures = false;
    this.legend.show(this.latest);
    this.refresh();
  };

  show(data) {
    const text = new TextDecoder().decode(data);
    const look = theme(this.root);
    // Streamlit also calls this if only the theme has changed, or nothing
    if (text === this.text && look.id === this.look.id) return;
    const latest = text === this.text ? this.latest : JSON.parse(text);
    // While a page runs often, only the picture of its map may differ.
    const fixed = JSON.stringify([look.id, latest.clicks, latest.figure], unlessShownAlone);
    this.onlyPictures &&= fixed === this.fixed;
    [this.text, this.look, this.latest, this.fixed, this.frame] = [text, look, latest, fixed, null];
    this.legend.show(latest);
    this.notes.show(latest);
    this.pointer.renew();
    this.curves.renew();
    this.lens.renew();
    this.isOfPage = true;
    this.restsUntil = Math.min(this.restsUntil, this.drawnAt + CHART_REST_MS[0]);
    this.leave?.();
    const { follow } = latest;
    this.leave = follow && channel().follow(follow, (frame) => this.take(frame));
    if (latest.rests) this.showPoints();
    this.refreshSoon();
  }

  // The figure was changed in the browser: all of it is drawn now, and also with what the server sends next.
  edited() {
    this.onlyPictures = false;
    this.fixed = null;
    this.refresh();
  }

  take(frame) {
    this.frame = frame;
    if (this.latest.rests) this.showPoints();
    this.refreshSoon();
  }

  // Shows the single points of the latest frame in the chart as it is drawn: what a page calls "now" is one value, in
  // the chart as in the texts beside it, however long the chart rests.
  showPoints() {
    if (!this.drawn || this.canvas) return;
    const { follow, figure } = this.latest;
    const bound = (follow?.bind ?? []).filter(([target]) => target === ALT || POINT.test(target));
    if (bound.length === 0) return;
    if (this.frame) this.write(bound, new Values(this.frame, follow));
    for (const index of new Set(bound.flatMap(([target]) => target.match(POINT)?.[1] ?? []))) this.showPoint(Number(index));
    this.describe(figure.layout.meta);
  }

  // A point beyond the axes stays where it was until the chart is drawn with others.
  showPoint(index) {
    const { x, y, name } = this.latest.figure.data[index];
    const point = this.drawnTrace(".scatterlayer .trace", index)?.querySelector(".points path");
    const text = this.drawnTrace(".legend .traces", index)?.querySelector(".legendtext");
    if (text) text.textContent = plain(name);
    const { x: across, y: up } = this.axes();
    const [right, down] = [across.d2p(x[0]), up.d2p(y[0])];
    const isShown = right >= 0 && right <= across._length - POINT_RADIUS && down >= 0 && down <= up._length;
    if (point && isShown) point.setAttribute("transform", `translate(${right},${down})`);
  }

  drawnTrace(parts, index) {
    return [...this.plot.querySelectorAll(parts)].find(({ __data__: [{ trace }] }) => trace.index === index);
  }

  // Whether a value at that path is of markers that frames only move.
  isOfMoving(target) {
    return this.latest.figure.data[target.match(/^data\.(\d+)\./)?.[1]]?.meta?.moves;
  }

  // Moves the markers that frames move, also in what Plotly knows of them: it draws them again after a zoom. To draw 500
  // anew takes Plotly as long as all the rest. Returns whether it could: not if their number has changed.
  moveMarkers() {
    const { x: across, y: up } = this.axes();
    for (const [index, { meta, x, y, marker }] of this.latest.figure.data.entries()) {
      if (!meta?.moves) continue;
      const drawn = this.drawnTrace(".scatterlayer .trace", index)?.querySelectorAll(".points path") ?? [];
      const [xs, ys] = [numbers(x), numbers(y)];
      if (drawn.length !== xs.length) return false;
      for (const [i, point] of drawn.entries()) {
        const radius = marker.size[i] / 2;
        Object.assign(point.__data__, { x: xs[i], y: ys[i], ms: marker.size[i], mrc: radius });
        point.setAttribute("transform", `translate(${across.d2p(xs[i])},${up.d2p(ys[i])})`);
        point.setAttribute("d", `M${radius},0A${radius},${radius} 0 1,1 0,-${radius}A${radius},${radius} 0 0,1 ${radius},0Z`);
      }
    }
    return true;
  }

  // Writes the values of the latest frame into the figure, at the paths in `follow.bind`. Frames that are never drawn
  // cost nothing here.
  fill() {
    if (!this.frame) return;
    const { frame } = this;
    const { follow, figure } = this.latest;
    this.frame = null;
    const written = this.write(follow.bind, new Values(frame, follow));
    // an answer is of the same moment as the map around it: without a new map the answer stays too
    const [map] = follow.bind.find(([, name]) => name === "picture") ?? [];
    if (!map || written.includes(map)) this.notes.take(frame);
    this.onlyPictures &&= written.every((target) => SHOWN_ALONE.test(target) || this.isOfMoving(target));
    this.legend.show(this.latest);
  }

  // Writes the values of the bindings that a frame has into the figure; returns where.
  write(bindings, values) {
    const known = bindings.map(([target, name]) => [target, values.at(name)]).filter(([, value]) => value !== undefined);
    for (const [target, value] of known) write(this.latest.figure, target.split("."), value);
    return known.map(([target]) => target);
  }

  refreshSoon() {
    clearTimeout(this.resting);
    const rest = this.latest?.rests ? this.restsUntil - performance.now() : 0;
    if (rest > 0) this.resting = setTimeout(() => this.refresh(), rest);
    else this.refresh();
  }

  // Draws the latest figure once: several calls before the next frame cause one drawing.
  refresh() {
    this.stale = true;
    if (!window.Plotly?.react) this.sketch();
    if (this.busy || this.pressed || this.ended || !this.latest) return;
    this.busy = true;
    this.redraw().finally(() => {
      this.busy = false;
      if (this.stale) this.refreshSoon();
    });
  }

  // Shows the latest figure until Plotly has come, if it can.
  sketch() {
    if (this.ended || !this.latest || !canBeSketched(this.latest.figure) || this.stage.clientWidth === 0) return;
    this.fill();
    const { figure } = this.latest;
    if (!this.canvas) this.stage.prepend((this.canvas = element("canvas", { role: "img" })));
    this.canvas.setAttribute("aria-label", figure.layout.meta?.alt ?? "Chart");
    const number = ++this.sketches;
    const isOutdated = () => !this.canvas || number !== this.sketches;
    const shown = { ...figure, data: withoutHidden(figure.data) };
    const drawn = sketch(this.canvas, shown, this.look, isOutdated);
    drawn.then((plane) => plane && this.notes.place(plane)).catch(console.error);
  }

  async redraw() {
    try {
      const Plotly = await library(this.latest.library);
      await turn();
      if (this.pressed || this.ended) return;
      this.stale = false;
      if (this.stage.clientWidth === 0) return;
      const { isOfPage } = this;
      this.isOfPage = false;
      const began = performance.now();
      this.fill();
      await this.draw(Plotly);
      const now = performance.now();
      const [shortest, longest] = CHART_REST_MS;
      const rest = isOfPage ? 0 : RESTS * (now - began);
      this.drawnAt = now;
      this.restsUntil = now + Math.min(longest, Math.max(shortest, rest));
    } catch (error) {
      this.fail(error);
    }
  }

  async draw(Plotly) {
    const { figure, clicks } = this.latest;
    const size = { width: this.stage.clientWidth, height: this.stage.clientHeight, autosize: false };
    const { width, height } = this.plot._fullLayout ?? {};
    const isAsLarge = size.width === width && size.height === height;
    if (this.onlyPictures && isAsLarge && this.moveMarkers()) this.showPictures();
    else {
      this.onlyPictures = true;
      const layout = { ...figure.layout, ...size, template: this.look.template };
      if (figure.data.some(isCurve)) layout.showlegend = false; // it has a legend of ours
      const data = withoutHidden(figure.data);
      const { weights, notes } = this.latest;
      const shown = weights ? data.map(withoutHover) : notes ? data.map((trace) => named(trace, notes)) : data;
      const text = this.look.template.layout.font.size;
      this.renewFirstRanges(figure.layout);
      await Plotly.react(this.plot, ...(text ? enlarged(shown, layout, text) : [shown, layout]), this.config(Plotly));
      this.placeNotes();
    }
    if (this.ended) return;
    this.canvas?.remove();
    this.canvas = null;
    const meta = figure.layout.meta ?? {};
    this.describe(meta);
    this.root.dataset.updates = ++this.drawn;
    if (meta.step !== undefined) this.root.dataset.step = meta.step;
    this.message.textContent = "";
    this.pad.hidden = !clicks;
    this.plot.classList.toggle("polycore-live-clicks", clicks);
    this.moveCursor();
    if (this.latest.rests) this.showPoints(); // of a frame that has come meanwhile
    this.lens.show();
  }

  // Two clicks, and on a phone each tap, lead back to the ranges that Plotly has drawn first. The figure may have
  // others by now: those of other curves.
  renewFirstRanges(layout) {
    for (const axis of Object.values(this.axes() ?? {}))
      [axis._rangeInitial0, axis._rangeInitial1] = layout[axis._name]?.range ?? [];
  }

  // Also after a zoom, of which only Plotly knows.
  placeNotes() {
    if (!this.latest.notes) return;
    if (!this.zooms) this.plot.on("plotly_relayout", () => this.placeNotes());
    if (!this.zooms) for (const event of HOVERS) this.plot.on(event, () => this.notes.giveWay());
    this.zooms = true;
    this.notes.place(geometryOf(this.axes()));
  }

  // Shows the latest pictures and nothing else. Plotly.relayout would lay the whole figure out for each. Plotly keeps
  // the source it has shown beside the element, and that it will show after a zoom in its own layout.
  showPictures() {
    const { images = [], meta } = this.latest.figure.layout;
    Object.assign(this.plot.layout, { images, meta });
    for (const image of this.plot.querySelectorAll(".imagelayer image")) {
      const index = image.__data__._index;
      const { source } = images[index];
      if (image._imgSrc === source) continue;
      this.plot._fullLayout.images[index].source = image._imgSrc = source;
      image.setAttribute("href", source);
    }
  }

  // Plotly's first SVG has the data, those above it have titles and legend. The label is set on the first and not on
  // the whole chart: inside an element that is one image to a screen reader, Plotly's buttons could not be reached.
  describe({ alt = "Chart", more = "" } = {}) {
    const [picture, ...over] = this.plot.querySelectorAll(".main-svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", alt + more);
    for (const layer of over) layer.setAttribute("aria-hidden", "true");
  }

  config(Plotly) {
    const button = (format, icon) => ({
      name: `save as ${format}`,
      title: `Save as ${format.toUpperCase()}`,
      icon,
      click: () => this.save(Plotly, format),
    });
    // created once: Plotly draws its buttons again if they are other objects than before
    this.buttons ??= [[...MODE_BAR, button("png", Plotly.Icons["camera-retro"]), button("svg", Plotly.Icons.disk)]];
    return { ...CONFIG, modeBarButtons: this.buttons };
  }

  // On the page a figure is transparent; in a file it has the page's color behind it, so that its text is legible.
  save(Plotly, format) {
    const { width, height, _size: size } = this.plot._fullLayout;
    // a file does not contain the page's font: lay the text out in a font that is there when it is opened
    const font = { ...this.plot.layout.font, family: "sans-serif" };
    const layout = { ...this.plot.layout, paper_bgcolor: this.look.page, font };
    const { shapes, annotations, room } = this.legend.inFile(size);
    layout.shapes = [...(layout.shapes ?? []), ...shapes];
    layout.annotations = [...(layout.annotations ?? []), ...annotations];
    layout.margin = { ...layout.margin, b: size.b + room };
    const figure = { data: this.plot.data, layout, config: { staticPlot: true } };
    const scale = format === "png" ? PNG_SCALE : 1;
    const filename = this.latest.file;
    return Plotly.downloadImage(figure, { format, width, height: height + room, scale, filename });
  }

  fail(error) {
    this.stale = this.onlyPictures = false;
    const missing = error instanceof LibraryError;
    if (!missing) console.error(error);
    this.message.textContent = missing
      ? "The chart cannot be drawn: its library could not be loaded from the server. Trying again …"
      : "The chart cannot be drawn. Reload the page; if that does not help, this is a bug in the program.";
    clearTimeout(this.retry);
    if (missing) this.retry = setTimeout(() => this.refresh(), RETRY_MS);
  }

  end() {
    this.ended = true;
    this.leave?.();
    clearTimeout(this.resting);
    this.observer.disconnect();
    hiddenCurves().removeEventListener("change", this.hide);
    this.curves.letGo();
    this.root.remove();
    if (!this.pressed) this.purge(); // during a drag Plotly still needs its figure
  }

  purge() {
    window.Plotly?.purge(this.plot);
  }

  // --- choosing a point -------------------------------------------------------------------------

  press(event) {
    if (!event.isPrimary || event.button !== 0) return;
    const point = event.target.closest(".modebar, .legend") ? null : this.pointAt(event);
    this.pressed = { x: event.clientX, y: event.clientY, point };
    this.listening?.abort();
    this.listening = new AbortController();
    // on the window: during a drag Plotly covers the page, and its own figure, with another element
    for (const name of ["pointerup", "pointercancel", "blur"])
      window.addEventListener(name, (end) => this.release(end), { capture: true, signal: this.listening.signal });
  }

  release(event) {
    const { x, y, point } = this.pressed;
    this.pressed = null;
    this.listening.abort();
    if (this.ended) {
      setTimeout(() => this.purge()); // Plotly has to finish its drag first
      return;
    }
    const moved = Math.hypot(event.clientX - x, event.clientY - y);
    const clicked = event.type === "pointerup" && moved <= CLICK_DISTANCE && point;
    if (clicked && this.latest.clicks) {
      this.choose(this.snapped(point));
      // on a phone the answer comes up from the bottom: the map goes to the top, where it can be touched again
      if (PHONE.matches && !this.latest.notes) this.bringToTop(event);
    }
    if (this.stale) setTimeout(() => this.refresh()); // Plotly has to finish its drag first
  }

  // Where a lesson takes the top of the screen there is no room for the whole map: then for the point that was touched.
  bringToTop({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    const touched = element("i", { class: "polycore-live-touched" });
    Object.assign(touched.style, { left: `${clientX - box.left}px`, top: `${clientY - box.top}px` });
    const bring = () => {
      this.stage.append(touched);
      this.root.classList.add("polycore-live-brought"); // one that stays in view as the page scrolls: where it was first
      this.root.scrollIntoView();
      this.root.classList.remove("polycore-live-brought");
      touched.scrollIntoView({ block: "nearest" });
      touched.remove();
    };
    bring();
    presses().atRestUnlessScrolled(bring); // a lesson may fold or unfold with the answer, or as the run ends
  }

  // What the pointer does from now on is nothing to the chart.
  letGo() {
    this.listening?.abort();
    this.pressed = null;
  }

  // The point in the axes' units, or null outside the axes.
  pointAt({ clientX, clientY }) {
    const axes = this.axes();
    if (!axes) return null;
    const box = this.plot.getBoundingClientRect();
    const [right, down] = [clientX - box.left - axes.x._offset, clientY - box.top - axes.y._offset];
    if (right < 0 || down < 0 || right > axes.x._length || down > axes.y._length) return null;
    return { x: axes.x.p2d(right), y: axes.y.p2d(down) };
  }

  // The point, with the digits that a pixel resolves, or the nearest marker within a distance on the screen: at any zoom.
  snapped(point) {
    const { x, y } = this.axes();
    let nearest = TOUCH.matches ? SNAP_DISTANCE.coarse : SNAP_DISTANCE.fine;
    let chosen = { x: resolved(x, point.x), y: resolved(y, point.y) };
    for (const trace of this.plot._fullData.filter((trace) => trace.meta?.snap)) {
      for (let i = 0; i < trace.x.length; i++) {
        const marker = { x: trace.x[i], y: trace.y[i] };
        const distance = Math.hypot(x.d2p(marker.x) - x.d2p(point.x), y.d2p(marker.y) - y.d2p(point.y));
        if (distance <= nearest) [nearest, chosen] = [distance, marker];
      }
    }
    return chosen;
  }

  axes() {
    const { xaxis: x, yaxis: y } = this.plot._fullLayout ?? {};
    return x && y ? { x, y } : null;
  }

  key(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const axes = this.axes();
    if (!axes) return;
    this.shares ??= [0.5, 0.5]; // of the plot's width and height, from the upper left
    if (event.key in directions) {
      const step = directions[event.key].map((direction) => direction / CURSOR_STEPS);
      this.shares = this.shares.map((share, i) => Math.min(1, Math.max(0, share + step[i])));
    } else if (event.key === "Enter" || event.key === " ") this.choose(this.snapped(this.cursorPoint(axes)));
    else return;
    event.preventDefault();
    this.cursor.hidden = false;
    this.moveCursor();
    this.position.textContent = pointText(this.cursorPoint(axes));
  }

  cursorPoint({ x, y }) {
    return { x: x.p2d(this.shares[0] * x._length), y: y.p2d(this.shares[1] * y._length) };
  }

  moveCursor() {
    const axes = this.axes();
    if (!axes || !this.shares) return;
    this.cursor.style.left = `${axes.x._offset + this.shares[0] * axes.x._length}px`;
    this.cursor.style.top = `${axes.y._offset + this.shares[1] * axes.y._length}px`;
  }
}

// A coordinate with as few digits as keep it within its pixel.
function resolved(axis, value) {
  const pixel = Math.abs(axis.p2d(1) - axis.p2d(0));
  return Number(value.toFixed(Math.min(100, Math.max(0, -Math.floor(Math.log10(pixel))))));
}

// What a figure can show of a frame: what its header has, the columns of its history, and its map as a picture.
class Values {
  constructor(frame, follow) {
    this.frame = frame;
    this.follow = follow;
  }

  at(name) {
    if (name.startsWith("picture")) return pictureIn(this.frame, this.follow.colors, name.split(".")[2]);
    if (name.startsWith("last.")) return this.at(name.slice("last.".length))?.at(-1);
    if (name.startsWith("heights.")) return heights(this.at(name.slice("heights.".length)));
    if (name.startsWith("history.")) return this.history()?.[name.slice("history.".length)];
    return name.split(".").reduce((value, part) => value?.[part], this.frame);
  }

  history() {
    const { history } = this.frame.blobs;
    if (this.columns || !history) return this.columns;
    const count = history.byteLength / 16;
    const column = (Type, i) => Array.from(new Type(history, 4 * i * count, count));
    return (this.columns = {
      step: column(Uint32Array, 0),
      loss: column(Float32Array, 1),
      accuracy: column(Float32Array, 2),
      held_out: column(Float32Array, 3),
    });
  }
}

// How high accuracies in percent are drawn: `accuracy_heights` in polycore/figures/progress.py.
function heights(percent) {
  if (Array.isArray(percent)) return percent.map(heights);
  return percent === undefined ? undefined : 0 - Math.log10(Math.max(1 - percent / 100, FEWEST_MISTAKES));
}

let lastTurn = Promise.resolve();

// Resolves at the next animation frame that no other chart uses: together, the charts of a page would hold it up. A
// hidden tab has no frames, so there charts cost nothing.
function turn() {
  lastTurn = lastTurn.then(() => new Promise(requestAnimationFrame));
  return lastTurn;
}

// A curve that Plotly calls as notes do, under the pointer.
function named(trace, { names }) {
  return isCurve(trace) ? { ...trace, name: escaped(names[trace.meta.curve]) } : trace;
}

// A curve for which Plotly shows nothing under the pointer: the label says more. With a template it would.
function withoutHover(trace) {
  return isCurve(trace) ? { ...trace, hoverinfo: "skip", hovertemplate: undefined } : trace;
}

function write(target, [name, ...names], value) {
  if (names.length) write(target[name], names, value);
  else target[name] = value;
}

// For JSON.stringify: leaves out what `showPictures` shows.
function unlessShownAlone(name, value) {
  return name === "source" || name === "meta" ? undefined : value;
}

class LibraryError extends Error {}

// Loads Plotly once for all charts in the window.
function library(path) {
  if (window.Plotly?.react) return Promise.resolve(window.Plotly);
  window.polycoreLibrary ??= load(new URL(path, base())).catch(() => {
    setTimeout(() => delete window.polycoreLibrary, RETRY_MS - 100);
    throw new LibraryError();
  });
  return window.polycoreLibrary;
}

function load(url) {
  return new Promise((resolve, reject) => {
    const script = element("script", { src: url });
    const fail = () => {
      script.remove();
      reject();
    };
    script.onload = () => (window.Plotly?.react ? resolve(window.Plotly) : fail()); // a proxy's own error page
    script.onerror = fail;
    document.head.append(script);
  });
}

// For a projector: labels that a figure sizes itself are as large as its other text, and lines twice as wide.
function enlarged(data, layout, size) {
  const wide = ({ line, ...trace }) => ({ ...trace, line: { ...line, width: 2 * (line?.width ?? 2) } });
  const large = ({ label, ...shape }) => ({ ...shape, label: { ...label, font: { ...label?.font, size } } });
  const shapes = layout.shapes?.map((shape) => (shape.label ? large(shape) : shape)) ?? [];
  return [data.map((trace) => (trace.mode === "lines" ? wide(trace) : trace)), { ...layout, shapes }];
}

function theme(root) {
  const style = getComputedStyle(root);
  const value = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const [text, page, line] = [value("text-color"), value("background-color"), value("border-color")];
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line };
  const size = parseFloat(style.getPropertyValue("--polycore-figure-text")); // presentation.py sets it
  const font = { color: text, ...(size > 0 && { size }) };
  const layout = {
    dragmode: TOUCH.matches ? false : "zoom",
    font: { ...font, family: value("font") },
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    xaxis: axis,
    yaxis: axis,
    hoverlabel: { bgcolor: page, bordercolor: line, font },
    modebar: { bgcolor: "rgba(0, 0, 0, 0)", color: line, activecolor: text },
  };
  return { id: JSON.stringify(layout), page, template: { layout } };
}
