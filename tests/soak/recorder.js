// What a tab shows, for tests that press at random moments: one look is one moment.

(() => {
  const addresses = [];
  const headings = [];

  // weights come into the address by themselves when a run has ended
  function note() {
    const url = new URL(location.href);
    url.searchParams.delete("weights");
    const address = url.pathname + url.search;
    if (addresses.at(-1) !== address) addresses.push(address);
  }

  for (const name of ["pushState", "replaceState"]) {
    const own = history[name];
    history[name] = function (...values) {
      own.apply(this, values);
      note();
    };
  }
  addEventListener("popstate", note);
  note();

  // What is looked at so often must cost little: this list is kept up to date by the browser, and textContent,
  // unlike innerText, does not have the page laid out.
  const found = document.getElementsByTagName("h1");
  setInterval(() => {
    const heading = found[0]?.textContent;
    if (heading && headings.at(-1) !== heading) headings.push(heading);
  }, 20);

  const text = (element) => element.querySelector("p")?.textContent ?? "";
  const buttons = () => [...document.querySelectorAll("button")].filter((each) => each.checkVisibility());

  // components draw in shadow roots
  const roots = new Set();
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.add(root);
    return root;
  };
  function statusShown() {
    roots.forEach((root) => root.isConnected || roots.delete(root));
    const found = [...roots].map((root) => root.querySelector("[data-value=status]")).find(Boolean);
    return found?.textContent ?? null;
  }

  function run() {
    const channel = window.polycoreChannel;
    // a part of a page may follow frames of its own, whose name has a part behind the run's
    const names = [...(channel?.followers ?? [])].map((follower) => follower.run);
    const name = names.find((each) => !each.includes("-")) ?? null;
    const frame = channel?.latest.get(name);
    if (name === null) return { run: null, generation: 0, status: null, step: 0, share: 0, pause: 0 };
    if (!frame) return null;
    const { generation, status, step, share, pause } = frame;
    return { run: name, generation, status, step, share, pause };
  }

  // Each loss has an animation of its own.
  function undo(labels) {
    const toast = document.querySelector(".st-key-undo-toast");
    if (!toast || !labels.includes("Undo")) return null;
    return getComputedStyle(toast).animationName;
  }

  function look() {
    const followed = run();
    const shown = buttons();
    return {
      ...followed,
      isKnown: followed !== null,
      shown: statusShown(),
      rests: document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning",
      isConnected: document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState === "CONNECTED",
      enabled: shown.filter((each) => !each.disabled).map(text),
      undo: undo(shown.map(text)),
      addresses: [...addresses],
      headings: [...headings],
    };
  }

  // Returns what was seen right before the press; null if there is no such button to press.
  function press(labels) {
    const button = buttons().find((each) => !each.disabled && labels.includes(text(each)));
    if (!button) return null;
    const before = look();
    const began = performance.now();
    const status = statusShown();
    recorder.milliseconds = null;
    const watch = () => {
      if (statusShown() !== status) recorder.milliseconds = performance.now() - began;
      else if (performance.now() - began < 30_000) requestAnimationFrame(watch);
    };
    button.click();
    if (text(button) === "Stop") requestAnimationFrame(watch); // no other press is timed, and each frame costs
    return { ...before, label: text(button) };
  }

  // Chooses a page in the navigation; returns what was seen right before.
  function leave(page) {
    const before = look();
    [...document.querySelectorAll("[data-testid=stPageLink-NavLink]")]
      .find((link) => link.innerText.trim().endsWith(page))
      .click();
    return before;
  }

  // Resolves two frames after Streamlit has taken up what came from the server, which it gathers for 10 ms.
  function drawn() {
    const frame = () => new Promise(requestAnimationFrame);
    return new Promise((resolve) => setTimeout(resolve, 30)).then(frame).then(frame);
  }

  window.recorder = { look, press, leave, drawn, milliseconds: null };
})();
