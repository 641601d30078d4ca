// The slider through the past; time_slider.py describes `data`. A moment is a step, or microseconds of computing, and
// the choice that shows it.

const SEND_MS = 60; // between two moments that are sent while the slider moves
const PLAY_MS = 160; // a moment takes at single speed
const REST_MS = 300; // after the last move, before the page is drawn again: a key that is held moves many times
const SPEEDS = [0.5, 1, 2, 4];

export default keeping(
  (parent) => new TimeSlider(parent),
  (slider, { data, setTriggerValue }) => {
    slider.settle = (choice) => setTriggerValue("chosen", choice);
    slider.show(data);
  },
);

class TimeSlider {
  sentAt = 0;

  constructor(parent) {
    this.root = element("div", { class: "polycore-time" });
    this.play = button("", "");
    this.range = element("input", { type: "range", min: 0, step: 1 });
    this.label = element("output", {});
    this.speed = element("select", { "aria-label": "Speed" });
    for (const speed of SPEEDS) this.speed.append(new Option(`${speed}\u00D7`, speed, speed === 1, speed === 1));
    const stops = Object.entries({ First: "First", Best: "Best loss", Now: "Now" });
    this.stops = stops.map(([name, label]) => [name, button(`Show the weights: ${label}`, label)]);
    this.root.append(this.play, this.range, this.label, ...this.stops.map(([, stop]) => stop), this.speed);
    parent.append(this.root);
    this.range.addEventListener("input", () => this.move());
    this.range.addEventListener("change", () => this.rest());
    this.play.addEventListener("click", () => (this.playing ? this.pause() : this.begin()));
    for (const [name, stop] of this.stops) stop.addEventListener("click", () => this.go(name));
  }

  show({ follow, moments, choice, moves, overTime }) {
    this.follow = follow;
    this.moments = moments;
    this.moves = moves;
    this.overTime = overTime;
    this.range.setAttribute("aria-label", overTime ? "Computing time of each" : "Step of the run");
    if (!this.playing) this.offerPlay();
    for (const [name, stop] of this.stops) stop.hidden = overTime && name === "Best"; // each has its own
    this.root.classList.toggle("moves", moves);
    this.play.hidden = this.speed.hidden = !moves;
    this.leave?.();
    this.leave = follow && channel().follow(follow, (frame) => this.take(frame));
    if (!this.playing && !this.moving) this.choice = choice;
    this.draw();
  }

  take(frame) {
    this.moments = frame.moments;
    this.draw();
  }

  // The slider stays at what it shows while moments come and go.
  draw() {
    const last = this.moments.length - 1;
    const index = this.moments.findIndex(([, choice]) => choice === this.choice);
    const shown = index < 0 ? this.nearest() : index;
    this.range.max = last;
    this.range.value = shown;
    this.range.disabled = this.play.disabled = last < 1;
    for (const [name, stop] of this.stops) {
      stop.disabled = last < 1;
      stop.setAttribute("aria-pressed", this.moments[shown] === this.at(name));
    }
    this.name(shown);
  }

  // The best weights may now be the latest, and a moment may have made room for others.
  nearest() {
    if (typeof this.choice !== "number") return this.moments.length - 1;
    const later = this.moments.findIndex(([at]) => at >= this.choice);
    return later < 0 ? this.moments.length - 1 : later;
  }

  at(name) {
    if (name === "First") return this.moments[0];
    return this.moments.find(([, choice]) => choice === name) ?? this.moments[this.moments.length - 1];
  }

  name(index) {
    const [at, choice] = this.moments[index];
    const text = this.overTime ? `after ${(at / 1e6).toFixed(2)} s` : `step ${at.toLocaleString("en-US")}`;
    this.label.textContent = text;
    this.range.setAttribute("aria-valuetext", typeof choice === "number" ? text : `${text}, ${choice.toLowerCase()}`);
  }

  // What the slider shows by now is sent soon: the latest of the moments that it passes.
  move() {
    this.pauseOnly();
    this.moving = true;
    clearTimeout(this.resting);
    this.choice = this.moments[this.range.value][1];
    this.name(this.range.value);
    this.sendSoon();
  }

  sendSoon() {
    if (!this.moves) return;
    clearTimeout(this.sending);
    const wait = this.sentAt + SEND_MS - performance.now();
    if (wait > 0) this.sending = setTimeout(() => this.send(), wait);
    else this.send();
  }

  send() {
    this.sentAt = performance.now();
    channel().send({ choose: [this.follow.run, this.choice] });
  }

  rest() {
    this.moving = true; // until the page knows what it rests at, an earlier drawing of it does not
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.moving = false;
      this.settle(this.choice);
    }, REST_MS);
  }

  go(name) {
    this.pauseOnly();
    // by its name: the best weights may be the latest now, and others a moment later
    this.choice = name === "First" ? this.at(name)[1] : name;
    this.draw();
    if (this.moves) this.send();
    this.rest();
  }

  begin() {
    clearTimeout(this.resting);
    if (Number(this.range.value) >= this.moments.length - 1) this.range.value = 0;
    this.playing = true;
    this.named("Pause", "\u23F8");
    this.next();
  }

  next() {
    const index = Number(this.range.value);
    this.choice = this.moments[index][1];
    this.name(index);
    this.send();
    if (index >= this.moments.length - 1) this.pause();
    else
      this.timer = setTimeout(() => {
        this.range.value = Number(this.range.value) + 1;
        this.next();
      }, PLAY_MS / Number(this.speed.value));
  }

  pause() {
    this.pauseOnly();
    this.rest();
  }

  pauseOnly() {
    clearTimeout(this.timer);
    this.playing = false;
    this.offerPlay();
  }

  offerPlay() {
    this.named(`Play the ${this.overTime ? "race" : "run"} from its beginning`, "\u25B6");
  }

  named(label, sign) {
    this.play.setAttribute("aria-label", label);
    this.play.textContent = sign;
  }

  end() {
    clearTimeout(this.timer);
    clearTimeout(this.sending);
    clearTimeout(this.resting);
    this.leave?.();
    this.root.remove();
  }
}

function button(label, text) {
  return element("button", { type: "button", "aria-label": label }, text);
}
