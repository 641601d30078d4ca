// What the components share: how Streamlit calls one that keeps an object for its element as long as that is on the page.

// `create(parent)` returns the object, and `update(object, component)` shows what Streamlit passes. The object's `end()`
// is called once, when the element goes.
function keeping(create, update) {
  const kept = new WeakMap(); // by element: the object, and how often it was updated
  return (component) => {
    const { parentElement } = component;
    if (!kept.has(parentElement)) kept.set(parentElement, { object: create(parentElement), updates: 0 });
    const entry = kept.get(parentElement);
    update(entry.object, component);
    // Streamlit calls the cleanup of every update, that of an earlier one possibly after a later update
    const number = ++entry.updates;
    return () => {
      if (number !== entry.updates) return;
      entry.object.end();
      kept.delete(parentElement);
    };
  };
}

function element(tag, attributes) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  return created;
}
