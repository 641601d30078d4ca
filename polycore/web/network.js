// The forward pass of a network: dense layers with an activation between them, and softmax at the end, as in
// polycore/network/plain.py and activations.py. Needs nothing else.

const sigmoid = (z) => 0.5 * Math.tanh(0.5 * z) + 0.5;
const ACTIVATIONS = {
  relu: (z) => Math.max(0, z),
  "leaky-relu": (z) => Math.max(0.01 * z, z),
  tanh: Math.tanh,
  sigmoid,
  gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z))),
  silu: (z) => z * sigmoid(z),
  sine: Math.sin,
  identity: (z) => z,
};

const FEATURES = {
  x: (x) => x,
  y: (_, y) => y,
  x2: (x) => x * x,
  x3: (x) => x * x * x,
  x4: (x) => x * x * x * x,
  y2: (_, y) => y * y,
  xy: (x, y) => x * y,
  sin: (x) => Math.sin(Math.PI * x),
};
const PLAIN = { names: ["x", "y"], curves: [] };

const polynomialAt = (curve, x) => curve.reduce((sum, coefficient) => sum * x + coefficient, 0);

// What the first layer gets for a point, as functions of x and y, by the names of features and the coefficients of the
// curves, highest degree first, whose distances are inputs too.
function inputFunctions({ names, curves }) {
  const features = names.filter((name) => name !== "distances").map((name) => FEATURES[name]);
  if (features.includes(undefined)) throw new Error(`unknown features among ${names}`);
  return [...features, ...curves.map((curve) => (x, y) => y - polynomialAt(curve, x))];
}

class Network {
  // `shapes`: rows and columns of each layer's weights. `numbers`, Float64Array: for each layer its weights, row by
  // row, and its biases. `activation`: a name in ACTIVATIONS. `inputs`: as inputFunctions takes them.
  constructor(shapes, numbers, activation, inputs = PLAIN) {
    let start = 0;
    const functions = inputFunctions(inputs);
    this.inputs = (x, y) => Float64Array.from(functions, (each) => each(x, y));
    this.activation = ACTIVATIONS[activation];
    const next = (count) => numbers.subarray(start, (start += count));
    this.layers = shapes.map(([rows, columns]) => ({ rows, columns, weights: next(rows * columns), biases: next(columns) }));
  }

  // The probability of each class at a point, which is given as it is, not standardized.
  probabilities(x, y) {
    let values = this.inputs(x, y);
    this.layers.forEach((layer, i) => {
      values = dense(values, layer);
      if (i < this.layers.length - 1) values = values.map(this.activation);
    });
    const highest = Math.max(...values);
    const odds = values.map((value) => Math.exp(value - highest));
    const sum = odds.reduce((total, each) => total + each, 0);
    return odds.map((each) => each / sum);
  }
}

function dense(inputs, { rows, columns, weights, biases }) {
  const outputs = Float64Array.from(biases);
  for (let row = 0; row < rows; row++) {
    const input = inputs[row];
    if (input === 0) continue; // of a neuron that is off
    for (let column = 0; column < columns; column++) outputs[column] += input * weights[row * columns + column];
  }
  return outputs;
}
