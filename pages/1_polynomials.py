"""The polynomials that the network learns to tell apart."""

import streamlit as st

from pages.frame import frame
from pages.models import model_in_use
from pages.polynomials import crossings_table, editor, plot, presets
from pages.state import page_links, session

frame.draw("Polynomials")
if session.current().experiment.data is not None:
    st.info("The set-up learns from points of your own. Choose polynomials on the Data page to learn those.")
    page_links.draw(page_links.DATA, "Choose what to learn from", ":material/scatter_plot:")
    st.stop()
st.caption(editor.ABOUT)
presets.draw()

editing, drawing = st.columns([2, 3], gap="medium")
with editing:
    editor.draw()
with drawing:
    plot.draw()

crossings_table.draw()
model_in_use.draw_note()  # below the editors, which must not move as it comes
page_links.draw(page_links.DATA, "Next: the points on them", ":material/arrow_forward:")
