// What the components share: their styles, and how Streamlit calls one that keeps an object for its element as long as
// that is on the page.

// Read once for all elements of the component, and not for each: `STYLES` is its CSS.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLES);

function style(element) {
  const { adoptedStyleSheets = [] } = element.getRootNode(); // an element that has gone has none
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
}

// `create(parent)` returns the object, and `update(object, component)` shows what Streamlit passes. The object's
// `end()` is called once, when the element has gone.
//
// Streamlit imports a component's script for each update, and a browser may finish imports that wait for the same
// script in any order: an earlier update may come after a later one. If there is a later one already when an update
// comes, Streamlit calls the cleanup of that update at once. When the element has gone, it calls the cleanup of the
// last one.
function keeping(create, update) {
  const kept = new WeakMap(); // by element: the object, and the updates of which each may prove to be the last
  return (component) => {
    const { parentElement } = component;
    if (!kept.has(parentElement)) {
      style(parentElement);
      kept.set(parentElement, { object: create(parentElement), updates: [] });
    }
    const entry = kept.get(parentElement);
    entry.updates.push(component);
    update(entry.object, component);
    setTimeout(() => {
      // if its cleanup has not been called by now, the updates that came before it are earlier ones
      const at = entry.updates.indexOf(component);
      if (at > 0) entry.updates.splice(0, at);
    });
    return () => {
      if (!parentElement.isConnected) {
        if (kept.delete(parentElement)) entry.object.end();
        return;
      }
      const wasShown = entry.updates.at(-1) === component;
      entry.updates = entry.updates.filter((one) => one !== component);
      if (wasShown && entry.updates.length > 0) update(entry.object, entry.updates.at(-1));
    };
  };
}

function element(tag, attributes, ...parts) {
  return filled(document.createElement(tag), attributes, parts);
}

// The same of a drawing.
function shape(tag, attributes, ...parts) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, parts);
}

function filled(created, attributes, parts) {
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...parts);
  return created;
}
