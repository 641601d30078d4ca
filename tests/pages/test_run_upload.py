"""A run file uploaded on the Train page: the run is paused at its step, or the page says why not."""

import io
import re
from dataclasses import replace

import pytest

import polycore as pc
from pages.models import export
from pages.runs.training import Training
from pages.server.limits import Limits
from pages.state import session
from pages.state.session_value import Session
from pages.train import run_upload
from polycore.model.refusals import Reason
from polycore.training import run_file
from polycore.training.run_refusals import fixed_text
from tests.attacks.archives import saved as saved_weights
from tests.attacks.archives import small
from tests.attacks.broken_runs import REFUSED
from tests.attacks.run_archives import run_of, saved
from tests.hand import Hand
from tests.pages.browsing import ROOT, labels, open_it, opened, press, session_of, wait_for
from tests.runs import DIVERGING, KINDS, TINY, same_run
from tests.waiting import wait_until

TRAIN, PREDICT = "pages/3_train.py", "pages/4_predict.py"


def open_uploader(app):
    """Open the expander on the Train page, and return its uploader."""
    open_it(app, f"{run_upload.OPEN_KEY}.{session_of(app).emptied_uploaders}")
    [uploader] = [one for one in app.file_uploader if "Run file" in one.label]
    return uploader


def brought(app, content, name="monday.npz"):
    """Bring a file to the Train page."""
    open_uploader(app).set_value((name, content, "")).run()
    assert not app.exception
    return app


def refusal_in(app):
    """Return the message that refuses a file, or None."""
    messages = [text.value for text in app.text if text.value.startswith("monday.npz: ")]
    return messages[0] if messages else None


def test_an_uploaded_run_is_paused_has_its_set_up_and_continues_to_the_same_bits():
    run = run_of("nesterov with everything else")
    app = brought(opened(TRAIN), saved(run))
    now = session_of(app)
    assert (now.training.view.status, now.experiment) == ("paused", run.experiment)
    assert same_run(now.training.view.run, run)
    assert labels(app)["Resume"]
    assert now.answering.model.loss == run.best.loss
    assert "Start new" not in labels(app)
    wait_for(press(app, "Resume"), "finished")
    assert same_run(session_of(app).training.view.run, pc.advance(run, 60))


def test_the_uploader_closes_after_an_upload_and_is_empty_when_it_is_opened_again():
    app = brought(opened(TRAIN), saved(run_of("evolution")))
    first = session_of(app).training
    assert [one for one in app.file_uploader if "Run file" in one.label] == []
    assert open_uploader(app).value is None
    assert session_of(app).training is first


def test_a_refused_run_changes_nothing_and_shows_the_readers_message_until_another_file_is_uploaded():
    app = opened(TRAIN)
    before = session_of(app)
    content, _ = REFUSED["number, nan in parameters of adam on all samples"]
    brought(app, content)
    with pytest.raises(pc.RunFileError) as raised:
        run_upload.training_from(content)
    assert refusal_in(app) == f"monday.npz: {raised.value}"
    assert replace(session_of(app), uploads=before.uploads) == before
    brought(app, saved(run_of("evolution")))
    assert refusal_in(app) is None
    assert session_of(app).training.view.status == "paused"


def test_what_became_of_earlier_files_is_forgotten():
    app = opened(TRAIN)
    for _ in range(4):
        brought(app, b"")
        assert "the run file is empty" in refusal_in(app)
    for _ in range(3):
        brought(app, saved(run_of("evolution")))
    assert len(session_of(app).uploads) == 1


