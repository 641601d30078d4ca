// The progress bar of a run, and on it the mark at which the run pauses by itself; run_bar.py describes `data`.

const NEAR_PX = 10; // a press so close to the mark takes it away
const STILL_PX = 3; // what moves less is a press, and no drag
const SEND_MS = 300; // after the last key: one that is held moves the mark many times
const ANSWER_MS = 2000; // until then the mark is where the user has put it, whatever an earlier frame says
const STEPS = 100; // about as many positions as a pointer can tell apart: the mark is at a round step

export default keeping(
  (parent) => new RunTrack(parent),
  (track, { data, setTriggerValue }) => {
    track.choose = (step) => setTriggerValue("mark", step);
    track.show(data);
  },
);

class RunTrack {
  chosen = null; // where the user has put the mark, and until when that counts

  constructor(parent) {
    this.done = element("div", {});
    const bar = { class: "bar", role: "progressbar", "aria-label": "Steps taken", "aria-valuemin": 0 };
    this.bar = element("div", bar, this.done);
    this.mark = element("div", { class: "mark" });
    const slider = { class: "pause", role: "slider", "aria-label": "Pause at step", tabindex: 0, "aria-valuemin": 0 };
    this.slider = element("div", slider, this.mark);
    this.slider.title = "Click to let the run pause there by itself; click the mark to remove it.";
    this.root = element("div", { class: "polycore-track" }, this.bar, this.slider);
    parent.append(this.root);
    this.slider.addEventListener("pointerdown", (event) => this.press(event));
    this.slider.addEventListener("pointermove", (event) => this.drag(event));
    this.slider.addEventListener("pointerup", (event) => this.release(event));
    this.slider.addEventListener("pointercancel", () => this.letGo());
    this.slider.addEventListener("keydown", (event) => this.type(event));
  }

  show({ follow, share, pause, last }) {
    this.leave?.();
    this.take({ share, pause, last });
    this.leave = follow && channel().follow(follow, (frame) => this.take(frame));
  }

  take({ share, pause, last }) {
    Object.assign(this, { share, pause, last });
    this.draw();
  }

  // The step of the mark; at 0 and at the last step there is none.
  get step() {
    if (this.pressed?.step !== undefined) return this.pressed.step;
    if (this.chosen && (performance.now() > this.chosen.until || this.chosen.step === this.pause)) this.chosen = null;
    return this.chosen?.step ?? this.pause;
  }

  // Whether the bar has a mark.
  get isThere() {
    return this.step > 0 && this.step < this.last;
  }

  draw() {
    const { step, isThere } = this;
    this.done.style.width = `${this.share}%`;
    this.bar.setAttribute("aria-valuenow", Math.round(this.share));
    this.mark.hidden = !isThere;
    this.mark.style.left = `${(100 * step) / this.last}%`;
    this.slider.setAttribute("aria-valuemax", this.last);
    this.slider.setAttribute("aria-valuenow", isThere ? step : 0);
    this.slider.setAttribute("aria-valuetext", isThere ? `step ${step.toLocaleString("en-US")}` : "it does not pause");
  }

  press(event) {
    if (event.button !== 0) return;
    this.slider.setPointerCapture(event.pointerId);
    this.pressed = { x: event.clientX, isOnMark: this.isNear(event.clientX) };
  }

  drag({ clientX }) {
    if (!this.pressed || (this.pressed.step === undefined && Math.abs(clientX - this.pressed.x) <= STILL_PX)) return;
    this.pressed.step = this.stepAt(clientX);
    this.draw();
  }

  release({ clientX }) {
    if (!this.pressed) return;
    const { isOnMark, step } = this.pressed;
    this.pressed = null;
    if (step === undefined && isOnMark) this.put(0);
    else this.put(step ?? this.stepAt(clientX));
  }

  letGo() {
    this.pressed = null;
    this.draw();
  }

  type(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const to = { Delete: 0, Backspace: 0, Home: 0, End: this.last }[event.key];
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    const unit = event.shiftKey ? 1 : roundStep(this.last);
    // at the last step it stays there, though it is gone: from 0 a key that is held would put it at the beginning
    this.keep(to ?? Math.min(Math.max(this.step + by * unit, 0), this.last));
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.choose(this.isThere ? this.step : 0), SEND_MS);
  }

  put(step) {
    clearTimeout(this.sending); // of a key before
    this.keep(step);
    this.choose(step);
  }

  keep(step) {
    this.chosen = { step, until: performance.now() + ANSWER_MS };
    this.draw();
  }

  isNear(x) {
    const { left, width } = this.slider.getBoundingClientRect();
    return this.isThere && Math.abs(x - left - (width * this.step) / this.last) <= NEAR_PX;
  }

  stepAt(x) {
    const { left, width } = this.slider.getBoundingClientRect();
    const unit = roundStep(this.last);
    const step = Math.round((this.last * (x - left)) / width / unit) * unit;
    return step > 0 && step < this.last ? step : 0;
  }

  end() {
    clearTimeout(this.sending);
    this.leave?.();
    this.root.remove();
  }
}

// A power of ten, of which there are STEPS or more up to the last step if that has as many.
function roundStep(last) {
  return 10 ** Math.max(0, Math.floor(Math.log10(last / STEPS)));
}
