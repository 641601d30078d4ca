"""The table of an answer: all classes, each beside the colour it has in the map."""

import streamlit as st

from pages.plane import colored_cells
from pages.plane.answer import Answer

_COLUMNS = {
    "class": st.column_config.NumberColumn(
        "class", width=50, help="The place in the list of polynomials, from 0, and the colour in the map."
    ),
    "polynomial": st.column_config.TextColumn("polynomial", help="What the class stands for."),
    "probability": st.column_config.NumberColumn(
        "probability", format="%.2f %%", width=90, help="How likely the network takes the class to be."
    ),
    "referee": st.column_config.NumberColumn(
        "referee",
        format="%.2f %%",
        width=90,
        help="How likely the class is to one who knows the curves and the noise: the best there can be.",
    ),
    "odds": st.column_config.TextColumn(
        "odds", width=110, help="For this class against all the others: 3 to 1 is a probability of 75\u00a0%."
    ),
    "value": st.column_config.NumberColumn(
        "value at x", format="%.4g", width=90, help="The y of the polynomial at the point's x."
    ),
    "distance": st.column_config.NumberColumn(
        "distance", format="%.4g", width=90, help="How far the point lies above or below the curve."
    ),
}


def draw(answer: Answer) -> None:
    """Draw all classes, the most likely first."""
    styled = answer.table().style.apply(colored_cells.colors, subset=["class"])
    st.dataframe(
        styled,
        column_config=_COLUMNS,
        hide_index=True,
        height="content",
        alt=f"All classes, the most likely first: {answer.name(answer.likeliest)}. {answer.sentence()}",
    )
