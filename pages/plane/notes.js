// What stands on a plane beside its curves: their names, and a point with a question, which becomes its answer.

const MOST_NAMES = 6; // curves; the names of more would cover the plane, and stand in the legend
const CARD = { across: 38, up: 76 }; // pixels from the point to the card
const NAME = { fromCurve: 6, apart: 4, spots: 40 }; // spots along a curve at which its name is tried
const ARROW = { fromPoint: 15, head: 9, angle: 0.5 };
const SAME = 2; // pixels by which a sketch may differ from what Plotly draws
const LEFT = 0.25; // the cost of each spot farther right: of two that are as good, the left one
const OVERLAP = 1e6; // the cost of a spot that another label has

class Notes {
  names = [];

  constructor(chart) {
    this.chart = chart;
    this.layer = element("div", { class: "polycore-live-notes", hidden: "" });
    this.arrow = drawing("path", {});
    this.arrow.setAttribute("class", "polycore-live-arrow");
    this.arrow.prepend(this.arrow.firstChild.cloneNode()); // a pale edge below the line
    this.card = element("div", { class: "polycore-live-card" });
    this.layer.append(this.arrow, this.card);
    chart.stage.append(this.layer);
    this.caption = element("p", { class: "polycore-live-caption", hidden: "" });
    chart.root.prepend(this.caption);
  }

  // The figure has changed, or what is said of it.
  show({ notes, figure }) {
    this.notes = notes;
    const drawn = notes ? figure.data.filter((trace) => isCurve(trace) && numbers(trace.x)[0] !== null) : [];
    // once each: samples of a curve lie on the plane too
    const curves = drawn.filter(({ meta }, i) => drawn.findIndex((other) => other.meta.curve === meta.curve) === i);
    const isNamed = curves.length > 0 && curves.length <= MOST_NAMES;
    this.chart.root.classList.toggle("polycore-live-named", isNamed);
    for (const { label } of this.names) label.remove();
    this.names = (isNamed ? curves : []).map((trace) => ({ trace, label: this.nameOf(trace) }));
    this.caption.hidden = !notes;
    if (!notes) this.layer.hidden = true;
    else if (notes.answer) this.say(notes.answer);
    else this.card.replaceChildren(line("question", notes.question));
    if (notes) this.caption.replaceChildren(`${notes.caption[0]} `, element("span", {}, notes.caption[1]));
    this.isPlaced = false;
    this.place(this.geometry);
  }

  nameOf(trace) {
    const sample = trace.line ? sampleOf(trace.line) : dotOf(trace.marker);
    const attributes = { class: "polycore-live-name", "aria-hidden": true }; // the alternative text has it
    const label = element("span", attributes, sample, this.notes.names[trace.meta.curve]);
    this.layer.append(label);
    return label;
  }

  // A frame may have another answer. The card keeps its place: each answer has the same room.
  take({ marked }) {
    if (this.notes && marked) this.say(marked);
  }

  say({ says, sure, verdict, color, right, aside }) {
    const curve = element("b", {}, says.replace(/ ([=+−]) /g, " $1\u00a0")); // a long formula breaks before a term
    const answer = line("answer", element("i", { style: `background: ${color}` }), curve);
    const share = line("share", verdict ? `${sure}\u2002${verdict}` : sure);
    const last = line("quiet", right ? rightAnswer(right) : aside || hintOf(this.notes.try_next));
    this.card.replaceChildren(line("quiet", "The network says"), answer, share, last);
  }

  // Puts all in place over a plane as Plotly or a sketch has drawn it. `geometry` has its box within the stage, and
  // says where a value of x and one of y are. Names stay where they are on their plane when another point is asked:
  // those at that point or below its card are not seen meanwhile.
  place(geometry) {
    this.geometry = geometry;
    if (!this.notes || !geometry) return;
    const shown = this.names.filter(({ trace }) => !hiddenCurves().names.has(trace.name));
    this.isPlaced &&= this.isOnPlane(geometry, shown);
    if (this.isPlaced) return;
    this.isPlaced = true;
    this.layer.hidden = false;
    const [x, y] = [geometry.x(this.notes.point[0]), geometry.y(this.notes.point[1])];
    const isSeen = isInside(around(x, y, 0), geometry);
    this.card.hidden = !isSeen;
    this.arrow.style.display = isSeen ? "" : "none";
    const ring = around(x, y, ARROW.fromPoint);
    const [card, arrow] = isSeen ? this.placeCard(geometry, x, y) : [];
    const taken = isSeen ? [ring, card, arrow] : [];
    for (const one of this.names) one.label.hidden = !shown.includes(one);
    if (!this.isOnPlane(geometry, shown)) this.plane = this.planeOf(geometry, shown, taken);
    this.plane.boxes.forEach((box, own) => {
      const { label } = shown[own];
      label.hidden = box === null || (isSeen && (overlap(box, card) || overlap(box, ring)));
      if (box) Object.assign(label.style, { left: `${box.left}px`, top: `${box.top}px` });
    });
    this.giveWay();
  }

