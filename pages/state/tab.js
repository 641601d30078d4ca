// What the server cannot do for a browser tab; recall.py says what the name is for.

const KEY = "polycore.tab";
const HAD_KEY = "polycore.tab.had";
const PATIENCE_MS = 10_000; // for an answer of the server

// Browsers may forbid the store within another site's page: a refresh starts a new session there.
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// The name lies in the store only between two pages: a tab that is opened from this one begins with a copy of
// the store, and would share this one's run. A tab without a name adopts its session's.
function nameOfThisTab(ofSession) {
  if (!window.polycoreTab) {
    window.polycoreTab = stored((store) => store.getItem(KEY)) ?? ofSession;
    // what the server has of this tab, as it said last: holdings.py says more
    window.polycoreHad = JSON.parse(stored((store) => store.getItem(HAD_KEY)));
    window.polycoreVisits = performance.getEntriesByType?.("navigation")[0]?.type === "navigate";
    const forget = () => [KEY, HAD_KEY].forEach((key) => stored((store) => store.removeItem(key)));
    forget();
    addEventListener("pageshow", forget);
    addEventListener("pagehide", () => {
      stored((store) => store.setItem(KEY, window.polycoreTab));
      stored((store) => store.setItem(HAD_KEY, JSON.stringify(window.polycoreHad ?? null)));
    });
  }
  return window.polycoreTab;
}

// A page that nobody touches asks for nothing when its connection is new. It may have met another server, or
// one that has forgotten it, where what is pressed first would be lost: so it asks to be drawn.
class Connection {
  app = document.querySelector("[data-testid=stApp]");
  waiting = []; // for an answer: the numbers of the requests, and what to call

  constructor() {
    let wasCut = false;
    this.observer = new MutationObserver(() => {
      if (wasCut && !this.isCut()) this.ask(performance.now());
      wasCut = this.isCut();
    });
    this.observer.observe(this.app, { attributeFilter: ["data-test-connection-state"] });
  }

  isCut() {
    return this.app.dataset.testConnectionState !== "CONNECTED";
  }

  // Waits until the page has been drawn with all that was entered before. Returns false if the server does not answer.
  // The requests of a tab keep their order: the answer to this one comes after those to the others.
  async settle() {
    commitWhatIsTyped();
    const isAnswered = await new Promise((answer) => {
      const number = performance.now(); // rises, also for an object that takes the place of this one
      this.waiting.push({ number, answer });
      setTimeout(() => this.ask(number)); // what was committed just now is sent first
      setTimeout(() => answer(false), this.isCut() ? 0 : PATIENCE_MS);
    });
    if (isAnswered) await this.rest();
    return isAnswered;
  }

  // `number` is the number of the last request that the server has handled: of two that wait, it handles the later one.
  answered(number) {
    this.waiting.filter((one) => one.number <= number).forEach((one) => one.answer(true));
    this.waiting = this.waiting.filter((one) => !(one.number <= number));
  }

  isDrawn() {
    return this.app.dataset.testScriptState === "notRunning";
  }

  // Waits until the page is drawn as a whole.
  rest() {
    return new Promise((done) => {
      const end = () => observer.disconnect() ?? done();
      const observer = new MutationObserver(() => this.isDrawn() && end());
      observer.observe(this.app, { attributeFilter: ["data-test-script-state"] });
      if (this.isDrawn()) end();
    });
  }

  end() {
    this.observer.disconnect();
    this.waiting.forEach((one) => one.answer(false));
  }
}

// Lets the input that is being edited send its value. A press does so by itself, but not on a phone from Apple, where
// the input keeps the focus.
function commitWhatIsTyped() {
  const { activeElement } = document;
  if (activeElement?.matches("input, textarea")) activeElement.blur();
}

