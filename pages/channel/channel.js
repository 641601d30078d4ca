// The live channel of this tab: one socket for all components that show its runs. routes.py is its other end.

const RECONNECT_MS = [500, 8000]; // the first wait and the longest; each is drawn at random from half to all of it
const PATIENCE_MS = 3000; // after which a socket that has not opened counts as failed
const SILENT_MS = 8000; // the same of an open one that has not brought a frame which the server must have sent
const FAILURES = 2; // in a row, after which frames are fetched instead
const FETCH_MS = 1000;
const THERE_MS = 30_000; // between two reports that the tab is there, seen or not: they keep its runs awake
const FOR_GOOD = 4400; // close codes from here on: the server has refused, and would again
const LEFT_MS = 2000; // a page that comes next may follow the same runs
const LOST_MS = 1500; // without a socket and without a frame, after which a page says so

class Channel {
  constructor() {
    this.followers = new Set(); // of { run, since, show, lose }
    this.latest = new Map(); // the latest frame of each run
    this.address = null; // while nothing is followed
    document.addEventListener("visibilitychange", () => this.report());
    setInterval(() => this.report() || this.fetch(), THERE_MS);
  }

  // Calls `show` with each frame of a run that is no earlier than what the page shows, beginning with the latest one
  // here, and `lose` if the connection is lost, with whether it is for good; otherwise the next frame says that it is
  // back. The first argument is `Followed` in live_text.py. Returns what ends that.
  follow({ address, run, since }, show, lose = () => {}) {
    const follower = { run, since, show, lose };
    this.followers.add(follower);
    clearTimeout(this.leaving);
    if (address !== this.address) this.move(address);
    if (this.has(follower)) show(this.latest.get(run));
    else setTimeout(() => this.check(follower), SILENT_MS);
    return () => {
      this.followers.delete(follower);
      clearTimeout(this.leaving); // of one that left before: after a refusal each of them is the last
      if (this.followers.size === 0) this.leaving = setTimeout(() => this.move(null), LEFT_MS);
    };
  }

  // Whether a frame has come that is no earlier than what the page shows.
  has({ run, since }) {
    return this.latest.get(run)?.sequence >= since;
  }

  // The server sends such a frame at once. A socket that does not bring it may be dead, however open it seems: frames
  // are fetched until there is another that works.
  check(follower) {
    if (document.hidden || this.socket?.readyState !== 1) return;
    if (!this.followers.has(follower) || this.has(follower)) return;
    this.fail();
    this.socket.close();
  }

  move(address) {
    this.address = address;
    this.failures = 0;
    this.latest.clear();
    this.hangUp();
    if (address) this.connect();
  }

  hangUp() {
    clearTimeout(this.waiting);
    this.clearLoss();
    clearInterval(this.fetching);
    this.fetching = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  connect() {
    const url = new URL(this.address, base());
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    const patience = setTimeout(() => this.isCurrent(socket) && socket.readyState === 0 && this.fail(), PATIENCE_MS);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.isCurrent(socket) && this.report();
    socket.onmessage = ({ data }) => {
      if (!this.isCurrent(socket)) return;
      this.failures = 0; // only now: one that opens may bring nothing all the same
      clearInterval(this.fetching);
      this.fetching = null;
      this.take(data);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(patience);
      if (!this.isCurrent(socket)) return;
      this.socket = null;
      if (code >= FOR_GOOD) {
        // the server no longer knows this tab, or another page of it has another key: there is nothing to ask for
        const refused = [...this.followers];
        this.followers.clear();
        this.hangUp();
        refused.forEach(({ lose }) => lose(true));
        return;
      }
      this.losing ??= setTimeout(() => this.followers.forEach(({ lose }) => lose(false)), LOST_MS);
      this.failures += 1;
      if (this.failures >= FAILURES) this.fail();
      const [first, longest] = RECONNECT_MS;
      const wait = Math.min(longest, first * 2 ** (this.failures - 1)) * (0.5 + Math.random() / 2);
      this.waiting = setTimeout(() => this.connect(), wait);
    };
    this.socket = socket;
  }

  isCurrent(socket) {
    return socket === this.socket;
  }

  fail() {
    this.fetching ??= setInterval(() => document.hidden || this.fetch(), FETCH_MS);
  }

  async fetch() {
    for (const run of new Set([...this.followers].map(({ run }) => run))) {
      try {
        const response = await fetch(new URL(`${this.address}/${run}`, base()));
        if (response.status === 200) this.take(await response.arrayBuffer());
      } catch {
        // the server is not there: Streamlit's own socket says so
      }
    }
  }

  report() {
    return this.send({ hidden: document.hidden });
  }

  // Pauses or stops a run, unless its status has changed since its latest frame: presses.js. Returns whether it is sent.
  halt(run, how) {
    const frame = this.latest.get(run);
    return frame !== undefined && this.send({ halt: [run, how, frame.generation] });
  }

  send(message) {
    const isOpen = this.socket?.readyState === 1;
    if (isOpen) this.socket.send(JSON.stringify(message));
    return isOpen;
  }

  clearLoss() {
    clearTimeout(this.losing);
    this.losing = null;
  }

  take(buffer) {
    this.clearLoss();
    const frame = unpacked(buffer);
    const latest = this.latest.get(frame.run);
    if (latest && frame.sequence < latest.sequence) return;
    this.latest.set(frame.run, frame);
    for (const { run, since, show } of [...this.followers]) if (run === frame.run && frame.sequence >= since) show(frame);
  }
}

// Frame in source.py describes the bytes.
function unpacked(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const frame = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let start = 4 + length;
  frame.blobs = Object.fromEntries(
    frame.blobs.map(([name, size]) => [name, buffer.slice(start, (start += size))]),
  );
  return frame;
}

function channel() {
  return (window.polycoreChannel ??= new Channel());
}

// The base address of the app, for any page and any path of a proxy: Streamlit's own script is relative to it.
function base() {
  const script = document.querySelector('script[type="module"][src*="static/js/"]');
  return script ? new URL("../../", script.src) : document.baseURI;
}
