// A button that copies the link to this page once it has all that was typed; copy_button.py describes `data`.

const NOTE_MS = 4000;
const SOON_MS = 300; // a wait that needs no words
const MARGIN = 8; // pixels between the note and the button, and the window's edge
const ICON = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2
1.2M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"/></svg>`;

export default keeping(
  (parent) => new CopyButton(parent),
  (copy, { data, setTriggerValue }) => {
    copy.data = data;
    copy.report = setTriggerValue;
    copy.button.title = data.help;
  },
);

class CopyButton {
  // otherwise the note would cover a dialog that opens next
  hideOnPress = (event) => event.composedPath().includes(this.root) || this.hide();

  constructor(parent) {
    this.button = element("button", { type: "button" });
    this.button.innerHTML = ICON;
    this.button.append("Copy link");
    // a screen reader announces changes only in an element that stays, and the note does not
    this.spoken = element("div", { class: "spoken", role: "status" });
    this.note = element("div", { class: "note", popover: "manual" });
    this.root = element("div", { class: "copy" }, this.button, this.spoken, this.note);
    parent.append(this.root);
    this.button.addEventListener("click", () => this.copy());
    this.note.addEventListener("keydown", ({ key }) => key === "Escape" && this.button.focus());
    this.note.addEventListener("focusout", () => this.hide());
  }

  async copy() {
    if (this.isWaiting) return;
    this.hide();
    this.isWaiting = true;
    const link = completeLink();
    const saying = setTimeout(() => this.root.isConnected && this.say(this.data.waiting), SOON_MS);
    const isCopied = await writeToClipboard(link);
    const { address, isComplete } = await link;
    clearTimeout(saying);
    this.isWaiting = false;
    if (!this.root.isConnected) return; // another page has been opened meanwhile
    this.hide();
    if (!isComplete) this.offer(address, this.data.late);
    else if (isCopied || this.copyByCommand(address)) this.confirm(address);
    else this.offer(address, "");
  }

  confirm(link) {
    const isTrained = new URL(link).searchParams.has("weights");
    this.say(isTrained ? this.data.trained : this.data.set_up);
    const isLong = link.length > this.data.longest;
    const long = isLong ? this.data.long.replace("{}", link.length.toLocaleString("en")) : "";
    if (isTrained && (isLong || this.data.answered)) this.offerShorter(link, `${this.data.answered} ${long}`);
    else this.hiding = setTimeout(() => this.hide(), NOTE_MS);
  }

  // What is shorter stays on offer until the next press elsewhere; `why` says what speaks for it.
  offerShorter(link, why) {
    const copyIt = element("button", { type: "button" }, this.data.shorter);
    copyIt.addEventListener("click", async () => {
      const address = link.replace(/&weights=[^&]*|(?<=\?)weights=[^&]*&?/, "");
      if ((await writeText(address)) || this.copyByCommand(address)) this.confirm(address);
      else this.offer(address, "");
    });
    const more = element("button", { type: "button" }, this.data.files);
    more.addEventListener("click", () => {
      this.hide();
      this.report("more", true);
    });
    this.note.append(element("p", {}, why.trim()), copyIt, more);
    this.show();
  }

  say(text) {
    this.spoken.textContent = this.note.textContent = text;
    this.show();
  }

  // The last resort: shows the link, selected, and the keys that copy it.
  offer(link, reason) {
    const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl+C";
    const field = element("input", { readonly: "", "aria-label": `Link. Press ${keys} to copy it.` });
    field.value = link;
    this.note.replaceChildren(`${reason} Press ${keys} to copy the link.`, field);
    this.show();
    field.focus();
    field.select();
  }

  show() {
    addEventListener("pointerdown", this.hideOnPress, true);
    this.note.showPopover?.();
    const button = this.button.getBoundingClientRect();
    const note = this.note.getBoundingClientRect();
    const right = document.documentElement.clientWidth - note.width - MARGIN;
    this.note.style.left = `${Math.max(MARGIN, Math.min(button.left, right))}px`;
    const below = button.bottom + MARGIN;
    const isRoom = below + note.height < innerHeight;
    this.note.style.top = `${isRoom ? below : button.top - MARGIN - note.height}px`;
  }

  hide() {
    removeEventListener("pointerdown", this.hideOnPress, true);
    clearTimeout(this.hiding);
    this.note.hidePopover?.();
    this.spoken.textContent = this.note.textContent = "";
  }

  // The older interface to the clipboard, which works without TLS. Returns whether it copied the link.
  copyByCommand(link) {
    const text = element("textarea", { readonly: "", style: "position: fixed; opacity: 0" });
    text.value = link;
    document.body.append(text);
    text.select();
    const copied = document.execCommand("copy");
    text.remove();
    this.button.focus();
    return copied;
  }

  end() {
    this.hide();
    this.root.remove();
  }
}

async function completeLink() {
  const isComplete = await window.polycoreSettle?.(); // of tab.js, which may load later
  // The page's address has each new set-up before this button is drawn with it, and the network's weights, which
  // link_choice.py writes a moment after the page is drawn.
  return { address: `${location.origin}${location.pathname}?${location.search.slice(1)}`, isComplete };
}

// Returns whether it copied the link that is promised. Call it during the press itself: Safari allows it at no other
// time, but lets the text come later. A page without TLS has no clipboard, and older browsers take only a text.
async function writeToClipboard(link) {
  const asText = ({ address, isComplete }) => (isComplete ? new Blob([address], { type: "text/plain" }) : null);
  const text = link.then(asText);
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
    return true;
  } catch {
    return (await text) !== null && writeText((await link).address);
  }
}

async function writeText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
