// Scrolls the page to one of its parts: what a press has brought is below what is seen.

export default keeping(
  () => ({ end() {} }),
  (_, { data: { part } }) => part && document.querySelector(part)?.scrollIntoView(),
);
