"""The film of a run on a page: drawn at a press, shown, and offered as a file."""

import io

from PIL import Image

import polycore as pc
from pages.models import export, run_film
from polycore.films.film import film
from tests.pages.browsing import labels, open_it, press, session_of, trained, wait_for
from tests.pages.test_export import downloads
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"


def press_save(app):
    press(app, "Save as GIF")
    wait_until(lambda: not session_of(app).drawings.film.view.is_active)
    app.run()
    assert not app.exception
    return app


def test_the_film_is_that_of_the_whole_run(monkeypatch):
    drawn = []
    monkeypatch.setattr(run_film, "film", lambda *run: drawn.append(film(*run)) or drawn[-1])
    app = press_save(open_it(trained(), export.OPEN_KEY))
    assert "Download the GIF" in downloads(app)
    [content] = drawn
    image = Image.open(io.BytesIO(content))
    steps = session_of(app).training.view.run.snapshots.step
    assert image.n_frames == len({*steps, 300})
    assert len(app.get("image")) == 1


def test_the_film_stays_when_another_run_begins(monkeypatch):
    a_dot = io.BytesIO()
    Image.new("P", (1, 1)).save(a_dot, "GIF")
    monkeypatch.setattr(run_film, "film", lambda *_: a_dot.getvalue())  # a true one takes its time
    app = open_it(trained(), export.OPEN_KEY)
    assert "Download the GIF" not in downloads(app)
    press_save(app)
    app.run()
    assert "Download the GIF" in downloads(app)
    press(app, "Start again")
    assert "Download the GIF" in downloads(app)
    assert run_film.OF_AN_EARLIER_RUN in [caption.value for caption in app.caption]
    press_save(wait_for(app, "finished"))
    assert run_film.OF_AN_EARLIER_RUN not in [caption.value for caption in app.caption]


def test_a_film_that_cannot_be_drawn_says_why(monkeypatch):
    def refuse(*_):
        raise pc.PolycoreError("film needs Pillow, which is not installed.")

    monkeypatch.setattr(run_film, "film", refuse)
    app = press_save(open_it(trained(), export.OPEN_KEY))
    assert any("needs Pillow" in text.value for text in app.text)
    assert labels(app)["Save as GIF"]
