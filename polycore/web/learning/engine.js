// A network that computes the gradient of its loss: dense layers, an activation between them, softmax and
// cross-entropy, as in polycore/network/plain.py. Needs network.js, and products.js or another with its functions.

// The derivative of each activation at a sum z where its value is a.
const SLOPES = {
  relu: (z) => (z > 0 ? 1 : 0),
  "leaky-relu": (z) => (z > 0 ? 1 : 0.01),
  tanh: (_, a) => 1 - a * a,
  sigmoid: (_, a) => a * (1 - a),
  gelu(z) {
    const scale = Math.sqrt(2 / Math.PI);
    const turned = Math.tanh(scale * (z + 0.044715 * z * z * z));
    const inner = scale * (1 + 3 * 0.044715 * z * z);
    return 0.5 * (1 + turned) + (Math.abs(turned) < 1 ? 0.5 * z * (1 - turned * turned) * inner : 0);
  },
  silu(z) {
    const gate = sigmoid(z);
    return gate * (1 + z * (1 - gate));
  },
  sine: Math.cos,
  identity: () => 1,
};
const LOWEST = -40; // of a logit below the highest: smaller probabilities are 0, not the tiny numbers that are slow

const padded = (count) => 4 * Math.ceil(count / 4);

// Values of a layer, row 0 being 1s, whose weights are the biases, then a row for each neuron. Rows and columns beyond
// them are 0, and so are their gradients.
class LearningNetwork {
  // `widths`: from the inputs to the classes. `activation`: a name. `most`: points of a batch, a multiple of 8.
  constructor(widths, activation, most, products = new PlainProducts()) {
    Object.assign(this, { widths, most, products, classes: widths.at(-1), points: 0 });
    this.isRelu = activation === "relu";
    this.activate = ACTIVATIONS[activation];
    this.slope = SLOPES[activation];
    const sizes = widths.slice(1).map((width, i) => padded(1 + padded(widths[i])) * padded(width));
    const count = sizes.reduce((sum, size) => sum + size, 0);
    const rows = widths.map((width) => most * padded(1 + padded(width)));
    const all = products.take(2 * count + 3 * rows.reduce((sum, size) => sum + size, 0));
    let end = 0;
    const next = (size) => all.subarray(end, (end += size));
    [this.parameters, this.gradient] = [next(count), next(count)];
    this.layers = sizes.map((size, i) => this.layer(i, sizes.slice(0, i).reduce((sum, each) => sum + each, 0), size));
    // `factors` are the activation's derivatives, which ReLU has no need of
    for (const name of ["values", "slopes", "factors"]) this[name] = rows.map(next);
    this.wrong = new Float64Array(most); // of each point, one minus the probability of its class
  }

  layer(i, start, size) {
    const [rows, columns] = [padded(1 + padded(this.widths[i])), padded(this.widths[i + 1])];
    const [all, gradient] = [this.parameters, this.gradient].map((array) => array.subarray(start, start + size));
    return { rows, columns, inputs: 1 + this.widths[i], all, weights: all.subarray(columns), gradient };
  }

  // Returns where the inputs of so many points go, a multiple of 8: input i of point n is at [i * points + n].
  inputsFor(points) {
    if (this.points !== points) {
      this.points = points;
      for (const values of this.values) values.fill(0).fill(1, 0, points);
      for (const slopes of this.slopes) slopes.fill(0);
      this.behind = this.values.map((values) => values.subarray(points)); // without the row of 1s
    }
    return this.behind[0];
  }

  // The logit of class c for point n is then at [c * points + n].
  get logits() {
    return this.behind.at(-1);
  }

  forward() {
    const { layers, values, behind, points, isRelu } = this;
    layers.forEach(({ all, inputs, columns }, i) => {
      const isHidden = i < layers.length - 1;
      this.products.forward(all, columns, values[i], inputs, behind[i + 1], points, isHidden && isRelu);
      if (isHidden && !isRelu) this.activateAll(behind[i + 1], this.factors[i + 1], points * this.widths[i + 1]);
    });
  }

  activateAll(sums, factors, count) {
    const { activate, slope } = this;
    for (let i = 0; i < count; i++) {
      const sum = sums[i];
      sums[i] = activate(sum);
      factors[i] = slope(sum, sums[i]);
    }
  }

  // Leaves the gradient of the mean loss of the points, whose classes are `labels`, and returns that loss in nats.
  // `weights`: 1 for each point, or 0 for one that fills the batch up.
  learn(labels, weights) {
    const { layers, values, behind, slopes, points, products, isRelu } = this;
    this.forward();
    const loss = this.loss(labels, weights);
    for (let i = layers.length - 1; i >= 0; i--) {
      const { weights: below, gradient, rows, columns } = layers[i];
      products.gradient(values[i], rows, slopes[i + 1], columns, gradient, points);
      const factors = isRelu ? behind[i] : this.factors[i];
      if (i) products.backward(below, padded(this.widths[i]), columns, slopes[i + 1], factors, slopes[i], points, isRelu);
    }
    return loss;
  }

  // Leaves in the last slopes how fast the mean loss rises with each logit, and returns it.
  loss(labels, weights) {
    const { points, classes, logits, wrong } = this;
    const slopes = this.slopes.at(-1);
    let [count, loss] = [0, 0];
    for (let n = 0; n < points; n++) count += weights[n];
    for (let n = 0; n < points; n++) {
      let highest = logits[n];
      for (let c = 1, at = n + points; c < classes; c++, at += points) if (logits[at] > highest) highest = logits[at];
      let sum = 0;
      for (let c = 0, at = n; c < classes; c++, at += points) {
        const below = logits[at] - highest;
        sum += slopes[at] = below < LOWEST ? 0 : Math.exp(below);
      }
      const [own, share] = [labels[n] * points + n, weights[n] / count];
      wrong[n] = 1 - slopes[own] / sum;
      loss += share * (Math.log(sum) + highest - logits[own]);
      for (let c = 0, at = n; c < classes; c++, at += points) slopes[at] *= share / sum;
      slopes[own] -= share;
    }
    return loss;
  }

  // Weights row by row, then biases, layer by layer, as Network has them; they act on the inputs of inputsFor.
  numbers() {
    return Float64Array.from(this.places(), (at) => this.parameters[at]);
  }

  setNumbers(numbers) {
    this.places().forEach((at, i) => (this.parameters[at] = numbers[i]));
  }

  // Where each of the numbers is among the parameters.
  places() {
    return this.layers.flatMap(({ all, columns, inputs }, i) => {
      const first = (all.byteOffset - this.parameters.byteOffset) / all.BYTES_PER_ELEMENT;
      const row = (index) => Array.from({ length: this.widths[i + 1] }, (_, column) => first + index * columns + column);
      return [...Array.from({ length: inputs - 1 }, (_, index) => row(index + 1)), row(0)].flat();
    });
  }
}
