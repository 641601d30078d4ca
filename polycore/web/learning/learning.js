// A run of a network that learns: its points, its steps, what it answers now. Needs the files beside it and
// network.js.

const GROWTH = [0.5, 1, 2]; // of the batch, from stage to stage of the run
const STAGES = [0.4, 0.75]; // the shares of the steps at which the second and the third begin
const PER_CURVE = 100; // points of a step on each curve, unless a batch is chosen
const MEASURED = 3000; // points that are never trained on, on all curves together
const SCALED_BY = 1000; // points of each curve, by which inputs are scaled
const FEWEST = 512; // points that are answered at once
const MOST = 8192; // points of a step; all of a larger set are trained on in turn
const FREQUENCY = 6; // of sines, as in polycore/network/parameters.py

const filled = (count) => 8 * Math.ceil(count / 8);

class Learning {
  // `settings` has the fields that html-page.md gives for `training`, and:
  // `classes`: how many. `polynomials`: coefficients, or [] if there are `points`: x, y and labels, to train on.
  // `held`: the same of points that are never trained on, or null. `inputs`: as inputFunctions takes them.
  // `mean` and `deviation` of each input, or null to measure them. `numbers`: a network's, of these widths, that act on
  // raw inputs and with which it begins, or null for new ones by the seed.
  constructor(settings, products) {
    const { hidden, classes, activation, optimizer, momentum, numbers, seed } = settings;
    Object.assign(this, { settings, step: 0, loss: NaN, diverged: false });
    this.inputs = inputFunctions(settings.inputs);
    this.points = this.pointsBy("batches", settings.sampling === "errors");
    this.held = settings.held ?? settings.points ?? this.drawn("held", MEASURED);
    this.scale();
    const widths = [this.inputs.length, ...hidden, classes];
    this.network = new LearningNetwork(widths, activation, Math.max(FEWEST, filled(this.largest)), products);
    this.network.setNumbers(numbers ? this.scaled(numbers) : initialNumbers(widths, activation, seed));
    this.places = this.network.places();
    this.labels = new Uint8Array(this.network.most);
    this.weights = new Float64Array(this.network.most);
    const count = this.network.parameters.length;
    if (optimizer === "adam") this.optimizer = new Adam(count);
    if (optimizer === "sgd") this.optimizer = new Sgd(count, momentum);
    this.directions = new Random(seed, "directions");
  }

  get batch() {
    const { batch, points, classes } = this.settings;
    return Math.min(MOST, batch ?? (points ? points.labels.length : PER_CURVE * classes));
  }

  get largest() {
    return Math.max(this.settings.classes, this.batch * (this.settings.growing ? GROWTH.at(-1) : 1));
  }

  pointsBy(stream, byErrors, most = this.largest) {
    const random = new Random(this.settings.seed, stream);
    if (this.settings.points) return new FixedPoints(this.settings.points, random);
    return new FreshPoints({ ...this.settings, byErrors }, most, random);
  }

  drawn(stream, count) {
    const fresh = this.pointsBy(stream, false, count);
    const size = fresh.draw(count);
    return Object.fromEntries(["x", "y", "labels"].map((name) => [name, fresh[name].subarray(0, size)]));
  }

  // Each input gets mean 0 and standard deviation 1 over the points, unless the settings have others.
  scale() {
    const { mean, deviation, points, classes } = this.settings;
    [this.mean, this.deviation] = [mean, deviation];
    if (mean) return;
    const { x, y } = points ?? this.drawn("scale", SCALED_BY * classes);
    const columns = this.inputs.map((input) => Float64Array.from(x, (each, n) => input(each, y[n])));
    const average = (column) => column.reduce((sum, value) => sum + value, 0) / column.length;
    this.mean = columns.map(average);
    this.deviation = columns.map((column, i) => {
      const deviation = Math.sqrt(average(column.map((value) => (value - this.mean[i]) ** 2)));
      return deviation > 1e-12 * Math.max(1, Math.abs(this.mean[i])) ? deviation : 1; // all the same, but for rounding
    });
  }

  // Makes so many steps, but none after the last of the run or after the loss is no number any more.
  advance(count) {
    for (; count > 0 && !this.isDone; count--) {
      const size = this.points.draw(this.sizeNow());
      const { schedule, rate, steps, warmup } = this.settings;
      this.put(this.points, 0, size);
      this.update(rateAt(schedule, rate, this.step, steps, Math.round(warmup * steps)));
      this.step++;
      this.diverged = !Number.isFinite(this.loss);
    }
  }

  get isDone() {
    return this.diverged || this.step >= this.settings.steps;
  }

  sizeNow() {
    const stage = STAGES.filter((share) => this.step >= share * this.settings.steps).length;
    return this.settings.growing ? Math.max(1, Math.round(this.batch * GROWTH[stage])) : this.batch;
  }

  update(rate) {
    const { network, labels, weights } = this;
    if (!this.optimizer) return this.search(rate);
    this.loss = network.learn(labels, weights);
    this.points.note(network.wrong);
    this.optimizer.step(network.parameters, network.gradient, rate);
  }

