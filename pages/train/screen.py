"""The Train page on one screen: the map on the left, beside it figures and charts, and the settings."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.state import session

# What is above and below the map takes 19 rem, above and below the charts 28. On a phone all is in one
# column. The navigation says what page it is.
STYLE = """<style>
.stApp .stElementContainer:has(h1) { position: absolute; width: 1px; height: 1px; overflow: hidden; }
/* most runs have no notes: then they take no room */
[data-testid="stLayoutWrapper"]:has(> .st-key-train-notes) { margin-bottom: -1rem; }
/* what it offers is drawn once it is open: it opens where there is room for that */
[data-testid="stPopoverBody"][aria-label="Same but one"] { min-height: 18.25rem; }
.st-key-train-beside .st-key-controls-nothing { display: none; } /* at the foot of a column nothing moves */
/* a part of the settings that is folded: a line with its state, and what unfolds it at the right */
[class*="st-key-settings-fold-"] button {
  padding: 0.4rem 0; border-radius: 0; border-top: 1px solid light-dark(#e3e5ee, #2c3140); text-align: left;
}
[class*="st-key-settings-fold-"] button :is(div:has(> [data-has-shortcut]), [data-has-shortcut]) {
  width: 100%; justify-content: space-between;
}
[class*="st-key-settings-fold-"] button p { font-size: 0.875rem; }
:is(.st-key-settings-Network, .st-key-settings-Learning) button { padding: 0; min-height: 1.5rem; }
.st-key-settings-steps { position: relative; }
.st-key-settings-steps > :nth-child(2) { position: absolute; top: 0; right: 0; } /* beside the label */
.st-key-controls-changes {
  padding: 0.5rem; border-radius: 0.5rem; background: light-dark(#edeefb, #1d2136);
}
.st-key-controls-changes .stHorizontalBlock { flex-wrap: nowrap; gap: 0.25rem; }
.st-key-controls-changes button { padding: 0 0.35rem; white-space: nowrap; }
.st-key-controls-changes button p { font-size: 0.8125rem; }
.st-key-controls-changes button span:has(> [data-testid="stIconMaterial"]) { display: none; }
@media (min-width: 641px) {
  .st-key-train-fold { min-width: 7.0625rem; } /* as it becomes: nothing before it moves */
  .st-key-train-beside .st-key-controls-beside { flex-wrap: wrap; }
  .st-key-train-beside .st-key-controls-more { max-height: none; } /* one on each line */
  .st-key-train-beside .st-key-controls-changes { padding-block: 0.25rem; gap: 0; }
  .st-key-train-beside .st-key-controls-changes button { min-height: 2rem; }
  :is(.st-key-progress-map, .st-key-untrained-map, .st-key-from_link-map) {
    flex-basis: clamp(20rem, 100vh - 19rem, 50rem) !important;
  }
  .st-key-progress-accuracy { flex-basis: clamp(10rem, (100vh - 28rem) * 0.6, 26rem) !important; }
  .st-key-progress-loss { flex-basis: clamp(7rem, (100vh - 28rem) * 0.4, 17rem) !important; }
  .st-key-train-map .stButtonGroup button { padding: 0 0.6rem; }
  .st-key-train-settings .stButtonGroup button { padding: 0 0.3rem; } /* four schedules in a row */
  .st-key-train-settings .stSelectbox input { padding-right: 0; } /* "Random search" just fits */
  .st-key-train-settings :is([data-testid="stVerticalBlock"], .stHorizontalBlock) { gap: 0.5rem; }
  .st-key-train-settings { border-left: 1px solid light-dark(#e3e5ee, #2c3140); padding-left: 1.5rem; }
  /* seen while a setting is changed */
  .st-key-train-settings > :has(.st-key-controls-changes) { position: sticky; bottom: 0; z-index: 90; }
}
@media (max-width: 640px) {
  .stApp .st-key-frame-links { margin-bottom: -0.75rem; } /* no title is beside it */
  .stMain:has(.st-key-train-settings) .st-key-train-fold { display: none; } /* there the settings come last */
  .st-key-train-map .stButtonGroup button { padding: 0 0.5rem; }
  /* what comes and goes lies above the run bar, so that nothing moves */
  [data-testid="stLayoutWrapper"]:has(> .st-key-train-beside) {
    position: fixed; z-index: 99; inset: auto 0 calc(var(--bottom-bar, 0px) + var(--run-bar) - 0.25rem);
    width: auto; padding: 0 1rem 0.25rem; background: light-dark(#ffffff, #0e1117);
  }
  .stApp:has(.st-key-train-beside button) { --beside: 3.5rem; } /* its height */
  .stApp:has(.st-key-train-beside .st-key-controls-changes) { --beside: 6.5rem; }
  .st-key-train-beside .st-key-controls-beside { min-height: 0; }
  /* a part of the bar, which it makes higher */
  [data-testid="stLayoutWrapper"]:has(> .st-key-train-beside button) {
    padding-top: 0.5rem; border-top: 1px solid light-dark(#d8dae4, #3a4050);
  }
  .stApp:has(.st-key-train-beside button) [data-testid="stLayoutWrapper"]:has(> .st-key-run_bar) {
    border-top-color: transparent;
  }
}
</style>"""


def beside() -> DeltaGenerator:
    """Return the line for what else can be done about the run, which comes and goes.

    It ends the column of the figures, so that nothing moves; on a phone it stands above the run bar.
    """
    return st.container(horizontal=True, vertical_alignment="center", key="train.beside")


def columns() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator | None]:
    """Return the columns of the map, of the figures, and of the settings; None while these are folded."""
    if session.current().view.settings:
        # beside a lesson's panel the labels of the settings need a larger share for one line each
        shares = [18, 13, 11] if session.current().lessons.current is None else [5, 4, 4]
        map_column, figures, settings = st.columns(shares, gap="medium")
        with settings:
            settings = st.container(key="train.settings", gap="xsmall")
    else:
        map_column, figures = st.columns([3, 2], gap="medium")
        settings = None
    with map_column:
        map_column = st.container(key="train.map", gap="xsmall")
    with figures:
        figures = st.container(gap="xsmall")
    return map_column, figures, settings
