// The forward pass of a network: dense layers with ReLU between them, and softmax at the end, as in
// polycore/network/plain.py. Needs nothing else.

class Network {
  // `shapes`: rows and columns of each layer's weights. `numbers`, Float64Array: for each layer its weights, row by row,
  // and its biases.
  constructor(shapes, numbers) {
    let start = 0;
    const next = (count) => numbers.subarray(start, (start += count));
    this.layers = shapes.map(([rows, columns]) => ({ rows, columns, weights: next(rows * columns), biases: next(columns) }));
  }

  // The probability of each class at a point, which is given as it is, not standardized.
  probabilities(x, y) {
    let values = Float64Array.of(x, y);
    this.layers.forEach((layer, i) => {
      values = dense(values, layer);
      if (i < this.layers.length - 1) values = values.map((value) => Math.max(0, value));
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
