"""The table of an answer: all classes, each with its color on the map."""

from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.plane import colored_cells
from pages.plane.answer import Answer
from pages.wording.odds import odds
from polycore.pictures.palette import PALETTE

_COLUMNS = {
    "class": st.column_config.NumberColumn(
        "class", width=50, help="The index in the list of polynomials, from 0, and the color on the map."
    ),
    "polynomial": st.column_config.TextColumn("polynomial", help="The polynomial that the class stands for."),
    "name": st.column_config.TextColumn("name", help="The name of the class."),
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


def draw(answer: Answer, key: str, followed: Followed | None = None) -> None:
    """Draw all classes, most likely first.

    followed: the frames that have its `values` from then on as "answer.table", while their run advances.
    """
    if followed is not None and followed.active:
        _draw_followed(answer, key, followed)
        return
    styled = answer.table().style.apply(colored_cells.colors, subset=["class"])
    st.dataframe(
        styled,
        column_config=_COLUMNS,
        hide_index=True,
        height="content",
        alt=f"All classes, most likely first: {answer.spoken_name(answer.likeliest)}. {answer.sentence()}",
    )


def values(answer: Answer) -> dict[str, Any]:
    """Return the texts of the rows, most likely first, and the color of each row's class."""
    return {
        "rows": [_row(answer, label) for label in answer.order],
        "colors": [PALETTE[label].color for label in answer.order],
    }


def _row(answer: Answer, label: int) -> list[str]:
    referee = [] if answer.referee is None else [f"{100 * answer.referee[label]:.2f} %"]
    share = float(answer.probabilities[label])
    numbers = [f"{answer.values[label]:.4g}", f"{answer.distances[label]:.4g}"] if answer.values else []
    return [
        f"p{label}" if answer.has_polynomials else str(label),
        answer.name(label),
        f"{100 * share:.2f} %",
        *referee,
        odds(share),
        *numbers,
    ]


def _draw_followed(answer: Answer, key: str, followed: Followed) -> None:
    """Draw an answer whose classes are known as a table that follows a run: a data frame cannot."""
    shown = values(answer)
    referee = [] if answer.referee is None else ["referee"]
    numbers = ["value at x", "distance"] if answer.values else []
    heads = ["", "class", answer.noun, "probability", *referee, "odds", *numbers]
    swatches = [
        f"<i class='swatch' data-color='answer.table.colors.{row}' style='background: {color}'></i>"
        for row, color in enumerate(shown["colors"])
    ]
    rows = dict(zip(swatches, shown["rows"], strict=True))
    live_text.draw(live_text.table("All classes", heads, rows, "answer.table.rows"), key, followed)
