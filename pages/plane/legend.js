// The legend of a figure of curves. Each entry is a button: it hides its curve in all figures of the window, on this
// page and on the others, and shows it again.

const FILE = { size: 12, row: 20, sample: 28, gap: 6 }; // pixels of a legend in a file

class HiddenCurves extends EventTarget {
  names = new Set();

  toggle(name) {
    if (!this.names.delete(name)) this.names.add(name);
    this.dispatchEvent(new Event("change"));
  }
}

function hiddenCurves() {
  return (window.polycoreHiddenCurves ??= new HiddenCurves());
}

class Legend {
  traces = [];

  constructor(parent) {
    this.list = element("ul", { class: "polycore-live-legend", "aria-label": "Curves: press one to hide it", hidden: "" });
    parent.append(this.list);
  }

  // `notes`: of a plane, with the names that it has beside its curves.
  show({ figure: { data, layout }, notes }) {
    this.named = notes?.names;
    const isShown = layout.showlegend === true && data.some(isCurve);
    const traces = isShown ? data.filter(({ name, showlegend }) => name && showlegend !== false) : [];
    this.traces = traces;
    const { names } = hiddenCurves();
    const id = JSON.stringify([traces.map(({ name, line, marker }) => [name, line, marker?.color]), [...names]]);
    if (id === this.id) return;
    this.id = id;
    const focused = this.list.contains(document.activeElement) && document.activeElement.dataset.name;
    this.list.replaceChildren(...traces.map((trace) => this.entry(trace, !names.has(trace.name))));
    this.list.hidden = traces.length === 0;
    if (focused) this.list.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  }

  // What a trace is called here. Its own name says in all figures which curve is hidden.
  nameOf({ name, meta }) {
    return this.named?.[meta?.curve] ?? plain(name);
  }

  // The legend as a part of a figure's layout, for a file: below a plot of that size, which leaves `room` pixels more.
  inFile({ l: left, b: below, w: width }) {
    const [shapes, annotations] = [[], []];
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${FILE.size}px sans-serif`;
    let [right, down] = [0, 0];
    for (const { name, line, marker } of this.traces) {
      const wide = FILE.sample + FILE.gap + context.measureText(plain(name)).width;
      if (right > 0 && right + wide > left + width) [right, down] = [0, down + FILE.row];
      const [x, y] = [right - left + FILE.gap, -(below + down + FILE.row / 2)];
      shapes.push(shapeInFile(x, y, line, marker));
      const font = { size: FILE.size };
      const at = { xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "middle", showarrow: false };
      annotations.push({ ...at, text: name, font, xshift: x + FILE.sample + FILE.gap, yshift: y });
      right += wide + 2 * FILE.gap;
    }
    return { shapes, annotations, room: annotations.length && down + FILE.row + FILE.gap };
  }

  entry(trace, isShown) {
    const { name, line, marker } = trace;
    const holder = isCurve(trace) ? this.button(name, isShown) : element("span", {});
    holder.append(line ? sampleOf(line) : dotOf(marker), this.nameOf(trace));
    return element("li", {}, holder);
  }

  button(name, isShown) {
    const button = element("button", { type: "button", "aria-pressed": isShown, "data-name": name });
    button.title = isShown ? "Hide this curve in all figures" : "Show this curve";
    button.addEventListener("click", () => hiddenCurves().toggle(name));
    return button;
  }
}

function sampleOf({ color, dash = "solid", width = 2 }) {
  const attributes = { x1: 0, y1: 5, x2: 26, y2: 5, stroke: color, "stroke-width": width };
  return drawing("line", { ...attributes, "stroke-dasharray": dashes(dash, width).join(" ") });
}

function dotOf({ color }) {
  return drawing("circle", { cx: 13, cy: 5, r: 4, fill: color });
}

function shapeInFile(x, y, line, marker) {
  const at = { xref: "paper", yref: "paper", xsizemode: "pixel", ysizemode: "pixel", xanchor: 0, yanchor: 0 };
  if (line) return { ...at, type: "line", line, x0: x, x1: x + FILE.sample, y0: y, y1: y };
  const [middle, radius] = [x + FILE.sample / 2, 4];
  const circle = { x0: middle - radius, x1: middle + radius, y0: y - radius, y1: y + radius };
  return { ...at, ...circle, type: "circle", fillcolor: marker.color, line: { width: 0 } };
}

function drawing(tag, attributes) {
  return shape("svg", { width: 26, height: 10, "aria-hidden": true }, shape(tag, attributes));
}

function isCurve({ meta }) {
  return meta?.curve !== undefined;
}

// The traces of a figure, without the hidden curves'. The pale lines beneath all curves are one trace, with as many
// values for each.
function withoutHidden(data) {
  const { names } = hiddenCurves();
  const isHidden = (trace) => isCurve(trace) && names.has(trace.name);
  if (!data.some(isHidden)) return data;
  const hidden = data.filter(isHidden).map(({ meta }) => meta.curve);
  return data.map((trace) => {
    if (isHidden(trace)) return { ...trace, visible: false };
    if (!trace.meta?.casings) return trace;
    const y = Array.from(numbers(trace.y));
    const count = y.length / trace.meta.casings;
    for (const curve of hidden) y.fill(null, curve * count, (curve + 1) * count);
    return { ...trace, y };
  });
}
