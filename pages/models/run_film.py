"""The film of a run: drawn when it is asked for, then shown, and saved as GIF."""

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.models import job_button
from pages.runs.job import Job, Progress
from pages.runs.training import Training
from pages.server import server
from pages.state import session
from pages.wording.words import file_name
from polycore import Run
from polycore.films.film import film

PREFIX = "run_film"
OF_AN_EARLIER_RUN = "This film shows an earlier run."


def draw(training: Training) -> None:
    """Draw a button that draws the film of the run as it is at the press, and then the film."""
    st.subheader("A film", anchor=False)
    st.write(
        "Map and loss side by side, from the first step to the present one, as an animated image to share: "
        "at most 3 MB."
    )
    content = job_button.draw(
        lambda: session.current().drawings.film,
        partial(_begin, training),
        PREFIX,
        "Save as GIF",
        ":material/movie:",
        "Draws the film in some seconds. It is shown here, with a button that saves it.",
    )
    job = session.current().drawings.film
    with st.container():
        if content is None or job is None:
            return
        if job.of != training.name:
            st.caption(OF_AN_EARLIER_RUN)
        st.image(content, width="content")
        st.download_button(
            "Download the GIF",
            content,
            file_name=f"{file_name('film', training.view.run.experiment)}.gif",
            mime="image/gif",
            key=f"{PREFIX}.download",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )


def _begin(training: Training) -> None:
    job = Job(training.name, partial(_drawn, training.view.run), "Waiting for another film", "Frame {} of {}")
    job.start()
    session.update(drawings=replace(session.current().drawings, film=job))


def _drawn(run: Run, show: Progress) -> bytes:
    with server.current().turns.film:
        return film(run, show)
