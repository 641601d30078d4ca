"""A run that is taken along on one day goes on the next, in another browser."""

import io
import re
from pathlib import Path

from playwright.sync_api import WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import polycore as pc
from tests.browser.dashboard import PHONE

# Streamlit marks a file at the end of the first tick and deletes it at the end of the second. Once the page
# has shown this many newer steps, the file is gone.
UPDATES = 4
LONG = "train?polynomials=x~-x~x^2-1&samples=20&hidden=16&batch=all&schedule=constant&steps=100000"


def test_a_run_goes_on_in_another_browser(visitor, tmp_path):
    visit = visitor(PHONE, "dark").open(LONG)
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    visit.press("Pause")
    step = visit.wait_for_status("Paused")
    button = visit.open_export()
    with visit.page.expect_download() as download:
        button.filter(has_text="Run file").click()
    assert download.value.suggested_filename == "polycore-run-adam-3.npz"
    path = tmp_path / "run.npz"
    path.write_bytes(Path(download.value.path()).read_bytes())
    run = pc.Run.load(io.BytesIO(path.read_bytes()))
    assert (run.step, run.experiment.hidden) == (step, (16,))

    other = visitor(PHONE, "dark").open("train")
    other.page.get_by_text("Import a run").click()
    chooser = other.page.get_by_test_id("stFileUploader").filter(has_text="Run file")
    chooser.locator("input[type=file]").set_input_files(path)
    assert other.wait_for_status("Paused") == step
    other.wait_for_words(hidden="16")
    other.check()
    other.press("Resume")
    other.wait_for_status("Running", after_step=step)
    other.page.get_by_label("More controls").click()
    other.press("Stop")
    other.wait_for_status("Stopped")


class Answers:
    """What the server sends the browser. The address of a file that was asked for is held back."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def lay(self, browser: WebSocketRoute) -> None:
        """Stand between the server and the browser's end."""
        self.browser = browser
        browser.connect_to_server().on_message(self.carry)

    def carry(self, message: bytes) -> None:
        answer = ForwardMsg()
        answer.ParseFromString(message)
        if answer.WhichOneof("type") == "backend_operation_response":
            self.held.append(message)
        else:
            self.browser.send(message)

    def release(self) -> None:
        for message in self.held:
            self.browser.send(message)


def test_a_run_is_taken_along_while_it_continues(lone_visit):
    visit, answers = lone_visit, Answers()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), answers.lay)
    visit.open(f"{LONG}00")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    visit.page.get_by_text("Export").click()
    button = visit.page.get_by_test_id("stDownloadButton").get_by_role("button", name="Run file")
    button.wait_for()
    visit.still()
    with visit.page.expect_response(re.compile(r"/media/\w+\.bin$")) as response:
        button.click()
        visit.wait_until(lambda: answers.held, state=lambda: "the server has named no file")
        step = visit.wait_for_status("Running")
        for _ in range(UPDATES):
            step = visit.wait_for_status("Running", after_step=step)
        answers.release()
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    assert response.value.status == 200
