"""Learning by looking: a guided lesson from its card to what came of it, undo in a toast, and the keys.

When each lesson has been seen is tested in tests/pages/test_lessons.py.
"""

import re

from playwright.sync_api import expect

from pages.inside import edited_model
from pages.lessons import asking, lessons
from pages.setup import controls
from tests.browser.dashboard import DESKTOP, PHONE, box_of

LONG = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=5000000&schedule=constant&hidden=16&batch=64"
SEEN = re.compile("|".join(map(re.escape, (asking.NO_GUESS, asking.GUESSED_RIGHT))))
COUNT = len(lessons.LESSONS)
TO_THE_END = "() => { const main = document.querySelector('.stMain'); main.scrollTo(0, main.scrollHeight); }"
PATIENCE = 120  # seconds, for a run on a busy machine


def panel(visit):
    return visit.page.locator(".st-key-lesson-panel")


def toast(visit):
    return visit.page.locator(".st-key-undo-toast")


def test_a_lesson_from_its_card_to_seen_and_on(visitor):
    visit = visitor(PHONE).open()
    visit.press(f"All {COUNT}")
    card = visit.page.get_by_test_id("stColumn").filter(has_text="4 · Dead neurons")
    card.get_by_role("link", name=re.compile("Start lesson$")).click()
    visit.wait_for_words(look="dead", learning_rate="1")
    expect(panel(visit)).to_contain_text(f"Lesson 4 of {COUNT}")
    panel(visit).get_by_text(lessons.named("dead").questions.prediction.answer("a").text).click()
    expect(panel(visit)).to_contain_text('Press "Start" to train')
    visit.page.get_by_role("button", name="Start", exact=False).first.click()
    expect(panel(visit)).to_contain_text(asking.GUESSED_RIGHT)  # while the run goes on, or as it ends
    visit.page.reload()
    visit.drawn()
    expect(panel(visit)).to_contain_text(SEEN)
    panel(visit).get_by_role("button", name="Next lesson").click()
    visit.wait_for_words(look="small", hidden="2")
    expect(panel(visit)).to_contain_text(f"Lesson 5 of {COUNT}")
    panel(visit).get_by_role("button", name="End the lesson").click()
    expect(panel(visit)).to_be_hidden()
    visit.go_to("Home")
    expect(card).to_contain_text("Seen")
    expect(visit.page.get_by_text(f"Seen so far: 1 of {COUNT}.").first).to_be_visible()
    expect(panel(visit)).to_be_hidden()


def test_a_bookmark_of_a_lesson_works_cold_and_a_point_that_is_asked_about_is_seen(visitor):
    visit = visitor().open("train?look=crossing")
    visit.wait_for_words(look="crossing", noise="0.1")
    visit.press("Start")
    visit.wait_for_status("Finished")
    panel(visit).get_by_role("link", name="Ask on Predict").click()
    visit.page.get_by_role("heading", name="Predict", exact=True).wait_for()
    visit.fill("x", "0")
    visit.fill("y", "0")
    expect(panel(visit)).to_contain_text(SEEN)
    panel(visit).get_by_role("link", name="Next lesson").click()
    visit.wait_for_words(look="search", optimizer="random-search")
    expect(panel(visit)).to_contain_text(f"Lesson 2 of {COUNT}")


def test_a_reset_is_taken_back_in_a_toast_that_moves_nothing_and_fades(visitor):
    visit = visitor(PHONE).open(f"train{LONG}")
    visit.page.get_by_label("More controls").click()
    for size in (PHONE, DESKTOP):
        visit.page.set_viewport_size(size)
        visit.rest()
        assert_a_reset_is_taken_back(visit, size["height"])


def assert_a_reset_is_taken_back(visit, height):
    expect(toast(visit)).to_be_hidden()
    visit.press("Start")
    visit.wait_for_status("Running", after_step=100)
    title = visit.page.get_by_role("heading", name="Train", exact=True)
    before = box_of(title)
    visit.press("Reset")
    visit.wait_for_status("Ready", after_step=-1)
    button = toast(visit).get_by_role("button", name="Undo")
    expect(button).to_be_in_viewport(ratio=1)
    expect(toast(visit)).to_contain_text(re.compile(r"went back from step [\d,]+ to 0"))
    expect(toast(visit).get_by_role("alert")).to_have_count(1)
    assert box_of(title) == before
    visit.page.get_by_role("button", name="One step").click(trial=True)  # nothing covers what drives the run
    button.click()
    visit.wait_for_status("Paused", after_step=100)
    expect(toast(visit)).to_be_hidden()
    visit.press("Reset")
    expect(button).to_be_visible()
    visit.rest()
    visit.page.evaluate(TO_THE_END)
    last, strip = visit.page.get_by_text("Import a run"), box_of(toast(visit))
    during = box_of(last)
    assert during["y"] + during["height"] <= strip["y"] <= height - strip["height"]
    visit.page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    expect(toast(visit)).to_be_hidden()
    assert box_of(last) == during
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    # down to its lower edge
    visit.page.get_by_role("button", name="Continue").click(trial=True, position={"x": 20, "y": 38})


