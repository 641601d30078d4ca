// Where a point lies among curves, as far_from_all of polycore/polynomials/distances.py has it. Needs nothing else.

const LINE = 0.01; // a line's width, as a share of the map's width and height
const NOISE_REACH = 4; // only one of 15,000 points is more than so many times the noise from its curve

class Curves {
  // `polynomials`: coefficients, highest degree first; [] if the curves are unknown. `noise`: the standard deviation of
  // points around their curve. `window`: the lowest and highest x of the map, and the same of y.
  constructor({ polynomials, noise, window: [[left, right], [low, high]] }) {
    this.heights = polynomials.map((curve) => (x) => curve.reduce((sum, coefficient) => sum * x + coefficient, 0));
    this.noise = noise;
    this.across = (LINE / 2) * (right - left);
    this.up = (LINE / 2) * (high - low);
  }

  isFar(x, y) {
    const isNear = (height) => {
      const values = [height(x - this.across), height(x), height(x + this.across)];
      const isOnLine = Math.min(...values) - this.up <= y && y <= Math.max(...values) + this.up;
      return isOnLine || Math.abs(y - values[1]) <= NOISE_REACH * this.noise;
    };
    return this.heights.length > 0 && !this.heights.some(isNear);
  }

  // What is to be said before any answer about a point that is far from all curves; "" of any other.
  warning(x, y) {
    if (!this.isFar(x, y)) return "";
    const distances = this.heights.map((height) => Math.abs(y - height(x)));
    const least = Math.min(...distances);
    return `No curve is near: p${distances.indexOf(least)}, the nearest, is ${Number(least.toPrecision(3))} away`;
  }
}