  // Random search keeps a random change if it lowers the loss of the points.
  search(rate) {
    const { network, places } = this;
    const [lossBefore, before] = [this.lossNow(), network.parameters.slice()];
    for (const at of places) network.parameters[at] += rate * this.directions.normal();
    this.loss = this.lossNow();
    if (this.loss < lossBefore) return;
    network.parameters.set(before);
    this.loss = lossBefore;
  }

  lossNow() {
    this.network.forward();
    return this.network.loss(this.labels, this.weights);
  }

  // Gives the network `count` points from the first on, filled up with others of weight 0.
  put({ x, y, labels }, first, count) {
    const all = filled(count);
    const rows = this.network.inputsFor(all);
    this.inputs.forEach((input, i) => {
      const [mean, deviation] = [this.mean[i], this.deviation[i]];
      for (let n = 0; n < count; n++) rows[i * all + n] = (input(x[first + n], y[first + n]) - mean) / deviation;
      rows.fill(0, i * all + count, (i + 1) * all);
    });
    for (let n = 0; n < all; n++) {
      this.weights[n] = n < count ? 1 : 0;
      this.labels[n] = n < count && labels ? labels[first + n] : 0;
    }
  }

  // Calls take(first, count) after each part of the points has gone through the network.
  forParts(points, take) {
    for (let first = 0; first < points.x.length; first += this.network.most) {
      const count = Math.min(this.network.most, points.x.length - first);
      this.put(points, first, count);
      this.network.forward();
      take(first, count);
    }
  }

  // Loss in nats and accuracy on the points that are never trained on; of a set without such, on its own.
  measured() {
    const { network, held } = this;
    let [loss, right] = [0, 0];
    this.forParts(held, (first, count) => {
      loss += count * network.loss(this.labels, this.weights);
      for (let n = 0; n < count; n++) right += this.likeliest(n)[0] === held.labels[first + n];
    });
    return { loss: loss / held.labels.length, accuracy: right / held.labels.length };
  }

  // The likeliest class of a point in the network, and its probability.
  likeliest(n) {
    const { logits, points, classes } = this.network;
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[c * points + n] > logits[best * points + n]) best = c;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[c * points + n] - logits[best * points + n]);
    return [best, 1 / sum];
  }

  // The likeliest class in the center of each cell of a map, from the upper left, and how sure: 0 by chance, else up to
  // 255.
  classesAt(columns, rows, [[left, right], [low, high]]) {
    const count = columns * rows;
    const x = Float64Array.from({ length: count }, (_, i) => left + (((i % columns) + 0.5) / columns) * (right - left));
    const y = Float64Array.from(x, (_, i) => high - ((Math.floor(i / columns) + 0.5) / rows) * (high - low));
    const [classes, levels] = [new Uint8Array(count), new Uint8Array(count)];
    const chance = 1 / this.network.classes;
    this.forParts({ x, y }, (first, size) => {
      for (let n = 0; n < size; n++) {
        const [label, probability] = this.likeliest(n);
        classes[first + n] = label;
        levels[first + n] = Math.round((255 * (probability - chance)) / (1 - chance));
      }
    });
    return { classes, levels };
  }

  // The network's numbers as they act on raw inputs: those of the first layer take the scaling with them.
  numbers() {
    const numbers = this.network.numbers();
    this.firstLayer((at, bias, i) => {
      numbers[at] /= this.deviation[i];
      numbers[bias] -= this.mean[i] * numbers[at];
    });
    return numbers;
  }

  scaled(raw) {
    const numbers = Float64Array.from(raw);
    this.firstLayer((at, bias, i) => {
      numbers[bias] += this.mean[i] * numbers[at];
      numbers[at] *= this.deviation[i];
    });
    return numbers;
  }

  // Calls take with the places of each weight of the first layer and of its neuron's bias, and the weight's input.
  firstLayer(take) {
    const [inputs, neurons] = [this.inputs.length, this.settings.hidden[0] ?? this.settings.classes];
    for (let at = 0; at < inputs * neurons; at++) {
      take(at, inputs * neurons + (at % neurons), Math.floor(at / neurons));
    }
  }
}

// Weights that keep signals in their size from layer to layer, and biases of 0, as initial_parameters of
// polycore/network/parameters.py has them for each activation.
function initialNumbers(widths, activation, seed) {
  const random = new Random(seed, "weights");
  const uniform = (most) => most * (2 * random.next() - 1);
  const isGlorot = ["tanh", "sigmoid", "identity"].includes(activation);
  const layer = (neurons, i) => {
    const inputs = widths[i];
    const draw = () => {
      if (activation === "sine") return uniform(i ? Math.sqrt(6 / inputs) : FREQUENCY / inputs);
      return isGlorot ? uniform(Math.sqrt(6 / (inputs + neurons))) : Math.sqrt(2 / inputs) * random.normal();
    };
    return Array.from({ length: (inputs + 1) * neurons }, (_, at) => (at < inputs * neurons ? draw() : 0));
  };
  return widths.slice(1).flatMap(layer);
}
