"""The polynomials that the network learns to tell apart."""

import pandas as pd
import streamlit as st

from pages.frame import frame
from pages.models import model_in_use
from pages.plane import crossings
from pages.polynomials import editor, plot, printed_list
from pages.state import page_links, session
from polycore.limits import MAX_CLASSES, MIN_CLASSES

PREFIX = "polynomials"
TABLE_HEIGHT = 420  # pixels: it scrolls inside


def draw_crossings() -> None:
    """Draw the table of the crossings of each pair."""
    experiment = session.current().experiment
    low, high = experiment.x_range
    table = crossings.table_of(experiment.polynomials, experiment.x_range)
    st.subheader("Where they cross", anchor=False)
    st.caption(f"For x from {low:.6g} to {high:.6g}. Near a crossing even the best network cannot be sure.")
    if table.rows:
        st.dataframe(
            pd.DataFrame(
                [(crossings.name_of(pair), x, y) for pair, x, y in table.rows],
                columns=["pair", "x", "y"],
            ),
            key=f"{PREFIX}.crossings",
            hide_index=True,
            height=min(TABLE_HEIGHT, 35 * (len(table.rows) + 1) + 3),
            column_config={
                "x": st.column_config.NumberColumn("x", format="%.6g"),
                "y": st.column_config.NumberColumn("y", format="%.6g"),
            },
            alt="The crossings: pair, x and y.",
        )
    if table.apart:
        st.caption(f"Never cross here: {crossings.names_of(table.apart)}.")
    if table.alike:
        st.caption(f"Equal here up to rounding: {crossings.names_of(table.alike)}.")


frame.draw("Polynomials")
if session.current().experiment.data is not None:
    st.info("The set-up learns from points of your own. Choose polynomials on the Data page to learn those.")
    page_links.draw(page_links.DATA, "Choose what to learn from", ":material/scatter_plot:")
    st.stop()
st.caption(
    f"The network learns to say which of these a point lies on. Use a preset, or enter {MIN_CLASSES} to "
    f"{MAX_CLASSES} polynomials of your own."
)
model_in_use.draw_note()
printed_list.presets()

editing, drawing = st.columns([2, 3], gap="large")
with editing:
    editor.draw()
with drawing:
    plot.draw()

listing, meeting = st.columns([2, 3], gap="large")
with listing:
    st.subheader(f"Your {len(session.current().experiment.polynomials)} polynomials", anchor=False)
    printed_list.rows()
with meeting:
    draw_crossings()

page_links.draw(page_links.DATA, "Next: the points on them", ":material/arrow_forward:")
