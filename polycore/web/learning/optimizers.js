// How a network's parameters follow its gradient, and the learning rate over a run, as in polycore/optimizers.
// Needs nothing else.

const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];
const TINY = 1e-18; // a moment below it is 0: numbers that are almost 0 would slow the run down

// The rate of step `step`, counted from 0, of `steps`; `warmup` is the number of steps in which it rises.
function rateAt(schedule, highest, step, steps, warmup) {
  const done = step / steps;
  const falling = { constant: 1, linear: 1 - done, cosine: 0.5 * (1 + Math.cos(Math.PI * done)) }[schedule];
  return highest * falling * (step < warmup ? (step + 1) / warmup : 1);
}

class Adam {
  constructor(count) {
    [this.first, this.second, this.steps] = [new Float64Array(count), new Float64Array(count), 0];
  }

  // The moments are discounted sums; the factors that make means of them are taken out of the loop.
  step(parameters, gradient, rate) {
    const { first, second } = this;
    this.steps++;
    const mean = (1 - BETA_1) / (1 - BETA_1 ** this.steps);
    const root = Math.sqrt((1 - BETA_2) / (1 - BETA_2 ** this.steps));
    const [factor, added] = [(rate * mean) / root, EPSILON / root];
    for (let i = 0; i < parameters.length; i++) {
      const slope = gradient[i];
      const moment = BETA_1 * first[i] + slope;
      first[i] = moment < TINY && moment > -TINY ? 0 : moment;
      second[i] = BETA_2 * second[i] + slope * slope;
      parameters[i] -= (factor * first[i]) / (Math.sqrt(second[i]) + added);
    }
  }
}

class Sgd {
  constructor(count, momentum) {
    [this.velocity, this.momentum] = [new Float64Array(count), momentum];
  }

  step(parameters, gradient, rate) {
    const { velocity, momentum } = this;
    for (let i = 0; i < parameters.length; i++) {
      velocity[i] = momentum * velocity[i] + gradient[i];
      parameters[i] -= rate * velocity[i];
    }
  }
}
