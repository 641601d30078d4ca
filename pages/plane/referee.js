// The referee: the Bayes classifier of points on curves with noise, as polycore/referee/bayes_classifier.py has it.

const ROUNDING = 1e-14; // of the size of both curves' terms: distances that differ by less count as equal

class Referee {
  isExact = true; // it is as sure as 0 or 1 where that is right
  // `coefficients`: of each curve, highest degree first. `noise`: the standard deviation.
  constructor({ coefficients, noise }) {
    this.curves = coefficients;
    this.noise = noise;
  }

  probabilities(x, y) {
    const distances = this.curves.map((curve) => Math.abs(y - horner(curve, x)));
    const nearest = Math.min(...distances);
    const odds = this.noise ? this.densities(distances, nearest) : this.nearest(distances, nearest, x);
    const sum = odds.reduce((total, each) => total + each, 0);
    return odds.map((each) => each / sum);
  }

  // Of each curve, as a multiple of the highest.
  densities(distances, nearest) {
    return distances.map((each) => Math.exp(-((each - nearest) / this.noise) * ((each + nearest) / this.noise) * 0.5));
  }

  // 1 for the nearest curve, or for each of several.
  nearest(distances, nearest, x) {
    const sizes = this.curves.map((curve) => horner(curve.map(Math.abs), Math.abs(x)));
    const size = sizes[distances.indexOf(nearest)];
    return distances.map((each, k) => Number(each - nearest <= ROUNDING * (sizes[k] + size)));
  }
}

function horner(coefficients, x) {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}
