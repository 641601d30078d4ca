// Typed polynomials, read as polycore/polynomials/parser.py reads them, in exact arithmetic. Needs nothing else.

const MOST_TEXT = 200; // characters
const MOST_DEGREE = 12;
const MOST_NESTED = 20; // brackets
const MOST_SIZE = 1e6; // of a coefficient
const MOST_BITS = 2000; // of numbers on the way there
const DECIMALS = 60; // to which a coefficient is known before it is rounded
const CLOSING = { "(": ")", "{": "}" };
const KINDS = ["number", "x", "raised", "sign", "command"];
const BLANK = "[ \\t\\u00a0\\u2009\\u202f]";
const NAME = new RegExp(`^[A-WYZa-wyz]${BLANK}*(\\(${BLANK}*[xX]${BLANK}*\\)${BLANK}*)?=`);
const PARTS = new RegExp(
  "(?<number>[0-9]+,[0-9]+(?![0-9.,])|[0-9]+\\.?[0-9]*|\\.[0-9]+)|(?<x>[xX])|(?<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|" +
    `(?<sign>\\*\\*|[-+/^(){}*‐‑‒–—−×·•⋅])|(?<command>\\\\(?:frac|cdot|times)(?![A-Za-z]))|${BLANK}+`,
  "y",
);

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const digitOf = (raised) => RAISED.indexOf(raised);
const bitsOf = (number) => (number < 0n ? -number : number).toString(2).length;
const divisor = (a, b) => (b ? divisor(b, a % b) : a < 0n ? -a : a);

function refuse({ at, text }, reason) {
  throw new Error(`character ${at + 1}: got ${text ? `“${text.slice(0, 20)}”` : "the end of the text"}; ${reason}`);
}

function signOf(text) {
  if (text === "**") return "^";
  if ("-‐‑‒–—−".includes(text)) return "-";
  return "×·•⋅".includes(text) || text === "\\cdot" || text === "\\times" ? "*" : text;
}

// From where to where the polynomial reaches: without blanks, a full stop, TeX's dollars and a name in front.
function insideOf(text) {
  let [start, end] = [0, text.length];
  const strip = () => {
    while (start < end && RegExp(BLANK).test(text[end - 1])) end--;
    while (start < end && RegExp(BLANK).test(text[start])) start++;
  };
  const stop = () => {
    const is = /(^|[^.])\.$/.test(text.slice(start, end));
    if (is) end--;
    return is;
  };
  if (!text.slice(start, end).replace(RegExp(BLANK, "g"), "")) return [end, end];
  strip();
  const hasStop = stop();
  strip();
  const dollars = /^(\$\$?).*\1$/.exec(text.slice(start, end))?.[1].length ?? 0;
  if (end - start >= 2 * dollars) [start, end] = [start + dollars, end - dollars];
  if (!hasStop) stop();
  strip();
  return [start + (NAME.exec(text.slice(start, end))?.[0].length ?? 0), end];
}

function partsOf(text) {
  const beyond = text[MOST_TEXT];
  if (beyond) refuse({ at: MOST_TEXT, text: beyond }, `expected at most ${MOST_TEXT} characters.`);
  const [start, end] = insideOf(text);
  const equals = text.slice(0, end).indexOf("=", start);
  if (equals >= 0) refuse({ at: equals, text: "=" }, "expected one equals sign at most, as in y = x^2.");
  const parts = [];
  for (PARTS.lastIndex = start; PARTS.lastIndex < end; ) {
    const at = PARTS.lastIndex;
    const found = PARTS.exec(text.slice(0, end));
    if (!found) refuse({ at, text: /^(\\?[A-Za-z]+|.)/su.exec(text.slice(at))[0] }, "use x, + - * / ^ and parentheses.");
    const kind = KINDS.find((each) => found.groups[each]);
    const part = { kind, at, text: found[0], end: PARTS.lastIndex };
    if (kind === "sign" || kind === "command") part.kind = signOf(found[0]);
    if (kind !== "raised") parts.push(...(kind ? [part] : []));
    else parts.push({ ...part, kind: "^" }, { ...part, kind: "number", text: part.text.replace(/./g, digitOf) });
  }
  return [...parts, { kind: "end", at: end, text: "" }];
}

// A polynomial is { above, below }: the coefficient of x to the power i is above[i] / below, in whole numbers.
function reduced(above, below, part) {
  while (above.length > 1 && !above.at(-1)) above.pop();
  const common = above.reduce(divisor, below) * (below < 0n ? -1n : 1n);
  const result = { above: above.map((one) => one / common), below: below / common };
  if (bitsOf(result.below) > MOST_BITS || result.above.some((one) => bitsOf(one) > MOST_BITS)) {
    refuse(part, "from here on, numbers have hundreds of digits. Use smaller numbers.");
  }
  return result;
}

function times(one, other, part) {
  const degree = one.above.length + other.above.length - 2;
  if (degree > MOST_DEGREE) refuse(part, `it makes the degree ${degree}; expected at most ${MOST_DEGREE}.`);
  const above = Array(degree + 1).fill(0n);
  one.above.forEach((a, i) => other.above.forEach((b, j) => (above[i + j] += a * b)));
  return reduced(above, one.below * other.below, part);
}

function over(one, { above, below }, part) {
  if (above.length > 1) refuse(part, "expected a number to divide by, not x.");
  if (!above[0]) refuse(part, "cannot divide by zero.");
  return reduced(one.above.map((a) => a * below), one.below * above[0], part);
}

