"""What is kept, and what goes, when a session keeps more than it may."""

import pytest

import polycore as pc
from pages.parts import session
from pages.parts.runner import Training
from tests.pages.browsing import opened, session_of

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=3)


@pytest.fixture
def state(monkeypatch):
    held = {}
    monkeypatch.setattr(session.st, "session_state", held)
    return held


def trained(seed):
    run = pc.advance(pc.start(pc.Experiment(polynomials=EXPERIMENT.polynomials, steps=3, seed=seed)), 3)
    return Training(run, executor=None, advance=pc.advance)


@pytest.mark.usefixtures("state")
def test_the_oldest_goes_but_never_the_runs_own():
    session.begin(trained(0))
    session.collect()
    model = session.current().answering.model
    for _ in range(session.MOST_KEPT + 3):
        session.add_upload(model)
    titles = [kept.title for kept in session.current().kept]
    assert len(titles) == session.MOST_KEPT
    assert titles[0] == "Run 1 · adam, 2 polynomials"
    assert titles[1] == "Upload 5 · 2 polynomials"
    assert session.current().answering.title == titles[-1] == "Upload 15 · 2 polynomials"


@pytest.mark.usefixtures("state")
def test_a_run_of_an_experiment_that_is_kept_answers_with_the_kept_weights():
    session.begin(trained(0))
    session.collect()
    session.begin(trained(1))
    session.collect()
    first, second = session.current().kept
    assert session.current().answering == second
    session.begin(Training(pc.start(first.experiment), executor=None, advance=pc.advance))
    assert session.current().answering == first


def test_twenty_interleaved_sessions_never_see_each_other():
    apps = [opened(words={"seed": str(seed), "steps": "5"}) for seed in range(20)]
    for _ in range(2):
        for app in apps:
            app.run()
    assert [session_of(app).experiment.seed for app in apps] == list(range(20))
