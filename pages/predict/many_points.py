"""A table to test on: what the model answers about the points that the user has uploaded, as a file."""

from functools import partial

import streamlit as st

from pages.points import uploaded_points
from pages.points.uploaded_points import TEST_TITLE, TRAIN_TITLE
from pages.state import page_links, session
from pages.state.kept_models import Kept
from polycore.model.predictions import predictions_to_csv

PREFIX = "predict.many"
FILE_NAME = "polycore-predictions.csv"
CSV_HELP = (
    "A CSV file with the columns x, y, prediction (the most likely class, from 0), probability (from 0 to 1) "
    "and, if known, curve (as y = …) and distance (from the nearest curve), in the order of your points."
)


def draw(kept: Kept) -> None:
    """Draw the uploader for points, also of those from the Data page, and the file of the model's answers.

    It is folded until there are points.
    """
    points = session.current().points
    with st.expander(TEST_TITLE, expanded=points is not None, key=PREFIX):
        uploaded_points.offer()
        page_links.draw(page_links.DATA, f"{TRAIN_TITLE}: on Data", ":material/upload_file:")
        if points is None:
            return
        count = len(points.points)
        st.download_button(
            f"Download {count:,} predictions" if count > 1 else "Download 1 prediction",
            # computed when the user presses the button
            data=partial(predictions_to_csv, kept.model, points.points),
            file_name=FILE_NAME,
            mime="text/csv",
            key="predict.predictions",
            icon=":material/download:",
            on_click="ignore",
            help=CSV_HELP,
        )
        uploaded_points.draw_score(points)
