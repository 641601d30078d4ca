export default keeping(
  (parent) => new Clock(parent),
  (clock, { data }) => clock.show(data.seconds),
);

class Clock {
  constructor(parent) {
    this.text = element("span", { class: "polycore-clock", role: "timer" });
    parent.append(this.text);
    this.interval = setInterval(() => this.draw(), 200);
  }

  show(seconds) {
    this.start = performance.now() - 1000 * seconds;
    this.draw();
  }

  draw() {
    this.text.textContent = `${Math.floor((performance.now() - this.start) / 1000)} s`;
  }

  end() {
    clearInterval(this.interval);
    this.text.remove();
  }
}
