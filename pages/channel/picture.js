// The picture of a map from the pixels in a frame: a PNG, which gets its colors here. painter.py makes the pixels.

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function chunk(type, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set([...type].map((letter) => letter.charCodeAt(0)), 4);
  bytes.set(content, 8);
  let crc = ~0;
  for (let i = 4; i < 8 + content.length; i++) crc = CRC[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  view.setUint32(8 + content.length, ~crc >>> 0);
  return bytes;
}

// Returns the data URL of a PNG with these pixels: zlib's stream of rows of one byte a pixel, which is an index of
// `colors`, each [red, green, blue, alpha] from 0 to 255.
function picture({ columns, rows }, pixels, colors) {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, columns);
  new DataView(header.buffer).setUint32(4, rows);
  header.set([8, 3, 0, 0, 0], 8); // eight bits a pixel, of a palette
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(colors.flatMap(([red, green, blue]) => [red, green, blue]))),
    chunk("tRNS", Uint8Array.from(colors, ([, , , alpha]) => alpha)),
    chunk("IDAT", new Uint8Array(pixels)),
    chunk("IEND", new Uint8Array()),
  ];
  let binary = "";
  for (const part of parts)
    for (let i = 0; i < part.length; i += 8192) binary += String.fromCharCode(...part.subarray(i, i + 8192));
  return `data:image/png;base64,${btoa(binary)}`;
}

// Returns the map that a frame has, in the colors of its classes: of a lane of a race, or of the run if there is no
// `lane`; undefined if it has none.
function pictureIn({ weights, lanes, blobs }, colors, lane) {
  const { map } = (lane === undefined ? weights : lanes?.[lane]) ?? {};
  const pixels = blobs[lane === undefined ? "map" : `map.${lane}`];
  return map && pixels ? picture(map, pixels, colorTable(colors, map.alphas)) : undefined;
}
