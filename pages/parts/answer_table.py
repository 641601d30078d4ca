"""The table of an answer: all classes, each beside the colour it has in the map."""

import pandas as pd
import streamlit as st

from pages.parts.answer import Answer
from polycore.palette import PALETTE, Look

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
        "odds", width=110, help="For this class against all the others: 3 to 1 is a probability of 75 %."
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
    styled = answer.table().style.apply(_colors, subset=["class"])
    st.dataframe(
        styled,
        column_config=_COLUMNS,
        hide_index=True,
        height="content",
        alt=f"All classes, the most likely first: {answer.name(answer.likeliest)}. {answer.sentence()}",
    )


def _colors(labels: "pd.Series[int]") -> list[str]:
    return [f"background-color: {PALETTE[label].color}; color: {_ink(PALETTE[label])}" for label in labels]


def _ink(look: Look) -> str:
    """Return black or white, whichever stands out more on a colour (WCAG 2.1: relative luminance)."""
    red, green, blue = (_linear(part / 255) for part in look.rgb)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # both have the same contrast at the geometric mean of 0.05 and 1.05, which is 0.229 with the offset
    return "black" if luminance + 0.05 > (0.05 * 1.05) ** 0.5 else "white"


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
