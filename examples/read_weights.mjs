// Answer a point from a weight file, with Node.js 20.15 or newer alone: node read_weights.mjs WEIGHTS.npz X Y

import { readFileSync } from "node:fs";
import { crc32, inflateRawSync } from "node:zlib";

// docs/weight-file.md describes the format. Most networks have ReLU and the inputs x and y, as the tutorial's;
// the others have format 3.
const sigmoid = (z) => 0.5 + 0.5 * Math.tanh(0.5 * z); // 1 / (1 + exp(-z)), and never overflows
const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  "leaky-relu": (z) => Math.max(z, 0.01 * z),
  tanh: Math.tanh,
  sigmoid,
  gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  silu: (z) => z * sigmoid(z),
  sine: Math.sin,
  identity: (z) => z,
};
const FEATURES = {
  x: (x) => x,
  y: (_, y) => y,
  x2: (x) => x ** 2,
  x3: (x) => x ** 3,
  x4: (x) => x ** 4,
  y2: (_, y) => y ** 2,
  xy: (x, y) => x * y,
  sin: (x) => Math.sin(Math.PI * x),
};

if (process.argv.length !== 5) fail("usage: node read_weights.mjs WEIGHTS.npz X Y");
const [path, x, y] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const arrays = unzip(readFileSync(path));

const metadata = arrays.metadata
  ? JSON.parse(textOf(arrays.metadata))
  : { format: 1 }; // of the tutorial's files, which have none
if (![1, 2, 3].includes(metadata.format)) fail(`got format ${metadata.format}; expected 1, 2 or 3.`);
const isPlain = metadata.format < 3;
const [weights, biases] = isPlain ? ["weights_l", "biases_l"] : ["layer_weights_", "layer_biases_"];
const activation = isPlain ? "relu" : metadata.activation;
const features = isPlain ? ["x", "y"] : metadata.features;
const layers = Object.keys(arrays).filter((name) => name.startsWith(weights)).length;
if (layers === 0) fail("got no weights; expected a weight file.");

// the inputs of the first layer
const curves = metadata.polynomials ?? []; // coefficients, highest degree first
const height = (curve) => curve.reduce((sum, coefficient) => sum * x + coefficient, 0);
let values = features.filter((name) => name !== "distances").map((name) => FEATURES[name](x, y));
if (features.includes("distances")) values.push(...curves.map((curve) => y - height(curve)));

// dot, add, activation, dot, add, ..., softmax
for (let layer = 1; layer <= layers; layer++) {
  const matrix = rowsOf(arrays[`${weights}${layer}`]);
  const [added] = rowsOf(arrays[`${biases}${layer}`]);
  values = added.map((bias, column) => values.reduce((sum, value, row) => sum + value * matrix[row][column], bias));
  if (layer < layers) values = values.map(ACTIVATIONS[activation]);
}
const exponentials = values.map((value) => Math.exp(value - Math.max(...values))); // of at most 0: none overflows
const total = exponentials.reduce((sum, each) => sum + each);

const names = metadata.classes ?? curves.map((curve) => curve.map((number) => Number(number.toPrecision(6))).join(" "));
exponentials.forEach((each, index) => console.log((each / total).toFixed(12), names[index] ?? `class ${index}`));

// Return what the archive holds: the bytes of each array by its name. Its directory is near the end.
function unzip(bytes) {
  const end = bytes.length - 22; // of the record that says where the directory is
  if (end < 0 || bytes.readUInt32LE(end) !== 0x06054b50) fail("got no archive; expected a weight file.");
  const arrays = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, checksum] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16)];
    const [packedSize, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const entry = bytes.readUInt32LE(at + 42);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extraLength + commentLength;

    // each entry repeats its name and has other fields before its bytes
    const start = entry + 30 + bytes.readUInt16LE(entry + 26) + bytes.readUInt16LE(entry + 28);
    const packed = bytes.subarray(start, start + packedSize);
    const unpacked = method === 8 ? inflateRawSync(packed, { maxOutputLength: size }) : packed;
    if (unpacked.length !== size || crc32(unpacked) !== checksum) fail(`${name} is damaged.`);
    arrays[name.replace(/\.npy$/, "")] = unpacked;
  }
  return arrays;
}

// Return the type, the order, the shape and the content of an array. Its header is a text, such as
// {'descr': '<f8', 'fortran_order': False, 'shape': (2, 12), }, whose length is in bytes 8 and 9.
function parse(bytes) {
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const [, type, order, shape] = header.match(/'descr': '(.+?)', 'fortran_order': (\w+), 'shape': \((.*?)\)/);
  const content = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return { type, byColumns: order === "True", shape: (shape.match(/\d+/g) ?? []).map(Number), content };
}

// Return a matrix as a list of its rows; a vector is one row.
function rowsOf(bytes) {
  const { type, byColumns, shape, content } = parse(bytes);
  if (type !== "<f8" && type !== "<f4") fail(`got numbers of type ${type}; expected <f8 or <f4.`);
  const numbers = type === "<f8" ? new Float64Array(content) : new Float32Array(content);
  const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
  const at = (row, column) => numbers[byColumns ? column * rows + row : row * columns + column];
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => at(row, column)));
}

// Return a text, of which NumPy stores each character in four bytes.
function textOf(bytes) {
  return Array.from(new Uint32Array(parse(bytes).content), (code) => String.fromCodePoint(code)).join("");
}

function fail(reason) {
  console.error(`read_weights.mjs: ${reason}`);
  process.exit(1);
}
