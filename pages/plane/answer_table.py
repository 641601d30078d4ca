"""The table of an answer: all classes, each with its color on the map."""

import streamlit as st

from pages.plane import colored_cells
from pages.plane.answer import Answer

_COLUMNS = {
    "class": st.column_config.NumberColumn(
        "class", width=50, help="The index in the list of polynomials, from 0, and the color on the map."
    ),
    "polynomial": st.column_config.TextColumn("polynomial", help="The polynomial that the class stands for."),
    "probability": st.column_config.NumberColumn(
        "probability", format="%.2f %%", width=90, help="How likely the network considers the class."
    ),
    "referee": st.column_config.NumberColumn(
        "referee",
        format="%.2f %%",
        width=90,
        help="The probability for anyone who knows the curves and the noise: no method can do better.",
    ),
    "odds": st.column_config.TextColumn(
        "odds", width=110, help="For this class against all others: 3 to 1 is a probability of 75\u00a0%."
    ),
    "value": st.column_config.NumberColumn(
        "value at x", format="%.4g", width=90, help="The y of the polynomial at the point's x."
    ),
    "distance": st.column_config.NumberColumn(
        "distance", format="%.4g", width=90, help="The vertical distance from the point to the curve."
    ),
}


def draw(answer: Answer) -> None:
    """Draw all classes, most likely first."""
    styled = answer.table().style.apply(colored_cells.colors, subset=["class"])
    st.dataframe(
        styled,
        column_config=_COLUMNS,
        hide_index=True,
        height="content",
        alt=f"All classes, most likely first: {answer.spoken_name(answer.likeliest)}. {answer.sentence()}",
    )
