// What this browser trained or opened lately; recent.py describes `data`.

const KEY = "polycore.recent";
const MOST = 10;
const NOT_KEPT = ["look", "embed", "game", "score", "seconds"]; // parameters of an address that do not describe an experiment

let noted = null; // what the page shows: { path, title }; its address may get weights later

export default keeping(
  (parent) => new List(parent),
  (list, { data }) => {
    if (data.lists) list.draw();
    else noteAs(data.title);
  },
);

class List {
  constructor(parent) {
    this.root = element("section", { "aria-label": "Recent", hidden: "" });
    parent.append(this.root);
  }

  draw() {
    const known = entries();
    this.root.hidden = known.length === 0;
    this.root.replaceChildren(element("h3", {}, "Recent"), links(known), clear(() => this.draw()));
  }

  end() {
    this.root.remove();
  }
}

function noteAs(title) {
  if (!window.polycoreRecent) {
    window.polycoreRecent = true;
    addEventListener("pagehide", note);
    document.addEventListener("visibilitychange", note);
    // within the app a page is left without either of these events
    document.addEventListener("click", note, { capture: true });
  }
  noted = title && { path: location.pathname, title };
  note();
}

function note() {
  const query = experimentIn(location.search);
  if (!noted || noted.path !== location.pathname || !query.has("v")) return;
  const same = entries().find((entry) => setUpOf(entry.query) === setUpOf(query));
  // its weights come into the address a moment later: until then the entry keeps those that it has
  const isKnown = same && same.title === noted.title && !query.has("weights");
  const entry = isKnown ? same : { title: noted.title, query: query.toString(), at: Date.now() };
  store([entry, ...entries().filter((other) => setUpOf(other.query) !== setUpOf(query))]);
}

function experimentIn(search) {
  const query = new URLSearchParams(search);
  NOT_KEPT.forEach((name) => query.delete(name));
  return query;
}

function setUpOf(query) {
  const setUp = new URLSearchParams(query);
  setUp.delete("weights");
  return setUp.toString();
}

// Browsers may forbid the store, and anything may have written to it.
function entries() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    const isEntry = (entry) => [entry?.title, entry?.query].every((text) => typeof text === "string");
    return Array.isArray(found) ? found.filter(isEntry).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function store(list) {
  try {
    if (list.length) localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
    else localStorage.removeItem(KEY);
  } catch {
    // full or forbidden: there is no list next time
  }
}

function links(known) {
  const rows = known.map(({ title, query, at }) => {
    const link = element("a", { href: `${location.pathname}?${query}` }, title);
    const time = new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    return element("li", {}, link, " ", element("time", {}, time));
  });
  return element("ul", {}, ...rows);
}

function clear(draw) {
  const title = "Only this browser has this list. Clear removes it.";
  const button = element("button", { type: "button", title }, "Clear");
  button.addEventListener("click", () => {
    store([]);
    draw();
  });
  return button;
}
