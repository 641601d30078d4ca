// Random numbers that are computed from a counter: what is drawn depends on the seed, the stream and how many were
// drawn before, and on nothing else. Needs nothing else.

const STREAMS = { weights: 1, batches: 2, held: 3, directions: 4, scale: 5 };

// The last step of MurmurHash3: every bit of the result depends on every bit of the number.
function mixed(number) {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

class Random {
  // `seed`: a whole number from 0 to below 2³². `stream`: a name in STREAMS.
  constructor(seed, stream) {
    this.key = mixed(mixed(seed) + STREAMS[stream]);
    this.second = mixed(this.key ^ 0x9e3779b9);
    this.drawn = 0;
  }

  // A number from 0 to below 1: a multiple of 2⁻³².
  next() {
    this.drawn++;
    const counter = Math.imul(this.drawn, 0x9e3779b9); // far apart in bits
    return (mixed(mixed(counter + this.key) ^ this.second) >>> 0) / 2 ** 32;
  }

  // Normal, with mean 0 and standard deviation 1, by Box and Muller.
  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  // The numbers from 0 to below `count` in a random order, by Fisher and Yates.
  order(count) {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
