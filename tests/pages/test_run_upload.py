"""A run file uploaded on the Train page: the run is paused at its step, or the page says why not."""

import io
from dataclasses import replace

import pytest

import polycore as pc
from pages.models import export
from pages.server.limits import Limits
from pages.train import run_upload
from polycore.training import run_file
from tests.attacks.broken_runs import REFUSED
from tests.attacks.run_archives import run_of, saved
from tests.pages.browsing import ROOT, labels, open_it, opened, press, session_of, wait_for
from tests.runs import KINDS, same_run
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
    assert not any("Settings changed" in caption.value for caption in app.caption)
    wait_for(press(app, "Resume"), "finished")
    assert same_run(session_of(app).training.view.run, pc.advance(run, 60))


def test_the_uploader_closes_after_an_upload_and_is_empty_when_it_is_opened_again():
    app = brought(opened(TRAIN), saved(run_of("evolution")))
    first = session_of(app).training
    assert [one for one in app.file_uploader if "Run file" in one.label] == []
    assert open_uploader(app).value is None
    assert session_of(app).training is first


def test_undo_restores_run_set_up_and_models():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    before = session_of(app)
    brought(app, saved(run_of("evolution")))
    assert session_of(app).experiment == KINDS["evolution"]
    assert len(session_of(app).models.kept) == 2
    assert session_of(app).undo.text == "The run was imported. It is at step 23."
    app.button(key="undo.button").click().run()
    after = session_of(app)
    assert (after.training, after.experiment) == (before.training, before.experiment)
    assert (after.models.kept, after.models.in_use) == (before.models.kept, before.models.in_use)


def test_an_uploaded_run_that_was_resumed_cannot_be_undone():
    app = brought(opened(TRAIN), saved(run_of("evolution")))
    assert session_of(app).undo is not None
    press(app, "Resume")
    assert "undo.button" not in [button.key for button in app.button]
    session_of(app).training.stop()


def test_a_running_run_is_paused_when_another_is_uploaded():
    app = press(opened(TRAIN, {"polynomials": "x~-x", "steps": "1000000"}), "Start")
    before = session_of(app).training
    brought(app, saved(run_of("evolution")))
    assert before.view.status == "paused"
    app.button(key="undo.button").click().run()
    assert session_of(app).training is before
    press(app, "Stop")


def test_a_refused_run_changes_nothing_and_shows_the_readers_message():
    content, _ = REFUSED["number, nan in parameters of adam on all samples"]
    app = opened(TRAIN)
    before = session_of(app)
    brought(app, content)
    with pytest.raises(pc.RunFileError) as raised:
        pc.Run.load(io.BytesIO(content))
    assert refusal_in(app) == f"monday.npz: {raised.value}"
    assert replace(session_of(app), uploads=before.uploads) == before


def test_a_refusal_disappears_when_another_file_is_uploaded():
    app = brought(opened(TRAIN), b"")
    assert "the run file is empty" in refusal_in(app)
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


def test_a_run_beyond_this_servers_limits_is_refused_before_its_samples_are_drawn(monkeypatch, own_server):
    own_server(limits=Limits(max_steps=59))
    monkeypatch.delattr(run_file, "task_of")
    app = brought(opened(TRAIN, {"steps": "50", "polynomials": "x~-x"}), saved(run_of("evolution")))
    assert "at most 59 steps (here 60)" in refusal_in(app)
    assert session_of(app).training is None


def test_the_browser_knows_the_servers_limit_on_uploads():
    app = opened(TRAIN)
    uploader = open_uploader(app)
    assert uploader.proto.max_upload_size_mb == 5
    assert "maxUploadSize = 5\n" in (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")


def test_take_it_with_you_has_the_run_at_the_step_of_the_download(monkeypatch):
    asked = {}
    draw = export.st.download_button

    def noting(label, content, **options):
        asked[label] = content
        return draw(label, content, **options)

    monkeypatch.setattr(export.st, "download_button", noting)
    app = press(opened(TRAIN), "One step")
    wait_for(app, "paused")
    open_it(app, export.OPEN_KEY)
    training = session_of(app).training
    for _ in range(5):
        training.step()
        wait_until(lambda: training.view.status == "paused")
    again = pc.Run.load(io.BytesIO(asked["Run file"]()))
    assert (again.step, same_run(again, training.view.run)) == (6, True)
    app.switch_page(PREDICT).run()
    assert "Run file" not in [button.label for button in app.get("download_button")]
