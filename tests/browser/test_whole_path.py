"""The whole path: define, sample, train, predict, keep, bring back, share, refresh."""

import json
import re

import numpy as np
from playwright.sync_api import expect

from pages.plane.plane import OF_REFEREE
from pages.polynomials import editor
from pages.state.refusal import UNREAD_FILE
from pages.train import run_report, untrained
from polycore.figures import alternative_text
from tests.browser import workers
from tests.browser.dashboard import DESKTOP, PHONE, Visit, box_of, with_network
from tests.browser.runs import Runs

POLYNOMIALS = "x^2 - 1\n(x-1)(x+2)\n-0.5x + 1"
LONG = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=5000000&schedule=constant&hidden=16&batch=64"
QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=400&schedule=constant&hidden=16&batch=all&samples=100"


def forward(file, points):
    """Dot, add, ReLU, dot, add, softmax over what numpy.load gives, and nothing else."""
    values = points
    layers = sum(name.startswith("weights_l") for name in file.files)
    for layer in range(1, layers + 1):
        values = np.dot(values, file[f"weights_l{layer}"]) + file[f"biases_l{layer}"]
        if layer < layers:
            values = np.maximum(values, 0)
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def bars(visit):
    """Return the bars of the point; their label tells them to those who cannot see them."""
    return visit.page.get_by_role("img", name=re.compile("^Most likely of")).first


def test_define_sample_train_predict_keep_on_a_phone_and_bring_back_on_a_desk(visitor, tmp_path):
    visit = visitor(PHONE).open("polynomials")
    visit.fill(editor.TEXT_LABEL, POLYNOMIALS)
    visit.wait_for_words(polynomials="x^2-1~x^2+x-2~-0.5x+1")

    visit.go_to("Data")
    visit.fill("Noise", "0.01")
    visit.wait_for_words(noise="0.01")

    visit.go_to("Train")
    visit.fill("Steps", "2000000")
    visit.fill("Hidden layers", "24, 12")
    visit.wait_for_words(steps="2000000", hidden="24-12")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=200)
    visit.press("Pause")
    paused_at = visit.wait_for_status("Paused")
    visit.page.get_by_label("More controls").click()
    visit.press("One step")
    visit.wait_for_status("Paused", after_step=paused_at)
    assert visit.standing() == ("Paused", paused_at + 1)
    visit.press("Resume")
    # the best weights classify the point below correctly from step 700 on
    visit.wait_for_status("Running", after_step=paused_at + 2000)
    visit.press("Stop")
    visit.wait_for_status("Stopped")

    visit.go_to("Predict")
    visit.fill("x", "0.25")
    visit.fill("y", "-0.9375")  # on x^2 - 1
    visit.page.get_by_role("img", name=re.compile(r"0\.25, -0\.938")).wait_for()
    with visit.page.expect_download() as download:
        visit.press("Download the model")
    kept = tmp_path / "kept.npz"
    download.value.save_as(kept)
    visit.page.get_by_text("All polynomials", exact=True).click()
    answer = bars(visit).get_attribute("aria-label")

    with np.load(kept) as file:
        [probabilities] = forward(file, np.array([[0.25, -0.9375]]))
        metadata = json.loads(str(file["metadata"]))
    assert metadata["polynomials"] == [[1, 0, -1], [1, 1, -2], [-0.5, 1]]
    assert probabilities.argmax() == 0
    expect(visit.page.locator("[data-value='verdict.sure']")).to_contain_text(percentage(probabilities[0]))

    later = visitor(DESKTOP).open("predict")
    later.page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(kept)
    later.page.get_by_text("added as Upload 1").wait_for()
    later.fill("x", "0.25")
    later.fill("y", "-0.9375")
    later.page.get_by_role("img", name=re.compile(r"0\.25, -0\.938")).wait_for()
    later.page.get_by_text("All polynomials", exact=True).click()
    expect(bars(later)).to_have_attribute("aria-label", answer)


def percentage(probability):
    """Return a probability as a person would round it to one place; a page never claims 100 %."""
    return ">99.9 %" if probability > 0.9995 else f"{100 * probability:.1f} %"


