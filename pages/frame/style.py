"""The styles of every page."""

import streamlit as st

# Streamlit keeps styles and dialogs in one list, in the order in which they are drawn. One more in its midst
# moves all that follow: in the browser each replaces the next, which is missing until it is drawn again, and
# the page jumps under the pointer. So a dialog that is closed leaves this in its place.
NO_STYLE = "<style></style>"

# Streamlit leaves 6rem above a page for its header, which holds only a menu in the corner: the navigation
# begins beside the menu, and the rest of the header lets clicks through
# One quiet row; on a phone, as in apps, the pages are below the thumb, each with its icon.
_NAVIGATION = """
@media (min-width: 641px) {
  .st-key-frame-top { min-height: 3rem; padding-right: 2rem; }
  .st-key-frame-links { gap: 1rem; }
  .st-key-frame-navigation { margin-left: -0.5rem; }
  .st-key-frame-navigation span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .st-key-frame-navigation > :is(:nth-child(2), :nth-child(5), :nth-child(8)) { /* a line before each group */
    margin-left: 0.5rem; padding-left: 0.75rem; border-left: 1px solid light-dark(#d8dae4, #3a4050);
  }
}
@media (max-width: 640px) {
  :root { --bottom-bar: calc(3.5rem + env(safe-area-inset-bottom)); }
  .stApp .stMainBlockContainer { padding-bottom: calc(var(--bottom-bar) + var(--run-bar, 0px) + 3.5rem); }
  .st-key-frame-navigation {
    position: fixed; z-index: 101; inset: auto 0 0; flex-wrap: nowrap; gap: 0;
    height: var(--bottom-bar); padding: 0 0.25rem env(safe-area-inset-bottom);
    background: light-dark(#ffffff, #0e1117); border-top: 1px solid light-dark(#d8dae4, #3a4050);
  }
  .st-key-frame-navigation > * { /* the same room beside each name, and enough for a thumb */
    flex: 1 1 auto; width: auto; min-width: 10.3vw;
  }
  .st-key-frame-navigation [data-testid="stPageLink-NavLink"] {
    flex-direction: column; gap: 0; padding: 0.25rem 0; justify-content: center;
  }
  .st-key-frame-navigation [data-testid="stPageLink-NavLink"] p {
    font-size: min(0.75rem, 3.4vw); line-height: 1.2; /* smaller only where eight would not fit */
  }
  /* beside the title */
  .st-key-frame-top { justify-content: flex-end; pointer-events: none; }
  .st-key-frame-top > * { pointer-events: auto; }
  .st-key-frame-links { position: relative; z-index: 1; margin-bottom: -3.5rem; }
  .st-key-frame-link button p { position: absolute; width: 1px; overflow: hidden; clip-path: inset(50%); }
  .stMainBlockContainer h1 { padding: 0 9rem 0.5rem 0; font-size: 1.75rem; line-height: 1.2; }
}
"""

STYLE = (
    f"<style>{_NAVIGATION}"
    + """
.stMainBlockContainer { padding-top: 0.5rem; }
.stMainBlockContainer h2 { padding: 0.5rem 0; font-size: 1.5rem; } /* else larger than a title */
@media (max-width: 640px) {
  .stButton [aria-label^="Shortcut"] { display: none; } /* phones have no keys */
  .stApp [data-testid="stMainMenu"] { display: none; } /* it lies over what is scrolled below it */
  /* the answer about a point of the map, else below the screen; --card is its height at most */
  .stMain { --card: calc(40vh - min(4.75rem, var(--run-bar, 0px))); }
  .stMain:has(.st-key-asked-card) { --beside: var(--card); } /* what comes for a moment stands above it */
  .st-key-asked-card {
    position: fixed; z-index: 100; inset: auto 0 calc(var(--bottom-bar) + var(--run-bar, 0px));
    max-height: var(--card); overflow-y: auto;
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
/* the size of "Copy link": without it, the button would move what follows when its script comes */
.st-key-frame-link-copy { min-width: 6.5rem; min-height: 2.5rem; }
@media (max-width: 640px) { .stApp .st-key-frame-link-copy { min-width: 2.5rem; } }
/* So have the status of a run and its bar; on a phone the status may need two lines. */
.st-key-progress-bar { min-height: 2.35rem; }
.st-key-progress-line { min-height: 1.4rem; }
@media (max-width: 640px) {
  .st-key-progress-bar { min-height: 3.95rem; }
  .st-key-progress-line { min-height: 2.8rem; }
}
/* on a dark page no primary color has enough contrast both as text and below white text */
:is(.stApp, [data-testid="stPopoverBody"])
  :is(.stButton, .stButtonGroup, .stPopover) button:not([kind^="primary"], :disabled),
.stApp [data-testid="stSliderThumbValue"] { color: inherit !important; }
.stApp button kbd { opacity: 1; }
.stApp .stSelectbox input { text-overflow: ellipsis; } /* of a name that is too long, and not amid a letter */
/* Streamlit's own "Stop" ends the drawing of the page, and means something else than ours */
[data-testid="stStatusWidget"] { display: none; }
/* shows that the server works, if that takes longer than a moment */
.stApp:not([data-test-script-state="notRunning"])::before {
  content: ""; position: fixed; z-index: 999999; inset: 0 0 auto; height: 3px; background: var(--primary);
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
/* one in no container begins where the text above and below it does, in spite of its padding */
.stMainBlockContainer > [data-testid="stVerticalBlock"] > .stElementContainer > .stPageLink {
  margin-left: -0.5rem;
}
/* they show nothing, but their gap would move the page when they appear and disappear */
[data-testid="stLayoutWrapper"]:has(> .st-key-frame-weights),
.st-key-polycore-tab-component {
  position: absolute; pointer-events: none; /* they would lie over the navigation */
  inset-inline: 0; /* as wide as the page, but not beside its margin: it could be scrolled sideways by that */
}
@media (pointer: coarse) {
  /* the tools of a table, which are always there, would lie over what is above it */
  .stElementContainer:has(.stDataFrame) { margin-top: 2rem; }
  .stApp [data-testid="InputInstructions"], .st-key-game-keys { display: none; } /* about keys */
  .stApp [data-testid="stPageLink-NavLink"], .stApp .stButtonGroup button { min-height: 2.5rem; }
  /* some are 7 pixels high: each reacts to 28 by 28 pixels around its center, without taking more space */
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button) { position: relative; }
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button)::after {
    content: ""; position: absolute; inset: min(0px, 50% - 0.875rem);
  }
}
</style>"""
)
EMBEDDED_STYLE = "<style>.stMainBlockContainer { padding: 1rem; }</style>"

# On a desk the navigation says which page it is: there its title is for screen readers alone, and what the
# page shows begins sooner.
UNTITLED = """<style>
@media (min-width: 641px) {
  .stApp .stElementContainer:has(h1) { position: absolute; clip-path: inset(50%); }
}
</style>"""


def primary_color() -> str:
    """Return the style by which others know the theme's primary color, from .streamlit/config.toml."""
    light, dark = (st.get_option(f"theme.{scheme}.primaryColor") for scheme in ("light", "dark"))
    return f"<style>:root {{ --primary: light-dark({light}, {dark}); }}</style>"


def quiet_links(current: int) -> str:
    """Return the style of the links to pages that are not shown.

    current: the position of the shown page's link, from 1, or 0 if it has none. Streamlit does not mark it.
    """
    return f"""<style>
.st-key-frame-navigation > :not(:nth-child({current})) [data-testid="stPageLink-NavLink"]:not(:hover) p {{
  color: light-dark(#5a6072, #a4abbd);
}}
</style>"""
