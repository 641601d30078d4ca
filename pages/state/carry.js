// What is being typed into an input continues in the version that takes its place; inputs.py says what versions are.
// Each is an element of its own: without this, text that was not entered yet would go with the old one, and the focus.
//
// So would text that was entered just before. Streamlit sends a value in a task of its own, and only if its element is
// still there then: what the page shows for a press before may replace that in between. Then the text is entered again.

const VERSION = /^(st-key-.+-v)\d+$/; // the class by which Streamlit marks the box around a version
const CHOSEN = ["checkbox", "radio", "range", "file", "button"]; // inputs into which nothing is typed

// `rests()` says whether the page is drawn as a whole.
class Carrier {
  field = null; // that has the focus, if something can be typed into it
  isTyped = false; // whether it has text that was not entered yet
  unsent = null; // the field whose text was entered last, with its name and text, until that must have been sent

  constructor(body, rests) {
    this.body = body;
    this.rests = rests;
    const on = (name, take) => body.addEventListener(name, take, { capture: true });
    on("focusin", ({ target }) => this.begin(target));
    on("input", ({ target }) => target === this.field && this.note(true));
    on("keydown", (event) => enters(event) && this.enter());
    // not at once: a browser may say it of a field that is about to go
    on("focusout", ({ target }) => queueMicrotask(() => this.end(target)));
    new MutationObserver(() => this.carry()).observe(body, { childList: true, subtree: true });
  }

  begin(target) {
    this.field = isTypedInto(target) && nameOf(target) ? target : null;
    this.note(false);
  }

  // Notes the field's text as long as the field is there.
  note(isTyped) {
    if (!this.field?.isConnected) return;
    Object.assign(this, { isTyped, value: this.field.value, name: nameOf(this.field) });
  }

  enter() {
    if (!this.isTyped) return;
    const entered = (this.unsent = { field: this.field, name: this.name, value: this.value });
    this.note(false);
    const forget = () => this.unsent === entered && entered.field.isConnected && (this.unsent = null);
    setTimeout(() => setTimeout(forget)); // Streamlit's own timer begins before the second one
  }

  // A field that has gone has lost the focus too, but was not left. Nor was one in a window that was left.
  end(target) {
    const { isConnected, ownerDocument } = target;
    if (target !== this.field || !isConnected || ownerDocument.activeElement === target) return;
    this.enter();
    this.field = null;
  }

  carry() {
    const { field, unsent } = this;
    if (field && !field.isConnected) {
      const next = this.named(this.name);
      if (next) this.continueIn(next);
      else if (this.rests()) this.field = null; // it was not replaced
    }
    if (unsent && !unsent.field.isConnected) {
      const next = this.named(unsent.name);
      if (next || this.rests()) this.unsent = null;
      if (next) enterIn(next, unsent.value);
    }
  }

  named(name) {
    const fields = [...this.body.querySelectorAll(`[class*="${name}"] :is(input, textarea)`)];
    return fields.find((field) => isTypedInto(field) && nameOf(field) === name);
  }

  continueIn(field) {
    const { isTyped, value } = this;
    const { selectionStart, selectionEnd } = this.field; // as it was when the field went: an event would say it late
    const isAllSelected = selectionStart === 0 && selectionEnd === value.length;
    field.focus({ preventScroll: true });
    if (isTyped) setByUser(field, value);
    if (isAllSelected && !isTyped) field.select();
    else if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd); // numbers have none
    this.field = field;
    this.note(isTyped);
  }
}

function isTypedInto(element) {
  if (element.tagName === "TEXTAREA") return true;
  return element.tagName === "INPUT" && !CHOSEN.includes(element.type) && element.getAttribute("role") !== "combobox";
}

// The name of the input to which a field belongs, as a class has it; undefined if it has no versions.
function nameOf(field) {
  const classes = [...(field.closest('[class*="st-key-"]')?.classList ?? [])];
  return classes.map((one) => one.match(VERSION)?.[1]).find(Boolean);
}

function enters({ key, ctrlKey, metaKey, target }) {
  return key === "Enter" && (ctrlKey || metaKey || target.tagName === "INPUT");
}

async function enterIn(field, text) {
  setByUser(field, text);
  await null; // until React has drawn it
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
}

// React ignores a value that is set by the property that it has put in place of the element's own.
function setByUser(field, value) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
