"""A run that is taken along on one day goes on the next, in another browser."""

import io
from pathlib import Path

import pytest

import polycore as pc
from tests.browser.dashboard import DESKTOP, PHONE

LONG = "train?polynomials=x~-x~x^2-1&samples=20&hidden=16&batch=all&steps=100000&schedule=constant"


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_a_run_goes_on_in_another_browser(visitor, size, scheme, tmp_path):
    visit = visitor(size, scheme).open(LONG)
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    visit.press("Pause")
    step = visit.wait_for_status("Paused")
    button = visit.take_along()
    with visit.page.expect_download() as download:
        button.filter(has_text="Run to go on with").click()
    assert download.value.suggested_filename == "polycore-run-adam-3.npz"
    path = tmp_path / "run.npz"
    path.write_bytes(Path(download.value.path()).read_bytes())
    run = pc.Run.load(io.BytesIO(path.read_bytes()))
    assert (run.step, run.experiment.hidden) == (step, (16,))

    other = visitor(size, scheme).open("train")
    other.page.get_by_text("Bring a run back").click()
    chooser = other.page.get_by_test_id("stFileUploader").filter(has_text="Run file")
    chooser.locator("input[type=file]").set_input_files(path)
    assert other.wait_for_status("Paused") == step
    other.wait_for_words(hidden="16")
    other.check()
    other.press("Resume")
    other.wait_for_status("Running", after_step=step)
    other.press("Stop")
    other.wait_for_status("Stopped")
