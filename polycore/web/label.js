// What a label beside the pointer needs: its position, and percentages.

const AWAY = 14; // pixels between pointer and label

function putBeside(label, { clientX, clientY }, stage) {
  const within = stage.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = label;
  const [right, down] = [clientX - within.left, clientY - within.top];
  const left = right + AWAY + width > within.width ? right - AWAY - width : right + AWAY;
  const top = Math.min(Math.max(0, down - height - AWAY), within.height - height);
  Object.assign(label.style, { left: `${Math.max(0, left)}px`, top: `${top}px` });
}

// As in polycore/formatting.py. Of a network never 0 or 100 %.
function percent(share, isExact) {
  if (isExact && (share === 0 || share === 1)) return `${100 * share}\u00a0%`;
  if (share < 0.0005) return "<0.1\u00a0%";
  if (share >= 0.9995) return ">99.9\u00a0%";
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