def test_the_browser_knows_the_servers_limit_on_uploads():
    app = opened(TRAIN)
    uploader = open_uploader(app)
    assert uploader.proto.max_upload_size_mb == 5
    assert "maxUploadSize = 5\n" in (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")


def test_take_it_with_you_has_the_run_at_the_step_of_the_download(computed_files):
    app = press(opened(TRAIN), "One step")
    wait_for(app, "paused")
    open_it(app, export.OPEN_KEY)
    training = session_of(app).training
    for _ in range(5):
        training.step()
        wait_until(lambda: training.view.status == "paused")
    again = pc.Run.load(io.BytesIO(computed_files["polycore-run-adam-2.npz"]()))
    assert (again.step, same_run(again, training.view.run)) == (6, True)
    app.switch_page(PREDICT).run()
    assert "Run file" not in [button.label for button in app.get("download_button")]


# --- the run, and what it replaces ----------------------------------------------------------------


@pytest.fixture
def state(in_session, own_server):
    """Give the test a session without a page, and workers that compute only what it delivers."""
    in_session(Session())
    hand = Hand()
    own_server(workers=hand)
    yield
    hand.close()


def imported(run):
    """Let a run that comes as a file replace that of the session, and return it."""
    run_upload.replace_run(run_upload.training_from(saved(run)))
    return session.current().training


@pytest.mark.usefixtures("state")
def test_undo_restores_run_set_up_and_models():
    session.begin(Training(pc.advance(pc.start(TINY), TINY.steps), executor=None, advance=pc.advance))
    session.load(TINY)
    before = session.current()
    imported(run_of("evolution"))
    now = session.current()
    assert now.experiment == KINDS["evolution"]
    assert len(now.models.kept) == 2
    assert now.offered_undo.text == "The run was imported. It is at step 23."
    session.bring_back()
    after = session.current()
    assert (after.training, after.experiment) == (before.training, before.experiment)
    assert after.models.titles == before.collected().models.titles
    assert after.models.in_use == after.models.titles[0]


@pytest.mark.usefixtures("state")
def test_a_run_that_was_resumed_since_cannot_be_undone():
    training = imported(run_of("evolution"))
    assert session.current().offered_undo is not None
    training.resume()
    assert session.current().offered_undo is None
    training.stop()


@pytest.mark.usefixtures("state")
def test_a_running_run_is_paused_when_another_is_uploaded():
    before = run_upload.training_from(saved(pc.start(TINY)))
    session.begin(before)
    before.start()
    assert before.view.is_active
    imported(run_of("evolution"))
    assert before.view.status == "paused"
    session.bring_back()
    assert session.current().training is before
    before.stop()


@pytest.mark.parametrize(
    ("run", "status"),
    [
        pytest.param(pc.start(TINY), "ready", id="at step 0"),
        pytest.param(pc.advance(pc.start(TINY), 23), "paused", id="on its way"),
        pytest.param(pc.advance(pc.start(TINY), TINY.steps), "finished", id="at its last step"),
        pytest.param(
            pc.advance(pc.start(replace(TINY, target_loss=0.3, steps=2000)), 2000), "finished", id="target"
        ),
        pytest.param(pc.advance(pc.start(DIVERGING), 2000), "finished", id="diverged"),
    ],
)
@pytest.mark.usefixtures("state")
def test_an_uploaded_run_rests_where_it_was_and_says_why_it_ended(run, status):
    view = imported(run).view
    assert (view.status, same_run(view.run, run)) == (status, True)
    assert (view.run.ended_because, view.run.diverged) == (run.ended_because, run.diverged)
    assert len(session.current().models.kept) == (run.step > 0)


def test_a_weight_file_is_recognized():
    with pytest.raises(pc.RunFileError, match=re.escape(fixed_text(Reason.OTHER_KIND))):
        run_upload.training_from(saved_weights(small()))


def test_a_run_beyond_this_servers_limits_is_refused_before_its_samples_are_drawn(monkeypatch, own_server):
    own_server(limits=Limits(max_steps=59))
    monkeypatch.delattr(run_file, "task_of")
    with pytest.raises(pc.PolycoreError, match=r"at most 59 steps \(here 60\)"):
        run_upload.training_from(saved(run_of("evolution")))