def test_keys_drive_a_run_but_not_while_one_types(visitor):
    visit = visitor().open(f"train{LONG}")
    keyboard = visit.page.keyboard

    def wait_for_button(name):
        # keys work the buttons that are there: a press must not come before they are
        expect(visit.page.get_by_role("button", name=re.compile(name))).to_be_enabled()

    wait_for_button("One step")
    visit.press_key("s")
    visit.wait_for_status("Paused")
    assert visit.standing() == ("Paused", 1)
    wait_for_button("One step")
    wait_for_button("Resume")
    visit.press_key("s")
    visit.wait_for_status("Paused", after_step=1)
    wait_for_button("Resume")
    visit.press_key("Control+Enter")
    visit.wait_for_status("Running", after_step=2)
    wait_for_button("Pause")
    visit.press_key("Control+Enter")
    wait_for_button("Resume")
    paused_at = visit.wait_for_status("Paused")
    box = visit.page.get_by_label("Hidden layers", exact=True)
    box.click()
    keyboard.type("sb")
    expect(box).to_have_value("16sb")
    keyboard.press("Escape")
    box.fill("16")
    box.press("Control+Enter")
    box.press("Enter")
    visit.press("More links")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_text("The set-up.")).to_be_visible()
    for key in ("s", "b", "Control+Enter"):
        keyboard.press(key)
    keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    visit.rest()
    # one step more than before, and not two: no key before this one did anything
    visit.page.get_by_text(re.compile(r"^now \(step")).click()
    visit.press_key("s")
    visit.wait_for_status("Paused", after_step=paused_at)
    assert visit.standing() == ("Paused", paused_at + 1)
    wait_for_button("Resume")
    visit.press_key("b")
    visit.wait_for_status("Ready", after_step=-1)
    assert visit.standing() == ("Ready", 0)


# panel and address name the same lesson, not the first one, and the page is drawn
ON_ONE_LESSON = """(names) => {
  const [, number] = document.querySelector(".st-key-lesson-panel").innerText.match(/Lesson (\\d+) of \\d+/);
  const { testScriptState } = document.querySelector("[data-testid=stApp]").dataset;
  const lesson = new URLSearchParams(location.search).get("look");
  return number > 1 && lesson === names[number - 1] && testScriptState === "notRunning";
}"""


def test_two_quick_presses_on_next_lesson_stay_on_the_page_and_on_one_lesson(visitor):
    visit = visitor().open("train?look=crossing")
    for size, pause in ((DESKTOP, 90), (PHONE, 220)):
        visit.page.set_viewport_size(size)
        visit.rest()
        box = box_of(panel(visit).get_by_role("button", name="Next lesson"))
        for _ in range(2):  # on the same spot, whatever is there by then
            visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            visit.page.wait_for_timeout(pause)
        visit.page.wait_for_function(ON_ONE_LESSON, arg=[lesson.name for lesson in lessons.LESSONS])
        expect(visit.page.get_by_role("heading", name="Train", exact=True)).to_be_visible()


def begin(visit):
    """Start the set-up as it stands, and wait until the page shows that run."""
    visit.rest()
    start = visit.page.get_by_role("button", name=re.compile("Start( new)?( Shortcut|$)"))
    start = start.filter(visible=True)
    # if a run ends right now, both are there until the page is drawn again; either starts the set-up
    start.first.click()
    expect(start).to_have_count(0)
    visit.rest()


def load(visit, name, **words):
    """Take another of the lesson's set-ups."""
    panel(visit).get_by_role("button", name=name, exact=True).click()
    visit.wait_for_words(**words)


def test_lessons_about_continuing_are_done_as_they_say(visitor):
    visit = visitor(PHONE).open("train?look=forget")
    visit.wait_for_words(look="forget", noise="0.05")
    begin(visit)
    visit.wait_for_status("Finished")
    load(visit, "Parabolas", polynomials="x^2~-x^2+1")
    visit.press(controls.CONTINUE)
    expect(panel(visit)).to_contain_text(SEEN, timeout=1000 * PATIENCE)
    visit.wait_for_status("Finished")
    panel(visit).get_by_role("button", name="Next lesson").click()
    visit.wait_for_words(look="heal", noise="0")
    begin(visit)
    visit.wait_for_status("Finished")
    panel(visit).get_by_role("link", name="Change a weight on Inside").click()
    visit.page.get_by_role("heading", name="Inside", exact=True).wait_for()
    visit.rest()
    slider = visit.page.get_by_role("slider", name="Weight from x").first
    slider.press("End")
    visit.page.get_by_text(re.compile(r"^Loss .* \(was ")).wait_for()
    visit.press(edited_model.KEEP_LABEL)
    panel(visit).get_by_role("link", name="Train", exact=False).click()
    visit.page.get_by_role("heading", name="Train", exact=True).wait_for()
    visit.press(f'{controls.CONTINUE} "')
    expect(panel(visit)).to_contain_text(SEEN, timeout=1000 * PATIENCE)
