// Presses: their two ways to the server, and when a page has answered one. All the rules are here.
//
// Each press goes by Streamlit, which calls the callback of the button and then draws the page. A press on Pause or
// Stop goes over the live channel too: its frame shows what has changed some hundredths of a second later, while
// Streamlit's answer is seen only after a browser has drawn for 50 to 150 ms.
//
// - Over the channel a press names the generation of the status that the user saw, and the server does nothing if that
//   has changed since (`Training.pause` and `Training.stop`). By Streamlit a press comes in the order of all others. So
//   whichever way is faster, the press counts once, and a late one never halts a run that was resumed since.
// - Each way works alone while the socket of the other is cut, or takes what is sent and delivers nothing.
// - A frame often shows what a press has changed before Streamlit says that it draws the page for it. So a page asks to
//   be drawn for a change only at rest: Streamlit draws nothing, the last press has been answered for all that can be
//   known, and REST_MS later that is still so.

const REST_MS = 100; // from when Streamlit says that a page is drawn until its last parts are
const PRESS_MS = 500; // from a press until Streamlit says that it draws the page for it
const HALT_MS = 5000; // the same of a press that the channel has already had, when nothing but the page is missing

class Presses {
  constructor() {
    this.answeredAt = 0; // when Streamlit must have begun to draw the page for the last press
    this.halts = new Map(); // by the component that the page has named them to: a run, and how each button's key halts it
    document.addEventListener("click", ({ target }) => this.take(target), true);
    document.addEventListener("keydown", () => this.expect(PRESS_MS), true);
  }

  take(target) {
    this.expect(PRESS_MS);
    for (const { run, buttons } of this.halts.values())
      for (const [key, how] of Object.entries(buttons))
        if (target.closest(`.st-key-${key} button:enabled`) && channel().halt(run, how)) this.expect(HALT_MS);
  }

  expect(milliseconds) {
    this.answeredAt = performance.now() + milliseconds;
  }

  // Calls `act` once, as soon as the page is at rest. Returns what gives that up.
  atRest(act) {
    let timer;
    const look = (wasAtRest) => {
      const isDrawn = document.querySelector(".stApp").dataset.testScriptState === "notRunning";
      const isAtRest = isDrawn && performance.now() >= this.answeredAt;
      if (wasAtRest && isAtRest) act();
      else timer = setTimeout(() => look(isAtRest), REST_MS);
    };
    look(false);
    return () => clearTimeout(timer);
  }

  // The same, unless the user scrolls meanwhile.
  atRestUnlessScrolled(act) {
    const listening = new AbortController();
    const leave = this.atRest(() => {
      listening.abort();
      act();
    });
    const giveUp = () => {
      listening.abort();
      leave();
    };
    for (const event of ["wheel", "touchmove", "keydown"]) addEventListener(event, giveUp, { signal: listening.signal });
    return giveUp;
  }
}

function presses() {
  return (window.polycorePresses ??= new Presses());
}
