// Scrolls, once, to the parts that have become the next ones to look at or to use, unless the user scrolls meanwhile: the
// page or, as it stays in sight, a lesson's panel. On a narrow screen it also folds that panel, or unfolds it.

export default keeping(
  () => new View(),
  (view, { data }) => view.turn(data),
);

class View {
  turn({ of, parts, block, folds }) {
    if (of === this.of) return;
    this.of = of;
    this.end();
    const details = document.querySelector(".st-key-lesson-panel details");
    const isFolded = folds && matchMedia("(max-width: 999px)").matches;
    if (details?.open === isFolded) details.querySelector("summary").click();
    if (!parts.length) return;
    this.listening = new AbortController();
    for (const event of ["wheel", "touchmove", "keydown"])
      addEventListener(event, () => this.end(), { signal: this.listening.signal });
    this.giveUp = presses().atRest(() => {
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      for (const one of document.querySelectorAll(parts))
        if (!one.closest(".st-key-lesson-panel")) one.scrollIntoView({ block, behavior });
        else if (one.checkVisibility()) this.scrollPanel(one, behavior);
      this.end();
    });
  }

  // Between title and footer as much of the end is seen as there is room for below the beginning.
  scrollPanel(part, behavior) {
    const panel = part.closest(".st-key-lesson-panel");
    const title = panel.querySelector("summary").getBoundingClientRect();
    const footer = panel.querySelector(".st-key-lesson-footer").getBoundingClientRect();
    const { top, bottom } = part.getBoundingClientRect();
    const by = Math.min(top - title.bottom, Math.max(0, bottom + 8 - footer.top));
    for (const one of [panel, panel.firstElementChild]) one.scrollBy({ top: by, behavior });
  }

  end() {
    this.giveUp?.();
    this.listening?.abort();
  }
}
