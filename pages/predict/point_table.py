"""Many points at once: a table of them in, the answers as a table out."""

from functools import partial

import streamlit as st

from pages.points import uploaded_points
from pages.state import session
from pages.state.points import Points
from polycore import Model
from polycore.model.predictions import predictions_to_csv

PREFIX = "point_table"


def draw(model: Model) -> None:
    """Draw the uploader, how `model`, the one that answers, does on the points, and the download.

    The points are the session's: those that were uploaded on the page Data are here too.
    """
    uploaded_points.offer()
    points = session.current().points
    if points is not None:
        _download(model, points)
        uploaded_points.measured(points)


def _download(model: Model, points: Points) -> None:
    count = len(points.points)
    st.download_button(
        f"Download {count:,} predictions" if count > 1 else "Download 1 prediction",
        # worked out when it is asked for
        data=partial(predictions_to_csv, model, points.points),
        file_name="polycore-predictions.csv",
        mime="text/csv",
        key=f"{PREFIX}.download",
        icon=":material/download:",
        on_click="ignore",
        help=(
            "A CSV file with the columns x, y, prediction (the most likely class, from 0), probability "
            "(from 0 to 1) and, where it is known, curve (as y = …), in the order of your points."
        ),
    )
