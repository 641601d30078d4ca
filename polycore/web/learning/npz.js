// A network as a weight file, which the dashboard and numpy.load read: docs/weight-file.md. Needs nothing else.

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});
const FIRST_OF_1980 = 0x21; // the earliest date that an archive can have: files of equal networks are equal

const crc32 = (bytes) => ~bytes.reduce((sum, byte) => CRC[(sum ^ byte) & 255] ^ (sum >>> 8), -1) >>> 0;

// Bytes of whole numbers, each in so many bytes, the lowest first: little([4, 67324752], [2, 20]).
function little(...numbers) {
  return numbers.flatMap(([size, number]) => Array.from({ length: size }, (_, i) => Math.floor(number / 256 ** i) & 255));
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((start, part) => (all.set(part, start), start + part.length), 0);
  return all;
}

// An array as a .npy file. `data`: a Float64Array, or a text. Source of the format: numpy.lib.format, version 1.0.
function npy(data, shape) {
  const isText = typeof data === "string";
  const points = isText ? Uint32Array.from(data, (letter) => letter.codePointAt(0)) : data;
  const bytes = isText ? little(...Array.from(points, (point) => [4, point])) : littleFloats(points);
  const sizes = shape.length === 1 ? `${shape},` : shape.join(", ");
  const type = isText ? `<U${points.length}` : "<f8";
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const text = Array.from(padded, (letter) => letter.charCodeAt(0));
  return joined([0x93, 78, 85, 77, 80, 89, 1, 0], little([2, text.length]), text, bytes);
}

function littleFloats(numbers) {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((number, i) => view.setFloat64(8 * i, number, true));
  return new Uint8Array(view.buffer);
}

// A ZIP archive of files that are stored as they are. Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
function zip(files) {
  const [parts, directory] = [[], []];
  let start = 0;
  for (const [name, content] of Object.entries(files)) {
    const letters = Array.from(name, (letter) => letter.charCodeAt(0));
    const sizes = [[4, crc32(content)], [4, content.length], [4, content.length], [2, letters.length], [2, 0]];
    const shared = little([2, 20], [2, 0], [2, 0], [2, 0], [2, FIRST_OF_1980], ...sizes);
    const local = joined(little([4, 0x04034b50]), shared, letters, content);
    const rest = little([2, 0], [2, 0], [2, 0], [4, 0], [4, start]);
    directory.push(joined(little([4, 0x02014b50], [2, 20]), shared, rest, letters));
    parts.push(local);
    start += local.length;
  }
  const [entries, size] = [directory.length, directory.reduce((sum, entry) => sum + entry.length, 0)];
  const end = little([4, 0x06054b50], [2, 0], [2, 0], [2, entries], [2, entries], [4, size], [4, start], [2, 0]);
  return joined(...parts, ...directory, end);
}

// The weight file of a network. `shapes` and `numbers` as Network has them. `meaning`: `polynomials`, or `classes` if
// their classes are none. `metadata`: what else is known of it; it names no run, because none can be repeated.
function weightFile({ shapes, numbers, activation, features, meaning, loss, accuracy, metadata }) {
  const isPlain = activation === "relu" && `${features}` === "x,y";
  const names = isPlain ? ["weights_l", "biases_l"] : ["layer_weights_", "layer_biases_"];
  const files = {};
  let start = 0;
  const put = (name, shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    files[`${name}.npy`] = npy(numbers.subarray(start, (start += count)), shape);
  };
  shapes.forEach(([rows, columns], i) => {
    put(`${names[0]}${i + 1}`, [rows, columns]);
    put(`${names[1]}${i + 1}`, [1, columns]);
  });
  const format = isPlain ? ("classes" in meaning ? 2 : 1) : 3;
  const kind = isPlain ? {} : { activation, features };
  files["loss.npy"] = npy(Float64Array.of(loss), []);
  files["accuracy.npy"] = npy(Float64Array.of(accuracy), []);
  files["metadata.npy"] = npy(JSON.stringify({ format, ...kind, ...meaning, ...metadata }), []);
  return zip(files);
}
