"""The styles of every page."""

# Streamlit keeps styles and dialogs in one list, in the order in which they are drawn. One more in its midst
# moves all that follow: in the browser each replaces the next, which is missing until it is drawn again, and
# the page jumps under the pointer. So a dialog that is closed leaves this in its place.
NO_STYLE = "<style></style>"

# Streamlit leaves 6rem above a page for its header, which holds only a menu in the corner: the navigation
# begins beside the menu, and the rest of the header lets clicks through
STYLE = """<style>
.stMainBlockContainer { padding-top: 0.5rem; }
@media (max-width: 640px) {
  .st-key-frame-navigation span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .stButton [aria-label^="Shortcut"] { display: none; } /* phones have no keys */
  .stApp [data-testid="stMainMenu"] { display: none; } /* it lies over what is scrolled below it */
  /* the answer about a point of the map, which else would be below the screen */
  .st-key-asked-card {
    position: fixed; z-index: 100; inset: auto 0 0 0; max-height: 40vh; overflow-y: auto;
    border-radius: 0.75rem 0.75rem 0 0; background: light-dark(#ffffff, #0e1117);
    box-shadow: 0 -0.25rem 1rem rgba(0, 0, 0, 0.25);
  }
}
@media (min-width: 641px) {
  .stMainBlockContainer { padding-left: 2.5rem; padding-right: 2.5rem; }
  .stMainBlockContainer h1 { padding: 0 0 0.75rem; font-size: 1.75rem; }
}
.stAppHeader { background: transparent; }
.stApp .stAppHeader, .stApp .stAppHeader * { pointer-events: none; }
.stApp .stAppHeader button, .stApp .stAppHeader button * { pointer-events: auto; }
.st-key-frame-navigation { padding-right: 2.5rem; }
/* the size of "Copy link": without it, the button would move what follows when its script comes */
:is(.st-key-frame-link-copy, .st-key-home-link-copy) { min-width: 6.5rem; min-height: 2.5rem; }
/* So have the status of a run and its bar; on a phone the status may need two lines. On Home they take the
   place of the question, and the first button is as wide as its longest label. */
:is(.st-key-progress-bar, .st-key-train-standing, .st-key-home-standing) { min-height: 2.35rem; }
.st-key-progress-line { min-height: 1.4rem; }
.st-key-home-main button { min-width: 12rem; }
/* what goes is still there beside what has come, until the page is drawn */
:is(.st-key-home-standing, .st-key-home-main) > :not(:first-child) { display: none; }
@media (max-width: 640px) {
  :is(.st-key-progress-bar, .st-key-train-standing) { min-height: 3.95rem; }
  .st-key-home-standing { min-height: 4.8rem; }
  .st-key-home-buttons { min-height: 4.75rem; align-content: flex-start; } /* two lines once a run is there */
  .st-key-progress-line { min-height: 2.8rem; }
}
/* on a dark page no primary color has enough contrast both as text and below white text */
.stApp :is(.stButton, .stButtonGroup, .stPopover) button:not([kind^="primary"], :disabled),
.stApp [data-testid="stSliderThumbValue"] { color: inherit !important; }
.stApp button kbd { opacity: 1; }
/* Streamlit's own "Stop" ends the drawing of the page, and means something else than ours */
[data-testid="stStatusWidget"] { display: none; }
/* shows that the server works, if that takes longer than a moment */
.stApp:not([data-test-script-state="notRunning"])::before {
  content: ""; position: fixed; z-index: 999999; inset: 0 0 auto; height: 3px; background: #5d6be0;
  opacity: 0; animation: polycore-working 1.2s linear 0.2s 500;
}
@keyframes polycore-working { from { opacity: 1; translate: -100% } to { opacity: 1; translate: 100% } }
@media (prefers-reduced-motion: reduce) {
  .stApp:not([data-test-script-state="notRunning"])::before { animation: polycore-shown 1ms 0.2s forwards; }
}
@keyframes polycore-shown { to { opacity: 1 } }
/* The help of a button or a link covers others beside it, and would stay open while the mouse is on it: it
   lets the mouse through. Help behind "?" does not, so that its longer texts can be marked and copied.
   A class, and not data-testid: at each change on the page browsers compute the styles of all elements that
   such a rule may concern: those with that class, or those with that attribute, whatever its value. */
body:has(:is(.stButton, .stDownloadButton, .stLinkButton, .stPageLink, .stPopover) [aria-describedby])
  .stTooltipContent { pointer-events: none; }
.polycore-hides-help .stTooltipContent { visibility: hidden; } /* after a press: tab.js */
/* highlighted code has a contrast of as little as 2.2:1 on a light page */
.stCode .token { color: inherit !important; }
/* Streamlit marks the keyboard focus on these only by a pale background */
.stApp :is([data-testid="stPageLink-NavLink"]:focus-visible, .stCheckbox label:has(:focus-visible)) {
  outline: 2px solid currentColor; outline-offset: -1px;
}
/* they show nothing, but their gap would move the page when they appear and disappear */
[data-testid="stLayoutWrapper"]:has(> .st-key-frame-weights),
.st-key-polycore-tab-component {
  position: absolute; pointer-events: none; /* they would lie over the navigation */
  inset-inline: 0; /* as wide as the page, but not beside its margin: it could be scrolled sideways by that */
}
@media (pointer: coarse) {
  .stApp [data-testid="InputInstructions"], .st-key-game-keys { display: none; } /* about keys */
  .stApp [data-testid="stPageLink-NavLink"], .stApp .stButtonGroup button { min-height: 2.5rem; }
  .st-key-home-buttons { min-height: 5.25rem; }
  /* some are 7 pixels high: each reacts to 28 by 28 pixels around its center, without taking more space */
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button) { position: relative; }
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button)::after {
    content: ""; position: absolute; inset: min(0px, 50% - 0.875rem);
  }
}
</style>"""
EMBEDDED_STYLE = "<style>.stMainBlockContainer { padding: 1rem; }</style>"
