// The points of each step: fresh ones on curves, evenly or denser where the network errs, as in
// polycore/experiment/fresh_points.py and error_sums.py, or those of a fixed set. Needs network.js
// and random.js.

const CELLS = 4096; // of all curves together
const BLOCK = 16; // steps with the same density
const KEPT = 0.85; // of the sums of errors, from block to block
const [PRIOR_ERROR, PRIOR_COUNT] = [0.001, 0.1]; // what a cell is taken to have had before any point
const EVENLY = 0.05; // the share of the points that are spread evenly

// Both kinds of points have draw(size), which leaves them in `x`, `y` and `labels` and returns how many there are, and
// note(wrong), which takes the network's error at each of them: one minus the probability of its class.
class FreshPoints {
  // `polynomials`: coefficients, highest degree first. `range`: the lowest and highest x. `noise`: the standard deviation
  // around the curves. `byErrors`: whether points follow the errors. `most`: points of a draw.
  constructor({ polynomials, range: [low, high], noise, byErrors }, most, random) {
    Object.assign(this, { polynomials, low, high, noise, byErrors, random, steps: 0 });
    this.cells = Math.floor(CELLS / polynomials.length); // of each curve
    const all = this.cells * polynomials.length;
    for (const name of ["errors", "counts", "newErrors", "newCounts", "shares"]) this[name] = new Float64Array(all);
    [this.x, this.y] = [new Float64Array(most), new Float64Array(most)];
    [this.labels, this.places] = [new Uint8Array(most), new Uint32Array(most)];
    this.refresh();
  }

  // Equally many points on each curve, at least one, each in one of equal shares of its curve.
  draw(size) {
    const { polynomials, low, high, noise, random, cells, x, y, labels, places } = this;
    const each = Math.max(1, Math.floor(size / polynomials.length));
    for (let k = 0, n = 0; k < polynomials.length; k++) {
      let cell = k * cells;
      for (let i = 0; i < each; i++, n++) {
        const share = (i + random.next()) / each;
        cell = this.cellOf(share, cell, (k + 1) * cells - 1);
        const before = cell > k * cells ? this.shares[cell - 1] : 0;
        const within = Math.min(1, (share - before) / (this.shares[cell] - before));
        x[n] = low + ((high - low) * (cell - k * cells + within)) / cells;
        y[n] = polynomialAt(polynomials[k], x[n]) + (noise && noise * random.normal());
        [labels[n], places[n]] = [k, cell];
      }
    }
    this.count = each * polynomials.length;
    return this.count;
  }

  // The first cell from `first` to `last` at whose end more than that share of the points lie.
  cellOf(share, first, last) {
    while (first < last) {
      const middle = (first + last) >> 1;
      if (this.shares[middle] <= share) first = middle + 1;
      else last = middle;
    }
    return first;
  }

  note(wrong) {
    if (!this.byErrors) return;
    for (let n = 0; n < this.count; n++) {
      this.newErrors[this.places[n]] += wrong[n];
      this.newCounts[this.places[n]]++;
    }
    if (++this.steps % BLOCK === 0) this.refresh();
  }

  // Leaves in `shares` which share of its curve's points lies before the end of each cell.
  refresh() {
    const { errors, counts, newErrors, newCounts, shares, cells } = this;
    const density = errors.map((_, i) => {
      errors[i] = KEPT * errors[i] + newErrors[i];
      counts[i] = KEPT * counts[i] + newCounts[i];
      return (errors[i] + PRIOR_ERROR * PRIOR_COUNT) / (counts[i] + PRIOR_COUNT);
    });
    if (this.noise) this.shareDensity(density);
    newErrors.fill(0);
    newCounts.fill(0);
    for (let start = 0; start < density.length; start += cells) {
      const whole = density.subarray(start, start + cells).reduce((sum, one) => sum + one, 0);
      let sum = 0;
      for (let i = start; i < start + cells; i++) {
        sum += density[i];
        shares[i] = ((1 - EVENLY) * sum) / whole + (EVENLY * (i - start + 1)) / cells;
      }
    }
  }

  // With noise all curves have one density: the classes must have the same shares of the points at every place.
  shareDensity(density) {
    for (let cell = 0; cell < this.cells; cell++) {
      let sum = 0;
      for (let i = cell; i < density.length; i += this.cells) sum += density[i];
      for (let i = cell; i < density.length; i += this.cells) density[i] = sum;
    }
  }
}

class FixedPoints {
  constructor({ x, y, labels }, random) {
    Object.assign(this, { all: { x, y, labels }, random, next: 0 });
    [this.x, this.y, this.labels] = [Float64Array.from(x), Float64Array.from(y), Uint8Array.from(labels)];
  }

  // All points, or the next of a random order in which each comes once; the last draw of an order may be smaller.
  draw(size) {
    const whole = this.all.labels.length;
    if (size >= whole) return whole;
    if (this.next === 0) this.order = this.random.order(whole);
    const chosen = this.order.subarray(this.next, this.next + size);
    for (const name of ["x", "y", "labels"]) chosen.forEach((from, n) => (this[name][n] = this.all[name][from]));
    this.next = this.next + size < whole ? this.next + size : 0;
    return chosen.length;
  }

  note() {} // nothing: each point has its turn
}
