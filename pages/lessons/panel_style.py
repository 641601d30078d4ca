"""The place of a lesson's panel: beside the page or, on a narrow screen, at its top, where it folds."""

import re

from pages.lessons.asking import Phase, pictures
from pages.lessons.lessons import PANEL, Lesson
from pages.lessons.situation import Task
from pages.state.page_links import LABELS, TRAIN

STEPS: tuple[Phase, ...] = ("guess", "watch", "see")  # each has a segment of the line below the title

# The panel takes no room of its own in the page, whose content begins beside it: so nothing moves when the
# panel says something else. Navigation and run bar reach over it. On a narrow screen it has the same height
# whatever it says, until the user folds it.
_PLACE = """
.st-key-lesson-panel {
  --accent: light-dark(var(--primary), #8a94f0); --line: light-dark(#d8dae4, #3a4050);
  --quiet: light-dark(#5a6072, #a4abbd); --paper: light-dark(#ffffff, #0e1117);
  gap: 0; background: light-dark(#f4f5fa, #1a1e29); overflow-y: auto;
}
.st-key-lesson-panel [data-testid="stCaptionContainer"] { color: var(--quiet); opacity: 1; }
.st-key-lesson-panel [data-testid="stCaptionContainer"] p { font-size: 0.875rem; }
.st-key-lesson-panel [data-testid="stCaptionContainer"] em { font-style: normal; }
@media (pointer: coarse) { .st-key-lesson-panel [data-testid="stCaptionContainer"] em { display: none; } }
.st-key-lesson-panel details { border: 0; background: none; }
.st-key-lesson-panel summary p { font-size: 1.25rem; font-weight: 600; line-height: 1.3; }
.st-key-lesson-panel summary p em {
  display: block; font-size: 0.875rem; font-weight: 400; font-style: normal; color: var(--quiet);
}
.st-key-lesson-panel summary {
  position: sticky; z-index: 2; top: 0; margin-bottom: 0.5rem; padding: 0 0 0.9rem; border-radius: 0;
  background: var(--steps), light-dark(#f4f5fa, #1a1e29);
}
.st-key-lesson-panel :is(p, label) { line-height: 1.4; }
.st-key-lesson-panel [data-testid="stExpanderDetails"] { padding: 0; border: 0; }
.st-key-lesson-panel [data-testid="stExpanderDetails"] [data-testid="stVerticalBlock"] { gap: 0.5rem; }
.st-key-lesson-footer { margin-top: 0.5rem; }
.st-key-lesson-footer button p { display: block; } /* all on one line, with an icon and without */
.st-key-lesson-task { min-height: 2.75rem; margin-block: 0.5rem; gap: 0.5rem; }
/* answers say it themselves, and are to be seen at once */
.st-key-lesson-panel:has(details[open]):has(.st-key-lesson-skip, [class*="st-key-lesson-recap-"])
  .st-key-lesson-task { display: none; }
.st-key-lesson-way [data-testid="stPageLink-NavLink"] { padding: 0.4rem 0.75rem; border-radius: 0.5rem; }
/* as large whether it is filled or not, and a link as a button */
.st-key-lesson-next button { padding: 0 0.75rem; border: 1px solid transparent; }
.st-key-lesson-footer [data-testid="stPageLink-NavLink"] { min-height: 2.5rem; padding: 0 0.75rem; }
.st-key-lesson-answers :is(.stElementContainer, .stRadio, [role="radiogroup"] > *) { width: 100%; }
.st-key-lesson-answers [role="radiogroup"] { width: 100%; gap: 0.5rem; }
.st-key-lesson-answers label[data-rac] {
  display: flex; width: 100%; min-height: 3rem; margin: 0; padding: 0.5rem 0.75rem; align-items: center;
  gap: 0.5rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--paper);
}
.st-key-lesson-answers label[data-selected] {
  border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent);
}
.st-key-lesson-answers label[data-focus-visible] { outline: 2px solid currentColor; outline-offset: 1px; }
.st-key-lesson-answers label[data-rac] > :not(span:first-child) { flex: 1; }
.st-key-lesson-answers label[data-rac]::after { /* a curve, if the answer is one; see `pictures` */
  flex: none; width: 5.5rem; height: 2.75rem; background: var(--accent);
  mask-position: center; mask-repeat: no-repeat; mask-size: contain;
}
[class*="st-key-lesson-recap-"] [role="radiogroup"] { gap: 0; padding: 0 0 0.25rem; }
[class*="st-key-lesson-recap-"] label[data-rac] {
  min-height: 2rem; padding-block: 0.25rem; align-items: center; /* one of two lines is apart from the next */
}
.st-key-lesson-tools .stButton button { min-height: 2.25rem; padding: 0 0.6rem; }
.st-key-lesson-tools [data-testid="stIconMaterial"] { font-size: 1.1rem; }
@media (min-width: 1000px) {
  .stMainBlockContainer:has(.st-key-lesson-panel) { padding-left: calc(2.5rem + 312px + 2rem); }
  .stMainBlockContainer:has(.st-key-lesson-panel) [data-testid="stLayoutWrapper"]:has(
    > :is(.st-key-frame-top, .st-key-run_bar)
  ) { width: calc(100% + 312px + 2rem); max-width: none; margin-left: calc(-312px - 2rem); }
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-place) {
    position: sticky; top: 0.75rem; z-index: 50; height: 0; margin-bottom: -1rem;
  }
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-place) > * { height: 0; overflow: visible; }
  .st-key-lesson-panel {
    position: absolute; top: var(--top); left: calc(-312px - 2rem); width: 312px;
    height: calc(100vh - var(--around)); min-height: 20rem;
    padding: 1rem 1.25rem; border-radius: 0.75rem; flex-wrap: nowrap;
  }
  [data-testid="stLayoutWrapper"]:has(> .st-key-undo-toast) { left: calc(312px + 4.5rem); transform: none; }
  .st-key-lesson-panel > * { flex: none; }
  .st-key-lesson-panel > :nth-child(1) { flex: 0 1 auto; overflow-y: auto; min-height: 6rem; }
  .st-key-lesson-panel > :last-of-type { margin-top: auto; }
  .st-key-lesson-panel summary { pointer-events: none; }
  .st-key-lesson-panel summary > span > span { display: none; } /* the arrow */
}
@media (max-width: 999px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-place) {
    position: sticky; top: 0; z-index: 98; margin-inline: -1rem; width: calc(100% + 2rem); max-width: none;
  }
  .st-key-lesson-panel {
    flex: none; flex-wrap: nowrap;
    padding: 0.75rem 1rem 0; border-bottom: 1px solid var(--line);
  }
  .st-key-lesson-panel summary p { font-size: 1.0625rem; }
  .st-key-lesson-panel summary p em { display: inline; margin-right: 0.5rem; }
  .st-key-lesson-panel > * { flex: none; }
  .st-key-lesson-panel summary { top: -0.75rem; padding-top: 0.5rem; margin-bottom: 0.3rem; }
  .st-key-lesson-panel > :has(> .st-key-lesson-footer) { /* where it is, whatever is above it */
    position: sticky; z-index: 2; bottom: 0; margin-top: auto;
    background: light-dark(#f4f5fa, #1a1e29);
  }
  .st-key-lesson-footer { margin: 0; }
  .st-key-lesson-panel:has(details:not([open])) { height: auto; min-height: 4.25rem; overflow: hidden; }
  .st-key-lesson-panel:has(details:not([open])) summary { margin-bottom: 0; }
  .stApp:has(.st-key-lesson-panel) { --lesson-panel: 6.5rem; } /* what covers the top of the page */
  .stApp:has(.st-key-lesson-panel details[open]) { --lesson-panel: min(21rem, 48vh); }
  /* the last question, and what it is about; not while the panel is about to fold */
  .stApp:has(.st-key-lesson-panel details[open]):has([class*="st-key-lesson-recap-"]) {
    --lesson-panel: var(--asking);
  }
  /* between it and the answer about a point, that point is to be seen */
  .stApp:has(.st-key-lesson-panel details[open]):has(.st-key-asked-card) { --lesson-panel: 30vh; }
  .st-key-lesson-panel:has(details[open]) { height: var(--lesson-panel); }
  .st-key-lesson-panel:has(details:not([open])) > :not(:first-child, :has(> .st-key-lesson-task)),
  .st-key-lesson-panel:has(details:not([open])) .st-key-lesson-way { display: none; }
  .stMain { scroll-padding: calc(var(--lesson-panel, 0px) + 0.5rem) 0 calc(var(--bottom-bar, 0px) + 0.5rem); }
  .stMain .polycore-live-touched { scroll-margin: 1rem 0 calc(40vh + 1rem); } /* and the answer below it */
  .st-key-lesson-panel :is(p, label) { line-height: 1.35; }
  .st-key-lesson-answers [role="radiogroup"] { gap: 0.375rem; }
  .st-key-lesson-answers label[data-rac] { min-height: 2.25rem; padding-block: 0.2rem; }
  .st-key-lesson-answers label[data-rac]::after { height: 1.75rem; }
}
@media (max-width: 999px) and (max-height: 700px) {
  .st-key-lesson-footer :is(button, [data-testid="stPageLink-NavLink"]) { min-height: 2.25rem; }
}
"""
# Only one button on a screen is filled: what to do next, which is %(part)s. What is no button is marked.
_UNFILLED = """
.stApp :is(button[kind="primary"], .st-key-home-main [data-testid="stPageLink-NavLink"]) {
  background: light-dark(#ffffff, #0e1117); border-color: light-dark(#d8dae4, #3a4050); color: inherit;
}
.stApp .st-key-home-main [data-testid="stPageLink-NavLink"] :is(p, span) { color: inherit; }
"""
_NEXT = """
.stApp :is(%(part)s:has(> .stButton), %(part)s > .stElementContainer) > :is(.stButton, .stPageLink)
  :is(button:enabled, [data-testid="stPageLink-NavLink"]), .stApp %(part)s button[kind="primary"] {
  background: var(--primary); border-color: transparent; color: #ffffff !important;
}
.stApp %(part)s [data-testid="stPageLink-NavLink"] :is(p, span) { color: #ffffff; }
.stApp %(part)s:not(.st-key-lesson-forward) button[kind="tertiary"] { /* its text stays where it is */
  flex: none; width: max-content; max-width: none; margin-inline: -0.75rem; padding-inline: 0.75rem;
}
.stApp %(part)s { scroll-margin-block: 4rem; } /* what is above it may still grow */
%(part)s:not(:has(> .stButton), :has(> .stElementContainer > :is(.stButton, .stPageLink))) {
  position: relative; overflow: visible; border-radius: 0.5rem;
  outline: 2px solid light-dark(var(--primary), #8a94f0); outline-offset: 0.25rem;
}
:is(.st-key-lesson-answers, [class*="st-key-lesson-recap-"]) { margin-top: 0.5rem; outline: 0 !important; }
[class*="st-key-lesson-recap-"] { width: 100%%; }
%(part)s:not(:has(> .stButton), :has(> .stElementContainer > :is(.stButton, .stPageLink)))::after {
  content: "Your turn"; position: absolute; z-index: 1; inset: -0.9rem 0.5rem auto auto; pointer-events: none;
  padding: 0 0.5rem; border-radius: 0.4rem; font-size: 0.75rem; font-weight: 600; line-height: 1.6;
  background: var(--primary); color: #ffffff;
}
@media (max-width: 999px) {
  :is(.st-key-lesson-answers, [class*="st-key-lesson-recap-"]) { margin-top: 0.25rem; }
}
"""
# New text is read from its first line: a panel that is empty for a moment scrolls back to its top. Another
# name restarts the animation. Beside the page the text alone is emptied: what is below it would move, as
# would the page below a panel that is folded.
_FROM_THE_TOP = """
@keyframes %s { from, to { max-height: 0; overflow: clip; } }
.st-key-lesson-panel:has(details[open]) > :first-child > * { animation: %s 1ms; }
@media (max-width: 999px) {
  .st-key-lesson-panel:has(details[open]) > :not(:has(> .st-key-lesson-footer)) { animation: %s 1ms; }
}
"""
# In the same way a lesson begins at the top of its page, wherever the page before it was scrolled.
_PAGE_FROM_THE_TOP = """
@keyframes %s { from, to { max-height: 0; min-height: 0; padding-block: 0; overflow: clip; } }
.stApp .stMainBlockContainer { animation: %s 1ms; }
"""
# Above the figure, in the line of its caption or its choices: on it, it would cover what is to be watched. In
# the panel it is beside the figure's name, since text is above it.
_WATCHED = """
.stApp .st-key-%s { position: relative; overflow: visible; }
.st-key-%s::after {
  content: "Watch this"; position: absolute; z-index: 5; inset: %s; pointer-events: none;
  padding: 0 0.6rem; border-radius: 0.4rem; font-size: 0.8125rem; font-weight: 600; line-height: 1.5;
  background: light-dark(#ecebf8, #2a2f52); color: light-dark(#4149b4, #c9cefa);
}
"""
_ABOVE, _IN_PANEL = "auto 0 calc(100% - 0.45rem) auto", "0 0 auto auto"
NO_STYLE = "<style></style>"  # in place of one: see pages/frame/style.py
# a line, and as the panel it stays in sight
_ROW = """
.st-key-lesson-row {
  padding: 0.25rem 0.75rem; border-radius: 0.5rem; background: light-dark(#f4f5fa, #1a1e29);
}
[data-testid="stLayoutWrapper"]:has(> .st-key-lesson-place) { position: sticky; z-index: 98; top: 0.25rem; }
.stApp:has(.st-key-lesson-row) { --lesson-panel: 4rem; }
"""
# Where it begins, from its place in the page, and what is above and below it: navigation and, on Train, the
# run bar.
_BELOW_NAVIGATION, _BELOW_RUN_BAR = ("0rem", "5.5rem"), ("4rem", "9.5rem")