def test_a_link_restores_the_experiment(visitor):
    visit = visitor().open(f"train{QUICK}")
    visit.fill("Learning rate", "0.02")
    visit.wait_for_words(learning_rate="0.02")
    server, query = visit.copy_link().split("?")
    assert "learning_rate=0.02" in query
    assert server == f"{visit.server}train"
    other = visitor().open(f"polynomials?{query}")
    assert other.words() == visit.words()
    box = other.page.get_by_label(editor.TEXT_LABEL, exact=True)
    expect(box).to_have_value("-x^2 + 1\nx^3 - 2\n3x")


def test_a_damaged_link_says_which_part_and_shows_no_markup(visitor):
    visit = visitor().open(f"train{QUICK}&seed=<img src=x onerror=alert(1)>&noise=**bold**")
    visit.page.get_by_text("seed: got '<img src=x onerror=alert(1)>'").wait_for()
    visit.page.get_by_text("noise: got '**bold**'; expected a number").wait_for()
    assert visit.page.locator("img[src='x']").count() == 0
    visit.wait_for_words(seed="0", hidden="16")


def test_a_page_is_drawn_once_and_again_only_for_a_tab_that_was_here_before(visitor):
    visit = visitor()
    runs = Runs(visit.page)
    visit.open(f"train{QUICK}").go_to("Data").rest()
    assert runs.count == 2
    visit.page.reload()
    visit.wait_until(lambda: runs.count == 4, state=lambda: runs.count)


def test_a_run_goes_on_from_page_to_page_and_a_refresh_loses_neither_it_nor_the_set_up(visitor):
    visit = visitor().open(f"train{LONG}")
    visit.press("Start")
    step = visit.wait_for_status("Running", after_step=1)
    for page in ("Polynomials", "Data", "Predict", "Home", "Train"):
        visit.go_to(page)
        step = visit.wait_for_status("Running", after_step=step)
    words = visit.words()
    visit.page.reload()
    visit.drawn()
    visit.wait_for_status("Running", after_step=step)
    assert visit.words() == words
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    stopped = visit.standing()
    visit.page.reload()
    visit.drawn()
    visit.wait_for_status("Stopped")
    assert visit.standing() == stopped


def test_a_click_on_the_map_asks_about_that_place(visitor):
    visit = visitor().open(with_network("predict", QUICK))
    plane = visit.page.get_by_role("img", name=re.compile("^Map of"))
    plane.locator(".nsewdrag").first.click(position={"x": 60, "y": 60})
    x_input = visit.page.get_by_label("x", exact=True).first
    expect(x_input).to_have_value(re.compile(r"^-0[.][0-9]+$"))  # it stood at 0.5


def resting_box(element):
    """Return where the element is, once it is there and has stopped moving."""
    before = None
    for _ in range(100):
        box = box_of(element)
        if box is not None and box == before:
            return box
        before = box
        element.page.wait_for_timeout(200)
    raise AssertionError(f"the element does not come to rest: {before}")


def test_while_it_trains_the_map_shows_what_is_chosen_and_a_zoom_survives(visitor):
    visit = visitor().open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=100)
    for view, alt in (
        ("Referee", OF_REFEREE),
        ("Differences", alternative_text.DIFFERENCES),
        ("Network", "Map of the most likely of 2 polynomials"),
    ):
        visit.page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).first.click()
        visit.page.get_by_role("img", name=re.compile(alt)).wait_for()
        step = visit.standing()[1]
        visit.wait_for_status("Running", after_step=step)
    assert_a_zoom_survives(visit)
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    expect(visit.page.get_by_text("best possible 100.0 %").first).to_be_visible()