function power(base, exponent) {
  const count = BigInt(exponent.text);
  if (BigInt(base.above.length - 1) * count > MOST_DEGREE) refuse(exponent, `it makes a degree above ${MOST_DEGREE}.`);
  const bits = Math.max(1, ...base.above.map(bitsOf)) + bitsOf(base.below) - 2; // 0, 1 and -1 may have any exponent
  if (BigInt(bits) * count > MOST_BITS) refuse(exponent, "it makes numbers of hundreds of digits.");
  if (base.above.length === 1) return { above: [base.above[0] ** count], below: base.below ** count };
  const one = { above: [1n], below: 1n };
  return Array(Number(count)).fill(base).reduce((product, each) => times(product, each, exponent), one);
}

function sum(terms) {
  return terms.reduce((total, [part, { above, below }]) => {
    const [a, b] = [total.above, above].map((each) => (i) => each[i] ?? 0n);
    const length = Math.max(total.above.length, above.length);
    const all = Array.from({ length }, (_, i) => a(i) * below + b(i) * total.below);
    return reduced(all, total.below * below, part);
  }, { above: [0n], below: 1n });
}

// The coefficients in a text, highest degree first. Throws an Error that says where the text breaks a rule.
function parsePolynomial(text) {
  const parts = partsOf(text);
  let [next, depth] = [0, 0];
  const part = () => parts[next];
  const accept = (...kinds) => (kinds.includes(part().kind) ? parts[next++] : null);

  function terms() {
    const all = [];
    for (let sign = accept("+", "-"); sign || !all.length; sign = accept("+", "-")) {
      const first = part();
      const { above, below } = product();
      all.push([first, { above: sign?.kind === "-" ? above.map((one) => -one) : above, below }]);
    }
    return all;
  }

  function product() {
    let all = raised();
    for (;;) {
      const sign = accept("*", "/");
      if (!sign && !isBeside()) return all;
      const first = part();
      all = (sign?.kind === "/" ? over : times)(all, raised(), first);
    }
  }

  // Whether a factor follows without a sign. An exponent on the line has to end first: x^2x can be read two ways.
  function isBeside() {
    const [{ kind, at }, before, earlier] = [part(), parts[next - 1], parts[next - 2]];
    if (!["number", "x", "\\frac"].includes(kind)) return kind === "(";
    const isOnLine = earlier && ["^", "**"].includes(earlier.text);
    if (kind === "x" && ["number", ")", "}"].includes(before.kind) && !isOnLine) return true;
    if (kind === "\\frac" && !isOnLine && (before.kind !== "number" || earlier?.kind === "^")) return true;
    if (kind === "number" && before.kind === "number" && at === before.end && earlier?.kind !== "^") {
      refuse(part(), "a number has only one decimal point.");
    }
    refuse(part(), "expected a sign before it.");
  }

  function raised() {
    const base = atom();
    if (!accept("^")) return base;
    const opening = accept("(", "{");
    const exponent = part();
    const expected = `expected a whole number from 0 to ${MOST_DEGREE} as exponent, as in x^2.`;
    if (exponent.kind !== "number" || !/^[0-9]+$/.test(exponent.text)) refuse(exponent, expected);
    next++;
    if (opening && !accept(CLOSING[opening.kind])) refuse(part(), expected);
    if (part().kind === "^") refuse(part(), "a power of a power needs parentheses, as in (x^2)^3.");
    return power(base, exponent);
  }

  function atom() {
    const first = accept("number", "x", "(", "\\frac") ?? refuse(part(), "expected a number, x or (, as in -x^2 + 1.");
    if (first.kind === "x") return { above: [0n, 1n], below: 1n };
    if (first.kind === "(") return bracketed(first);
    if (first.kind === "number") {
      const [whole, decimals = ""] = first.text.split(/[.,]/);
      return reduced([BigInt(whole + decimals)], 10n ** BigInt(decimals.length), first);
    }
    const brace = () => accept("{") ?? refuse(part(), "expected two pairs of braces, as in \\frac{1}{2}.");
    const dividend = bracketed(brace());
    const opening = brace();
    return over(dividend, bracketed(opening), opening);
  }

  function bracketed(opening) {
    if (depth++ === MOST_NESTED) refuse(opening, `expected parentheses nested at most ${MOST_NESTED} deep.`);
    const inside = sum(terms());
    if (!accept(CLOSING[opening.kind])) refuse(opening, `it is never closed. Put a ${CLOSING[opening.kind]}.`);
    depth--;
    return inside;
  }

  const all = terms();
  if (part().kind !== "end") refuse(part(), "there is no open one before it.");
  const { above, below } = sum(all);
  const scale = 10n ** BigInt(DECIMALS);
  const coefficients = above.map((one) => Number(`${(one * scale) / below}e-${DECIMALS}`));
  const degree = coefficients.findIndex((one) => Math.abs(one) > MOST_SIZE);
  if (degree >= 0) {
    const size = ([, term]) => Math.abs(Number(`${((term.above[degree] ?? 0n) * scale) / term.below}e-${DECIMALS}`));
    const [largest] = all.reduce((one, other) => (size(other) > size(one) ? other : one));
    refuse(largest, `with it a coefficient is beyond ${MOST_SIZE} in size. Use smaller numbers.`);
  }
  return coefficients.reverse();
}