// A file to download is what it was when the page was drawn last, and something may have been typed or pressed since:
// each press on its button waits until the page has been drawn with that.
function keepFilesUpToDate() {
  let isWaiting = false;
  let press = null; // what is pressed once the page has been drawn
  const hold = async (event) => {
    const box = event.target.closest?.("[data-testid=stDownloadButton]")?.closest("[class*=st-key-]");
    if (!box || event === press) return;
    event.stopImmediatePropagation();
    if (isWaiting) return;
    isWaiting = true;
    await window.polycoreSettle();
    isWaiting = false;
    const key = [...box.classList].find((name) => name.startsWith("st-key-"));
    // as by a pointer: after a click() a dialog that is drawn again may leave the focus to the page
    press = new MouseEvent("click", { bubbles: true, detail: 1 });
    document.querySelector(`.${CSS.escape(key)} button`)?.dispatchEvent(press);
  };
  addEventListener("click", hold, { capture: true });
}

// The page that was asked for last, by its name in the address: "" for Home, null before the first. Streamlit writes
// a page's address when that page comes. One that was left meanwhile may still come, and its address would cut off
// what Forward leads to.
let asked = null;

const pageOf = (path) => path.split("/").at(-1);

function noteWhatIsAskedFor() {
  addEventListener("popstate", () => (asked = pageOf(location.pathname)));
  const note = (event) => {
    const link = event.target.closest?.("[data-testid=stPageLink-NavLink]");
    const isForAnotherTab = event.ctrlKey || event.metaKey || event.shiftKey;
    if (link && !isForAnotherTab) asked = pageOf(link.getAttribute("href").split("?")[0]);
  };
  addEventListener("click", note, { capture: true });
}

// Streamlit adds an entry to the tab's history for every change of the address. Within a page the entry is changed
// in place here, so that Back leads to the page before, and not through every number that was typed.
function keepOneEntryOfHistoryAPage() {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const { pathname } = new URL(address, location);
    if (pathname === location.pathname) history.replaceState(state, title, address);
    else if (asked === null || pageOf(pathname) === asked) push(state, title, address);
  };
}

// Keys that the buttons have must not press them while somebody types, or behind a dialog. Streamlit listens at the
// document, after whatever is focused: a key that goes no further than here still does what it does there.
function keepKeysFromButtons() {
  const typing = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]";
  document.documentElement.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest(typing) !== null;
    if (isTyping || document.querySelector("[role=dialog]") !== null) event.stopPropagation();
  });
}

// The help of a button stays open while the pointer rests on it, and covers what a press on it has brought. It is
// hidden after a press until the pointer moves: by HIDES_HELP, which style.py has a rule for.
const HIDES_HELP = "polycore-hides-help";

function hideHelpAfterPresses() {
  const { classList } = document.documentElement;
  addEventListener("click", ({ detail }) => detail > 0 && classList.add(HIDES_HELP), { capture: true }); // by a pointer
  const show = ({ movementX, movementY }) => (movementX || movementY) && classList.remove(HIDES_HELP);
  addEventListener("pointermove", show, { capture: true });
  addEventListener("keydown", () => classList.remove(HIDES_HELP), { capture: true });
}

export default keeping(
  () => new Connection(),
  (connection, { data, setStateValue, setTriggerValue }) => {
    connection.ask = (number) => setTriggerValue("asked", number);
    connection.answered(data.answered);
    window.polycoreSettle = () => connection.settle();
    if (!window.polycoreTabIsSetUp) {
      new Carrier(document.body, () => connection.isDrawn());
      keepFilesUpToDate();
      noteWhatIsAskedFor();
      keepOneEntryOfHistoryAPage();
      keepKeysFromButtons();
      hideHelpAfterPresses();
      window.polycoreTabIsSetUp = true;
    }
    const name = nameOfThisTab(data.name);
    if (name === data.name) [window.polycoreHad, window.polycoreVisits] = [data.holds, false];
    else {
      if (window.polycoreVisits) setStateValue("visits", true); // before the name, with which the server reads it
      if (window.polycoreHad) setStateValue("had", window.polycoreHad);
    }
    if (name !== data.name || data.again) setStateValue("name", name);
  },
);
