"""The film of a run on a page: drawn at a press, shown, and offered as a file."""

import io
from dataclasses import replace

from PIL import Image

import polycore as pc
from pages.models import export, run_film
from pages.runs.job import Job
from pages.state import session
from pages.state.session_value import Drawings
from tests.pages.browsing import labels, open_it, press, session_of, trained
from tests.pages.test_export import downloads
from tests.waiting import wait_until


def captions(app):
    return [caption.value for caption in app.caption]


def with_film(compute):
    """Return Train after a run, with a film of an earlier one that is drawn by `compute`."""
    job = Job("an earlier run", compute, "Waiting", "Frame {} of {}")
    job.start()
    job.wait(60)
    app = trained()
    app.session_state[session.KEY] = replace(session_of(app), drawings=Drawings(job))
    return open_it(app, export.OPEN_KEY)


def test_the_film_is_that_of_the_whole_run():
    app = open_it(trained(), export.OPEN_KEY)
    assert "Download the GIF" not in downloads(app)
    press(app, "Save as GIF")
    film = session_of(app).drawings.film
    wait_until(lambda: not film.view.is_active)
    app.run()
    assert not app.exception
    assert "Download the GIF" in downloads(app)
    assert run_film.OF_AN_EARLIER_RUN not in captions(app)
    image = Image.open(io.BytesIO(film.view.result))
    steps = session_of(app).training.view.run.snapshots.step
    assert image.n_frames == len({*steps, 300})
    assert len(app.get("image")) == 1


def test_a_film_of_an_earlier_run_says_so():
    a_dot = io.BytesIO()
    Image.new("P", (1, 1)).save(a_dot, "GIF")
    app = with_film(lambda _: a_dot.getvalue())
    assert "Download the GIF" in downloads(app)
    assert run_film.OF_AN_EARLIER_RUN in captions(app)


def test_a_film_that_cannot_be_drawn_says_why():
    def refuse(_):
        raise pc.PolycoreError("It has no frames.")

    app = with_film(refuse)
    assert "It has no frames." in [text.value for text in app.text]
    assert labels(app)["Save as GIF"]
