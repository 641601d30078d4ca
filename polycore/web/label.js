// What a label beside the pointer needs: when it is there, its position, the likeliest classes and percentages.

const AWAY = 14; // pixels between pointer and label
const HOLD_MS = 400; // after which a finger that is held shows the label, or takes a curve
const LIKELIEST = 3;

// Calls `show` at each move of a mouse over an element, and of a finger that was held there first: another one scrolls
// the page. Calls `hide` when the mouse leaves or the finger is lifted. Returns what says whether a finger is held.
function followPointer(stage, show, hide) {
  let holding = null;
  let isHeld = false;
  const release = () => {
    clearTimeout(holding);
    if (isHeld) hide();
    isHeld = false;
  };
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" && !isHeld) clearTimeout(holding);
    else show(event);
  });
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    holding = setTimeout(() => {
      isHeld = true;
      show(event);
    }, HOLD_MS);
  });
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", hide);
  return () => isHeld;
}

function putBeside(label, { clientX, clientY }, stage) {
  const within = stage.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = label;
  const [right, down] = [clientX - within.left, clientY - within.top];
  const left = right + AWAY + width > within.width ? right - AWAY - width : right + AWAY;
  const top = Math.min(Math.max(0, down - height - AWAY), within.height - height);
  Object.assign(label.style, { left: `${Math.max(0, left)}px`, top: `${top}px` });
}

// The likeliest classes by their probabilities, as [class, probability].
function likeliestOf(shares) {
  const order = Array.from(shares.keys()).sort((one, other) => shares[other] - shares[one]);
  return order.slice(0, LIKELIEST).map((k) => [k, shares[k]]);
}

// Where a point is, in words.
function pointText({ x, y }, [across, up] = ["x", "y"]) {
  const [right, above] = [x, y].map((one) => one.toPrecision(3).replaceAll("-", "−"));
  return `${across} ${right}, ${up} ${above}`;
}

// As in polycore/formatting.py. Of a network never 0 or 100 %.
function percent(share, isExact) {
  if (isExact && (share === 0 || share === 1)) return `${100 * share}\u00a0%`;
  if (share < 0.0005) return "<0.1\u00a0%";
  if (share >= 0.9995) return ">99.9\u00a0%";
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
