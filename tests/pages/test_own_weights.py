"""The trained network is in the address: a refresh, a bookmark or another server has it."""

from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from pages.lessons.checks import LONG_STEPS
from pages.lessons.lessons import LESSONS
from pages.models import from_link, link_choice
from pages.runs.training import Training
from pages.state import links, session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Lessons, Session
from pages.state.setup import Setup
from polycore import Experiment, PolycoreError, advance, start
from polycore.formatting import loss_text
from polycore.links import link
from polycore.links.compact_weights import compact
from tests.pages.browsing import HOME, metrics, opened, session_of, trained, trigger, with_weights, words_of
from tests.pages.test_run_frames import Directly
from tests.runs import TINY

PREDICT, POLYNOMIALS, TRAIN = "pages/4_predict.py", "pages/1_polynomials.py", "pages/3_train.py"
ROOM = 7_000  # characters, more than the weights of a small network have
OTHER = replace(TINY, seed=6)


# --- as pages have it ---------------------------------------------------------------------------


@pytest.fixture
def app():
    return with_weights(trained())


def test_after_a_run_the_address_opens_its_network_to_the_last_bit(app):
    other = opened(HOME, words_of(app))
    here, there = (session_of(page).answering.model for page in (app, other))
    assert all(map(np.array_equal, here.weights + here.biases, there.weights + there.biases))


def test_every_page_has_it_in_its_address_and_it_is_written_once(app, own_server):
    words = words_of(app)["weights"]
    own_server(workers=None)
    for page in (PREDICT, POLYNOMIALS, HOME):
        app.switch_page(page).run()
        assert not app.exception
        assert words_of(app)["weights"] == words


# --- the network of a run -----------------------------------------------------------------------


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


@pytest.fixture
def training():
    return Training(advance(start(TINY), TINY.steps), executor=None, advance=advance)


def written(training, workers, own_server):
    """Return a session with a run whose weights these workers have written, or failed to."""
    own_server(workers=workers)
    now = Session(setup=Setup(TINY), training=training).collected()
    writing = links.Writing.begun(now.answering.model, TINY, ROOM)
    writing.job.wait(20)
    assert not writing.job.view.is_active
    return replace(now, links=replace(now.links, writing=writing))


def words_in(now):
    """Return the words for the weights in the address of the session `now`."""
    session.restore(now)
    return from_link.words()


@pytest.mark.usefixtures("in_session")
def test_the_address_has_the_network_of_the_set_up_unless_a_run_is_under_way(training, own_server):
    now = written(training, Directly(), own_server)
    words = {"weights": compact(training.view.best, TINY, ROOM)}
    assert words_in(now) == words
    assert words_in(replace(now, setup=Setup(OTHER))) == {}
    assert words_in(replace(now, view=replace(now.view, running=True))) == {}
    assert words_in(replace(now, models=KeptModels())) == {}
    better = now.models.exchanged(now.answering, replace(now.answering, model=replace(now.answering.model)))
    assert words_in(replace(now, models=better)) == {}  # these weights are not written yet
    assert words_in(replace(now, links=links.Links())) == {}


@pytest.mark.parametrize("workers", [Dying(), Unreachable()], ids=["dying", "unreachable"])
@pytest.mark.usefixtures("in_session")
def test_if_it_cannot_be_written_the_address_has_only_the_set_up(training, own_server, workers):
    assert words_in(written(training, workers, own_server)) == {}


def test_a_page_whose_workers_fail_has_only_the_set_up_in_its_address(training, own_server):
    app = opened(HOME, {}, begun=written(training, Dying(), own_server))
    assert words_of(app)["steps"] == "60"
    assert "weights" not in words_of(app)


