"""Many points at once: the user uploads a table of points and downloads a table of predictions."""

from functools import partial

import streamlit as st

from pages.points import uploaded_points
from pages.state import session
from pages.state.points import Points
from polycore import Model
from polycore.model.predictions import predictions_to_csv

PREFIX = "point_table"


def draw(model: Model) -> None:
    """Draw the uploader, the download, and how well `model`, the model in use, does on the points.

    The points are the session's: those uploaded on the Data page are here too.
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
        # computed when the user presses the button
        data=partial(predictions_to_csv, model, points.points),
        file_name="polycore-predictions.csv",
        mime="text/csv",
        key=f"{PREFIX}.download",
        icon=":material/download:",
        on_click="ignore",
        help=(
            "A CSV file with the columns x, y, prediction (the most likely class, from 0), probability "
            "(from 0 to 1) and, if known, curve (as y = …) and distance (from the nearest curve), in the "
            "order of your points."
        ),
    )
