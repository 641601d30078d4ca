// Ticks: few round numbers along an axis. polycore/pictures/ticks.py has the same, and tests/ticks.json cases for both.
// Needs nothing else.

const DIGITS = [1, 2, 5]; // of a round number, before a power of ten
const SLACK = 1e-6; // of a step: a tick that is so close to an end of the axis lies on it

// Ticks from `low` to `high` that are at least `least` apart; one if there is no range. They are the multiples of the
// smallest step of 1, 2 or 5 times a power of ten.
function spacedTicks(low, high, least) {
  if (low === high) return [low];
  const power = Math.floor(Math.log10(least));
  const steps = [power, power + 1].flatMap((exponent) => DIGITS.map((digit) => Number(`${digit}e${exponent}`)));
  const step = steps.find((each) => each >= least);
  // 0.3 is less than three times 0.1, in binary
  const [first, last] = [Math.ceil(low / step - SLACK), Math.floor(high / step + SLACK)];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