  // Names that would lie over what Plotly says of a point are not seen meanwhile.
  giveWay() {
    const said = this.chart.stage.querySelector(".hovertext")?.getBoundingClientRect();
    for (const { label } of this.names)
      label.style.visibility = said && overlap(said, label.getBoundingClientRect()) ? "hidden" : "";
  }

  planeOf(geometry, shown, taken) {
    const lines = shown.map(({ trace }) => pixelsOf(trace, geometry));
    const sizes = shown.map(({ label: { offsetWidth: width, offsetHeight: height } }) => ({ width, height }));
    const boxes = spotsFor(lines, sizes, taken, geometry);
    return { edges: edgesOf(geometry), curves: this.curvesOf(shown), boxes };
  }

  // Whether the names have their boxes on this plane and for these curves, but for a pixel or two, by which nothing may
  // jump.
  isOnPlane(geometry, shown) {
    if (this.plane?.curves !== this.curvesOf(shown)) return false;
    return edgesOf(geometry).every((edge, i) => Math.abs(edge - this.plane.edges[i]) <= SAME);
  }

  curvesOf(shown) {
    return shown.map(({ trace }) => this.notes.names[trace.meta.curve]).join();
  }

  // The card is below the point or, without room there, above it, and at its right as far as the plane reaches. On a
  // low plane, which has room neither below nor above, it comes nearer on the side with more room. Returns the room of
  // an answer, and that of the arrow.
  placeCard(geometry, x, y) {
    const { width, height } = this.sizeOfLongest();
    const bottom = geometry.top + geometry.height;
    const [below, above] = [bottom - y, y - geometry.top];
    const down = below >= CARD.up + height || below >= above;
    const most = geometry.left + geometry.width - width - NAME.apart;
    const left = Math.max(geometry.left + NAME.apart, Math.min(most, x + CARD.across));
    const top = down ? Math.min(y + CARD.up, bottom - height) : Math.max(geometry.top, y - CARD.up - height);
    const box = { left, top, right: left + width, bottom: top + height };
    // a shorter text leaves room on the side that is away from the point
    const isRight = left + width / 2 > x;
    const { clientWidth: across, clientHeight: upright } = this.chart.stage;
    Object.assign(this.card.style, {
      left: isRight ? `${left}px` : "auto",
      right: isRight ? "auto" : `${across - box.right}px`,
      top: down ? `${top}px` : "auto",
      bottom: down ? "auto" : `${upright - box.bottom}px`,
    });
    const from = [isRight ? left + 50 : box.right - 50, down ? top - 2 : box.bottom + 2];
    this.drawArrow(from, [x, y]);
    const [[farLeft, farRight], [high, low]] = [[x, from[0]], [y, from[1]]].map((ends) => ends.sort((a, b) => a - b));
    return [box, { left: farLeft, top: high, right: farRight, bottom: low }];
  }

  // How large the card is with the longest answer: a later one must not reach beyond the plane.
  sizeOfLongest() {
    const said = [...this.card.childNodes];
    const says = longestOf(this.notes.names);
    const aside = longestOf([this.notes.answer?.aside ?? "", ...this.notes.tries.map(hintOf), rightAnswer(says)]);
    this.say({ says, sure: "over 99\u00a0% sure", verdict: "× wrong", color: "", aside });
    const { offsetWidth: width, offsetHeight: height } = this.card;
    this.card.replaceChildren(...said);
    return { width, height };
  }

  drawArrow([fromX, fromY], [x, y]) {
    const bend = [x + 0.4 * (fromX - x), y + 0.7 * (fromY - y)];
    const angle = Math.atan2(bend[1] - y, bend[0] - x); // from the point
    const at = (distance, turn = 0) => [distance * Math.cos(angle + turn), distance * Math.sin(angle + turn)];
    const tip = at(ARROW.fromPoint).map((value, i) => [x, y][i] + value);
    const head = [-1, 1].map((side) => at(ARROW.head, side * ARROW.angle).map((value, i) => tip[i] + value));
    const d = `M${fromX},${fromY} Q${bend} ${tip} M${head[0]} L${tip} L${head[1]}`;
    for (const path of this.arrow.children) path.setAttribute("d", d);
  }
}

