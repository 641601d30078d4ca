// What the server cannot do for a browser tab; recall.py says what the name is for.

const KEY = "polycore.tab";
const HELD_KEY = "polycore.tab.held";

// Browsers may forbid the store within another site's page: a refresh begins anew there.
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// The name lies in the store only between two pages: a tab that is opened from this one begins with a copy of
// the store, and would share this one's run. A tab without a name adopts that of its session.
function nameOfThisTab(ofSession) {
  if (!window.polycoreTab) {
    window.polycoreTab = stored((store) => store.getItem(KEY)) ?? ofSession;
    // what the server has of this tab, as it said last: holdings.py says more
    window.polycoreHeld = JSON.parse(stored((store) => store.getItem(HELD_KEY)));
    const forget = () => [KEY, HELD_KEY].forEach((key) => stored((store) => store.removeItem(key)));
    forget();
    addEventListener("pageshow", forget);
    addEventListener("pagehide", () => {
      stored((store) => store.setItem(KEY, window.polycoreTab));
      stored((store) => store.setItem(HELD_KEY, JSON.stringify(window.polycoreHeld ?? null)));
    });
  }
  return window.polycoreTab;
}

// A page that nobody touches asks for nothing when its connection is new. It may have met another server, or
// one that has forgotten it, where what is pressed first would be lost: so it asks to be drawn.
class Connection {
  constructor() {
    const app = document.querySelector("[data-testid=stApp]");
    let wasCut = false;
    this.observer = new MutationObserver(() => {
      const isCut = app.dataset.testConnectionState !== "CONNECTED";
      if (wasCut && !isCut) this.askToBeDrawn();
      wasCut = isCut;
    });
    this.observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
  }

  end() {
    this.observer.disconnect();
  }
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

export default keeping(
  () => new Connection(),
  (connection, { data, setStateValue }) => {
    connection.askToBeDrawn = () => setStateValue("connected", performance.now());
    if (!window.polycoreTabIsSetUp) {
      noteWhatIsAskedFor();
      keepOneEntryOfHistoryAPage();
      keepKeysFromButtons();
      window.polycoreTabIsSetUp = true;
    }
    const name = nameOfThisTab(data.name);
    if (name === data.name) window.polycoreHeld = data.holds;
    else if (window.polycoreHeld) setStateValue("held", window.polycoreHeld);
    if (name !== data.name || data.again) setStateValue("name", name);
  },
);
