// What the network of a map answers under the pointer: a label with the likeliest polynomials there.

const WEIGHTS_MS = 500; // between two fetches of weights that change, at least

class PointerLabel {
  constructor(chart) {
    this.chart = chart;
    this.label = element("div", { class: "polycore-live-label", hidden: "" });
    chart.stage.append(this.label);
    const show = (event) => chart.latest?.weights && this.move(event);
    followPointer(chart.stage, show, () => this.leave());
  }

  // Where the weights are has changed, or what they are may have.
  renew() {
    if (!this.chart.latest.weights) this.leave();
    if (this.chart.latest.weights !== this.address) this.network = null;
    this.address = this.chart.latest.weights;
    this.isOld = true;
    if (this.at) this.fetch();
  }

  move({ clientX, clientY }) {
    this.at = { clientX, clientY };
    this.fetch();
    this.drawing ??= requestAnimationFrame(() => this.draw());
  }

  leave() {
    this.at = null;
    this.label.hidden = true;
  }

  // Fetches the weights when the pointer comes, and again while a run changes them. A browser does not say that the
  // pointer has left a map, or that a finger was lifted, if the map has gone from under it.
  async fetch() {
    const { latest } = this.chart;
    const changes = this.isOld || latest.follow?.active;
    if (this.isFetching || !this.chart.stage.isConnected || (this.network && !changes)) return;
    const rest = WEIGHTS_MS - (performance.now() - (this.fetchedAt ?? -WEIGHTS_MS));
    if (rest > 0) {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.at && this.fetch(), rest);
      return;
    }
    this.isFetching = true;
    this.isOld = false;
    try {
      const response = await fetch(new URL(latest.weights, base()));
      if (response.status === 200) this.take(unpacked(await response.arrayBuffer()));
    } catch {
      // the server is not there: Streamlit's own socket says so
    } finally {
      this.fetchedAt = performance.now();
      this.isFetching = false;
    }
    if (this.at) {
      this.draw();
      this.fetch();
    }
  }

  take({ shapes, activation, inputs, referee, curves, blobs }) {
    this.curves = new Curves(curves);
    this.network = referee
      ? new Referee(referee)
      : new Network(shapes, new Float64Array(blobs.weights), activation, inputs);
  }

  draw() {
    this.drawing = null;
    const point = this.at && this.network && this.chart.pointAt(this.at);
    this.label.hidden = !point;
    if (!point) return;
    const first = this.chart.latest.notes ? this.howSure(point) : this.curves.warning(point.x, point.y);
    const curves = this.chart.latest.figure.data.filter(isCurve);
    const rows = likeliestOf(this.network.probabilities(point.x, point.y)).map(([k, share]) => {
      const curve = curves.find(({ meta }) => meta.curve === k);
      const howLikely = element("b", {}, percent(share, this.network.isExact));
      return element("p", {}, sampleOf(curve.line), `${this.chart.legend.nameOf(curve)} `, howLikely);
    });
    const place = element("p", {}, pointText(point));
    this.label.replaceChildren(...(first ? [element("p", {}, first)] : []), ...rows, place);
    putBeside(this.label, this.at, this.chart.stage);
  }

  // What the numbers are, in the words of the notes.
  howSure({ x, y }) {
    return this.curves.isFar(x, y) ? "It saw no points here: do not trust it." : "How sure the network is:";
  }
}
