// A choice keeps the arrow keys for itself as long as it has the focus. Pressed by mouse or finger, the choices of view
// and scene give it away, and the keys lead from scene to scene. Where the keyboard is used, the focus stays. Shows
// nothing, and is on the page before either view is: a key may follow a press at once.

const CHOICES = ":is(.st-key-inside-top, .st-key-inside-learning-scenes) [role=radiogroup]";

export default keeping(
  (parent) => new ArrowKeys(parent.ownerDocument),
  () => {},
);

class ArrowKeys {
  constructor(page) {
    this.page = page;
    // A click by key has no detail. It is taken on its way down, since the choice stops it there; and at once, since
    // the next key may come before a timer.
    this.free = ({ detail, target }) => {
      if (detail && target.closest(CHOICES)) page.activeElement.blur();
    };
    page.addEventListener("click", this.free, true);
  }

  end() {
    this.page.removeEventListener("click", this.free, true);
  }
}
