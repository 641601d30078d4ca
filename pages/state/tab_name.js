// Reports the name of this browser tab; recall.py says what it is for, and describes `data`.

const KEY = "polycore.tab";
const HELD_KEY = "polycore.tab.held";

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

export default function ({ data, setStateValue }) {
  const name = nameOfThisTab();
  if (data.known) {
    window.polycoreHeld = data.holds;
    return;
  }
  if (window.polycoreHeld) setStateValue("held", window.polycoreHeld);
  setStateValue("name", name);
}