// Where values are on a plane as Plotly has drawn it.
function geometryOf({ x, y }) {
  return {
    left: x._offset,
    top: y._offset,
    width: x._length,
    height: y._length,
    x: (value) => x._offset + x.d2p(value),
    y: (value) => y._offset + y.d2p(value),
  };
}

function edgesOf(geometry) {
  const { left, top, width, height } = geometry;
  return [left, top, width, height, geometry.x(0), geometry.x(1), geometry.y(0), geometry.y(1)];
}

function hintOf(place) {
  return `${TOUCH.matches ? "Tap" : "Click"} ${place}.`;
}

function rightAnswer(name) {
  return `Right answer: ${name}`;
}

function longestOf(texts) {
  return texts.reduce((longest, one) => (one.length > longest.length ? one : longest), "");
}

function line(name, ...parts) {
  return element("p", { class: name }, ...parts);
}

function pixelsOf({ x, y }, geometry) {
  const [xs, ys] = [numbers(x), numbers(y)];
  const points = Array.from(xs, (value, i) => [geometry.x(value), geometry.y(ys[i])]);
  return points.filter((point) => point.every(Number.isFinite));
}

// The box of the label of each curve; null for one that is not in sight. A label without free room chooses before the
// others, once.
function spotsFor(lines, sizes, taken, geometry) {
  const inOrder = (order) => {
    const [boxes, there, crowded] = [[], [...taken], []];
    for (const own of order) {
      const box = (boxes[own] = bestSpot(lines, own, sizes[own], there, geometry));
      if (box && there.some((other) => overlap(box, other))) crowded.push(own);
      if (box) there.push(box);
    }
    return { boxes, crowded };
  };
  const order = [...lines.keys()];
  const { boxes, crowded } = inOrder(order);
  if (crowded.length === 0) return boxes;
  const again = inOrder([...crowded, ...order.filter((own) => !crowded.includes(own))]);
  return again.crowded.length < crowded.length ? again.boxes : boxes;
}

// The box of a label beside a curve that covers the least of what else is there; null if the curve is not in sight.
function bestSpot(lines, own, { width, height }, taken, geometry) {
  let [best, least] = [null, Infinity];
  const others = lines.flatMap((points, index) => (index === own ? [] : points));
  // spots of the plane and not of the curve, so that a name keeps its place if a figure has another number of points
  for (let spot = 0.5; spot < NAME.spots; spot++) {
    const x = geometry.left + (spot / NAME.spots) * geometry.width;
    const y = heightAt(lines[own], x);
    const [left, right] = [x - width / 2, x + width / 2];
    const within = lines[own].filter(([across]) => across >= left && across <= right).map(([, down]) => down);
    const beside = [heightAt(lines[own], left), heightAt(lines[own], right), ...within];
    for (const top of [Math.min(...beside) - NAME.fromCurve - height, Math.max(...beside) + NAME.fromCurve]) {
      const box = { left, top, right, bottom: top + height };
      if (!isInside(grown(box, NAME.apart), geometry)) continue;
      const covered = others.filter(([across, down]) => isIn(grown(box, NAME.fromCurve), across, down)).length;
      const overlaps = taken.filter((other) => overlap(grown(box, NAME.apart), other)).length;
      const onAxes = isIn(box, geometry.x(0), (box.top + box.bottom) / 2) || isIn(box, x, geometry.y(0));
      const away = Math.abs((box.top + box.bottom) / 2 - y);
      const cost = away + LEFT * spot + 20 * (covered + (onAxes ? 1 : 0)) + OVERLAP * overlaps;
      if (cost < least) [best, least] = [box, cost];
    }
  }
  return best;
}

// Where a curve is at a place on the screen, between its points; NaN where it is not.
function heightAt(points, x) {
  const next = points.findIndex(([across]) => across >= x);
  if (next < 1) return NaN;
  const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

function around(x, y, reach) {
  return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
}

function grown({ left, top, right, bottom }, by) {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

function isIn({ left, top, right, bottom }, x, y) {
  return left <= x && x <= right && top <= y && y <= bottom;
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function isInside(box, { left, top, width, height }) {
  return box.left >= left && box.right <= left + width && box.top >= top && box.bottom <= top + height;
}
