// What the server cannot do for a browser tab; recall.py says what the name is for.

const KEY = "polycore.tab";

function newName() {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Browsers may forbid the store within another site's page: a refresh begins anew there.
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// The name lies in the store only between two pages: a tab that is opened from this one begins with a copy of
// the store, and would share this one's run.
function nameOfThisTab() {
  if (!window.polycoreTab) {
    window.polycoreTab = stored((store) => store.getItem(KEY)) ?? newName();
    stored((store) => store.removeItem(KEY));
    addEventListener("pagehide", () => stored((store) => store.setItem(KEY, window.polycoreTab)));
    addEventListener("pageshow", () => stored((store) => store.removeItem(KEY)));
  }
  return window.polycoreTab;
}

// A page that nobody touches asks for nothing when its connection is new. It may have met another server, or
// one that has forgotten it, where what is pressed first would be lost: so it asks to be drawn.
function drawAnewWhenConnectedAnew(setStateValue) {
  const app = document.querySelector("[data-testid=stApp]");
  let wasCut = false;
  const observer = new MutationObserver(() => {
    const isCut = app.dataset.testConnectionState !== "CONNECTED";
    if (wasCut && !isCut) setStateValue("connected", performance.now());
    wasCut = isCut;
  });
  observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
  return () => observer.disconnect();
}

// Streamlit adds an entry to the tab's history for every change of the address. Within a page the entry is changed
// in place here, so that Back leads to the page before, and not through every number that was typed.
function keepOneEntryOfHistoryAPage() {
  if (history.pushState.isOurs) return;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const isThisPage = new URL(address, location).pathname === location.pathname;
    if (isThisPage) history.replaceState(state, title, address);
    else push(state, title, address);
  };
  history.pushState.isOurs = true;
}

export default function ({ setStateValue }) {
  keepOneEntryOfHistoryAPage();
  setStateValue("name", nameOfThisTab());
  return drawAnewWhenConnectedAnew(setStateValue);
}
