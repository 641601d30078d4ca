// Sends what is typed into a text area at each pause: Streamlit itself sends it only when the area loses the focus.

const PAUSE_MS = 200;

export default keeping(
  () => new Typing(),
  (typing, { data, setTriggerValue }) => {
    typing.area = data.area;
    typing.send = (text) => setTriggerValue("text", text);
  },
);

class Typing {
  constructor() {
    this.listening = new AbortController();
    const on = (name, take) =>
      document.addEventListener(name, (event) => this.isOf(event) && take(event.target), {
        capture: true,
        signal: this.listening.signal,
      });
    on("input", (area) => this.wait(area));
    on("focusout", () => clearTimeout(this.pause)); // now Streamlit sends it
  }

  isOf({ target }) {
    return target.tagName === "TEXTAREA" && target.closest(this.area) !== null;
  }

  wait(area) {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.send(area.value), PAUSE_MS);
  }

  end() {
    clearTimeout(this.pause);
    this.listening.abort();
  }
}
