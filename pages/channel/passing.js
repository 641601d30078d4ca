// Takes frames that came with the page: one after another, each behind its length (uint32, little-endian).

export default function ({ data }) {
  const lengths = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let start = 0; start < data.length; ) {
    const end = start + 4 + lengths.getUint32(start, true);
    channel().take(data.slice(start + 4, end).buffer);
    start = end;
  }
}