def assert_a_zoom_survives(visit):
    visit.rest()
    plane = visit.page.get_by_role("img", name=re.compile("^Map of"))
    box = resting_box(plane.locator(".nsewdrag").first)
    visit.page.mouse.move(box["x"] + 80, box["y"] + 60)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 240, box["y"] + 180, steps=5)
    visit.page.mouse.up()
    window = "picture => picture.closest('.js-plotly-plot')._fullLayout.xaxis.range"
    visit.page.wait_for_function(
        f"picture => {{ const [a, b] = ({window})(picture); return b - a < 1.5; }}",
        arg=plane.element_handle(),
    )
    zoomed = plane.evaluate(window)
    visit.wait_for_status("Running", after_step=visit.standing()[1] + 500)
    assert plane.evaluate(window) == zoomed


def test_a_drag_over_a_plane_that_is_replaced_meanwhile_does_no_harm(visitor):
    visit = visitor().open(f"train{LONG}")
    box = resting_box(visit.page.locator(".nsewdrag").first)
    visit.page.mouse.move(box["x"] + 80, box["y"] + 60)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 240, box["y"] + 180, steps=3)
    visit.page.keyboard.press("Control+Enter")
    visit.wait_for_status("Running", after_step=1)
    visit.page.mouse.move(box["x"] + 300, box["y"] + 200, steps=3)
    visit.page.mouse.up()
    visit.wait_for_status("Running", after_step=visit.standing()[1])
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def test_a_file_that_is_none_is_refused_in_words(visitor, tmp_path):
    visit = visitor().open("predict")
    picture = tmp_path / "picture.npz"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    visit.page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(picture)
    visit.page.get_by_text(UNREAD_FILE).wait_for()


def test_short_runs_one_after_another_leave_a_page_that_answers(visitor):
    # each run ends while its page is being drawn: found by pages that went blank, or stayed at "Pause"
    visit = visitor().open("train?hidden=64-64&samples=500&batch=all&steps=3")
    for steps in (4, 5):
        visit.fill("Steps", str(steps))
        visit.wait_for_words(steps=str(steps))
        visit.press("Start")
        visit.wait_for_status("Finished", after_step=steps - 1)
        visit.page.get_by_role("button", name=re.compile("Start new")).wait_for()


def test_another_person_with_the_same_link_and_a_tab_opened_from_another_have_sessions_of_their_own(visitor):
    visit = visitor().open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    other = visitor().open(f"train{LONG}")
    other.page.get_by_text(untrained.BESIDE).wait_for()
    assert other.page.get_by_text("Running").count() == 0
    with visit.page.expect_popup() as opened:
        visit.page.evaluate("() => { window.open(location.href); }")
    copy = Visit(opened.value, visit.server).drawn()  # its tab has a name by then
    expect(copy.page.get_by_text(untrained.BESIDE)).to_be_visible()  # and is not given the other's run
    assert len({tab.page.evaluate("window.polycoreTab") for tab in (visit, copy)}) == 2
    copy.page.close()
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def test_the_report_opens_over_the_page_and_comes_when_the_run_ends(visitor):
    visit = visitor(PHONE).open("train?steps=4000&hidden=16&seed=1")
    report = visit.page.get_by_role("dialog")
    with workers.stopped(visit.server):
        visit.press("Start")
        visit.wait_for_status("Running", after_step=-1)
        visit.press(run_report.TITLE)
        report.get_by_text(run_report.RUNNING).wait_for()
    for heading in ("Polynomial by polynomial", "Which curves it mixes up", run_report.MISTAKES_TITLE):
        report.get_by_role("heading", name=heading).wait_for()
    visit.page.keyboard.press("Escape")
    report.wait_for(state="hidden")
    visit.wait_for_status("Finished", after_step=3999)


def test_l_bfgs_takes_the_samples_it_needs_and_gives_fresh_points_back(visitor):
    visit = visitor().open("train?steps=20")
    choose(visit, "L-BFGS")
    visit.wait_for_words(optimizer="lbfgs", samples="100", batch="all")
    visit.press("Start")
    visit.wait_for_status("Finished", after_step=19)
    choose(visit, "Adam")
    visit.wait_for_words(optimizer="adam", samples="fresh", batch="256")


def choose(visit, optimizer):
    visit.page.get_by_role("combobox", name=re.compile("Optimizer")).click()
    visit.page.get_by_role("option", name=re.compile(rf"^{optimizer}$")).click()