def style(lesson: Lesson, page: str, phase: Phase, task: Task, *, folds: bool) -> str:
    """Return the style of the panel, or of its line, on the page of that title.

    It marks the figure to watch there, and what the task names. folds: as in pages/lessons/into_view.py.
    """
    asked = _UNFILLED
    if part := part_of(task, page):
        asked += _NEXT % {"part": part}
    if page != LABELS[TRAIN] and not figure_on(lesson, page):
        return f"<style>{_ROW}{asked}</style>"
    top, around = _BELOW_RUN_BAR if page == LABELS[TRAIN] else _BELOW_NAVIGATION
    reached = STEPS.index(phase)
    colors = ("--accent" if step <= reached else "--line" for step in range(len(STEPS)))
    steps = ", ".join(
        f"linear-gradient(var({color}) 0 0) {place} 100% / calc((100% - 0.8rem) / 3) 4px no-repeat"
        for color, place in zip(colors, ("0", "50%", "100%"), strict=True)
    )
    begins = f"lesson-{lesson.name}-{phase}"
    parts = (
        _PLACE,
        _FROM_THE_TOP % ((begins,) * 3),
        _PAGE_FROM_THE_TOP % ((f"lesson-{lesson.name}",) * 2),
        f".st-key-lesson-panel {{ --top: {top}; --around: {around}; --steps: {steps}; }}",
        f".stApp {{ --asking: {'min(21rem, 48vh)' if folds else '66vh'}; }}",
        "" if task.key == figure_on(lesson, page) else _mark(figure_on(lesson, page), phase),
        asked,
        pictures(lesson.questions.prediction),
    )
    return f"<style>{''.join(parts)}</style>"


def part_of(task: Task, page: str) -> str:
    """Return the selector of what the task names on the page of that title, or leads to; "" for nothing."""
    key = task.key if task.page == page else "lesson.way"
    return key and selector(key)


def selector(key: str) -> str:
    """Return the selector of what Streamlit draws with that key, or whose key begins with it and a dot."""
    name = f"st-key-{re.sub('[^a-zA-Z0-9_-]', '-', key)}"
    return f'[class*="{name}"]' if key.endswith(".") else f".{name}"


def figure_on(lesson: Lesson, page: str) -> str:
    """Return the key of the figure that the lesson is about on the page of that title; "" for none."""
    if page == LABELS[TRAIN]:
        return lesson.watched.figure
    return next((one.figure for one in lesson.links if LABELS[one.page] == page), "")


def _mark(figure: str, phase: Phase) -> str:
    """Return the style that marks the figure with that key; "" if there is none to watch."""
    if not figure or (figure == PANEL and phase == "see"):
        return ""
    key = figure.replace(".", "-")
    return _WATCHED % (key, key, _IN_PANEL if figure == PANEL else _ABOVE)
