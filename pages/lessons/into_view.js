// Scrolls the page, once, to the part of it that has become the next one to look at or to use, unless the user scrolls
// meanwhile. On a narrow screen it also folds the panel of a lesson, or unfolds it.

export default keeping(
  () => new View(),
  (view, { data }) => view.turn(data),
);

class View {
  turn({ of, part, block, folds }) {
    if (of === this.of) return;
    this.of = of;
    this.end();
    const details = document.querySelector(".st-key-lesson-panel details");
    const isFolded = folds && matchMedia("(max-width: 999px)").matches;
    if (details?.open === isFolded) details.querySelector("summary").click();
    if (!part) return;
    this.giveUp = presses().atRestUnlessScrolled(() => {
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      document.querySelector(part)?.scrollIntoView({ block, behavior });
    });
  }

  end() {
    this.giveUp?.();
  }
}