@pytest.mark.parametrize("hangs", ["submit", "answer"])
def test_a_page_waits_for_no_worker_and_its_address_follows_the_answer(training, own_server, hangs):
    found, answer = Event(), Future()

    class Late:
        def submit(self, function, *arguments):
            if hangs == "submit":
                found.wait()  # as for a cluster that is not there
            Thread(target=lambda: found.wait() and answer.set_result(function(*arguments))).start()
            return answer

    own_server(workers=Late())
    app = opened(HOME, {}, begun=Session(setup=Setup(TINY), training=training))
    assert "weights" not in words_of(app)
    found.set()
    session_of(app).links.writing.job.wait(20)
    trigger(app, "frame.writing", "changed", True)
    assert words_of(app)["weights"] == compact(training.view.best, TINY, link_choice.MAX_ADDRESS)


@pytest.mark.parametrize(("lesson", "weights"), [(None, "best"), ("slope", "current")])
def test_the_best_weights_or_the_latest_of_a_lesson_are_opened_and_a_refresh_adds_nothing(lesson, weights):
    run = advance(start(LONG_STEPS), LONG_STEPS.steps)
    now = Session(training=Training(run, executor=None, advance=advance), lessons=Lessons(lesson))
    own, model = with_weights(opened(TRAIN, {}, replace(now, setup=Setup(LONG_STEPS)))), getattr(run, weights)
    assert words_of(own)["weights"] == compact(model, LONG_STEPS, ROOM)
    other = opened(TRAIN, words_of(own))
    assert (words_of(other), metrics(other)["Loss"]) == (words_of(own), loss_text(model.loss))
    assert "Skip the question" not in [button.label for button in other.button]
    refreshed, models = from_link.after_refresh(session_of(own), session_of(other)), session_of(own).models
    assert (refreshed.models.titles, refreshed.models.in_use) == (models.titles, models.in_use)


def test_every_page_s_address_with_a_lesson_stays_within_what_servers_accept():
    longest_lesson = max(len(f"&look={lesson.name}") for lesson in LESSONS)
    longest_page = len("polynomials")
    assert longest_lesson + longest_page <= link_choice.OTHER_WORDS


# --- the network of a link ----------------------------------------------------------------------


@pytest.fixture
def linked():
    """Return a new session that a link with weights has opened, and these."""
    run = advance(start(TINY), 5)
    words = compact(run.best, TINY, ROOM)
    return from_link.with_network(Session(setup=Setup(TINY)), words, run.best), {"weights": words}


@pytest.mark.usefixtures("in_session")
def test_the_address_keeps_the_weights_of_a_link_while_the_set_up_is_the_links(linked):
    now, words = linked
    assert words_in(now) == words
    elsewhere = replace(now, setup=Setup(OTHER))
    assert words_in(elsewhere) == {}
    assert elsewhere.answering is now.answering
    assert words_in(replace(elsewhere, setup=Setup(TINY))) == words


@pytest.mark.usefixtures("in_session")
def test_a_run_of_the_links_set_up_takes_its_weights_out_of_the_address(linked, training):
    now, _ = linked
    assert words_in(replace(now, training=training)) == {}


def test_a_link_without_a_network_keeps_nothing():
    session = Session(setup=Setup(TINY))
    assert from_link.with_network(session, None, None) is session
    assert from_link.with_network(session, "damaged", None) is session


# --- the network in a link that is copied ---------------------------------------------------------


def test_a_copied_link_has_the_network_if_it_fits_and_the_set_up_trained_it():
    run = advance(start(TINY), 5)
    kept = replace(Kept.of_file(run.best, 1), experiment=TINY)
    assert link_choice.weights_of(kept, TINY, ROOM) == compact(run.best, TINY, ROOM)
    assert link_choice.weights_of(kept, OTHER, ROOM) is None
    assert link_choice.weights_of(kept, TINY, 10) is None


def test_the_whole_address_stays_within_what_servers_accept():
    page, experiment = "http://localhost:8501/train", Experiment.recommended()
    room = link_choice.room_for(page, experiment)
    assert len(link.to_address(page, experiment, "w" * room)) == link_choice.MAX_ADDRESS <= 8192
