"""The Train page on one screen: the map on the left, beside it figures and charts, and the settings."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.state import session

# What is above and below the map takes 21 rem, above and below the charts 29.5. On a phone all is in one
# column: the controls stay at the top while map and charts scroll. The navigation says what page it is.
STYLE = """<style>
.stApp .stElementContainer:has(h1) { position: absolute; width: 1px; height: 1px; overflow: hidden; }
@media (min-width: 641px) {
  .st-key-train-bar { min-height: 2.8rem; } /* two lines beside the buttons */
  :is(.st-key-progress-map, .st-key-untrained-map, .st-key-from_link-map) {
    flex-basis: clamp(20rem, 100vh - 21rem, 50rem) !important;
  }
  :is(.st-key-progress-loss, .st-key-progress-accuracy) {
    flex-basis: clamp(9.5rem, (100vh - 29.5rem) / 2, 20rem) !important;
  }
  .st-key-train-map .stButtonGroup button { padding: 0 0.6rem; }
  .st-key-train-settings .stButton button { padding: 0 0.5rem; }
  .st-key-train-settings .stButtonGroup button { padding: 0 0.4rem; } /* four schedules in a row */
  .st-key-train-settings > :first-child > div { gap: 0.4rem; }
}
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-train-bar) {
    position: sticky; z-index: 99; top: 0; padding: 0.5rem 0; background: light-dark(#ffffff, #0e1117);
  }
  .st-key-train-bar { row-gap: 0.25rem; }
  .st-key-train-fold { display: none; } /* there the settings come last */
}
</style>"""


def bar() -> DeltaGenerator:
    """Return the row of the controls."""
    st.html(STYLE)
    return st.container(horizontal=True, vertical_alignment="center", key="train.bar")


def columns() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator | None]:
    """Return the columns of the map, of the figures, and of the settings; None while these are folded."""
    if session.current().view.settings:
        map_column, figures, settings = st.columns([20, 12, 11], gap="medium")
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
