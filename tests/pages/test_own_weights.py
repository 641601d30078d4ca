"""The network that was trained here is in the address: a refresh, a bookmark or another server has it."""

from concurrent.futures import BrokenExecutor, Future
from threading import Event

import numpy as np
import pytest

from pages.lessons.lessons import LESSONS
from pages.models import link_choice
from pages.state import links
from polycore import PolycoreError
from tests.pages.browsing import (
    HOME,
    QUICK,
    opened,
    press,
    refreshed,
    session_of,
    trained,
    words_of,
)

TRAIN, PREDICT, POLYNOMIALS = "pages/3_train.py", "pages/4_predict.py", "pages/1_polynomials.py"


@pytest.fixture
def app():
    return trained()


class Dying:
    """Workers that only fail."""

    def submit(self, *_):
        future = Future()
        future.set_exception(BrokenExecutor("the worker died"))
        return future


class Unreachable:
    """A cluster without a scheduler."""

    def submit(self, *_):
        raise PolycoreError("There is no scheduler.")


def test_after_a_run_the_address_opens_its_network_to_the_last_bit(app):
    other = opened(HOME, words_of(app))
    here, there = (session_of(page).answering.model for page in (app, other))
    assert all(map(np.array_equal, here.weights + here.biases, there.weights + there.biases))


def test_every_page_has_it_in_its_address(app):
    words = words_of(app)["weights"]
    for page in (PREDICT, POLYNOMIALS, HOME):
        app.switch_page(page).run()
        assert words_of(app)["weights"] == words


def test_it_is_written_once(app, own_server):
    own_server(workers=None)
    app.switch_page(PREDICT).run()
    assert not app.exception
    assert "weights" in words_of(app)


def test_during_a_run_the_address_has_no_network():
    app = press(opened(TRAIN, {**QUICK, "steps": "1000000"}), "Start")
    while session_of(app).training.view.run.step == 0:
        pass
    app.run()
    assert "weights" not in words_of(app)
    press(app, "Stop")
    assert words_of(app)["weights"].startswith("d")


def test_another_set_up_removes_it_and_the_same_one_restores_it(app):
    words = words_of(app)["weights"]
    [steps] = [box for box in app.number_input if box.label == "Steps"]
    steps.set_value(301).run()
    assert "weights" not in words_of(app)
    [steps] = [box for box in app.number_input if box.label == "Steps"]
    steps.set_value(300).run()
    assert words_of(app)["weights"] == words


@pytest.mark.parametrize("workers", [Dying(), Unreachable()], ids=["dying", "unreachable"])
def test_if_it_cannot_be_written_the_address_has_only_the_set_up(own_server, workers):
    app = press(opened(TRAIN, {**QUICK, "steps": "1000000"}), "Start")
    own_server(workers=workers)  # the run has its own already
    while session_of(app).training.view.run.step == 0:
        pass
    press(app, "Stop").run()
    assert not app.exception
    assert "weights" not in words_of(app)


def test_waiting_for_a_cluster_does_not_delay_a_page(app, own_server):
    found = Event()

    class Late:
        def submit(self, *_):
            found.wait()
            raise PolycoreError("There is no scheduler.")

    own_server(workers=Late())
    now = session_of(app)
    begun = links.Writing.begun(now.answering.model, now.experiment, 7500)
    assert not begun.is_over(within=0.1)
    found.set()
    assert begun.is_over(within=20)
    assert begun.words is None


def test_a_refresh_does_not_keep_it_a_second_time(app):
    before, words = session_of(app), words_of(app)
    app = refreshed(app, TRAIN, words)
    assert [kept.title for kept in session_of(app).models.kept] == ["Run 1 · Adam, 2 polynomials"]
    assert session_of(app).answering.model is before.answering.model
    assert words_of(app) == words


def test_every_page_s_address_with_a_lesson_stays_within_what_servers_accept():
    longest_lesson = max(len(f"&look={lesson.name}") for lesson in LESSONS)
    longest_page = len("polynomials")
    assert longest_lesson + longest_page <= link_choice.OTHER_WORDS
