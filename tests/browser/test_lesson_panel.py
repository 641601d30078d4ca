"""The panel of a lesson in a browser: beside the figure that it speaks of, in view, and used by keys."""

import re
from dataclasses import replace
from itertools import combinations
from urllib.parse import urlencode

from playwright.sync_api import expect

from pages.lessons import asking, lessons, panel_style
from pages.state.page_links import COMPARE, LABELS
from polycore.links import link
from tests.browser.dashboard import PHONE, SCREEN, box_of
from tests.browser.runs import Runs
from tests.browser.touch_screen import touch_screen

STEPS = 60  # a run so short is enough to have charts
# the edges of something, in pixels of the screen
SCROLLED = "document.querySelector('.stMain').scrollTop"
BOX = """one => {
  const { top, bottom, left, right } = one.getBoundingClientRect();
  return [top, bottom, left, right];
}"""

# the choices that are cut, or covered by the tag of a figure
SPOILED = """(figure) => {
  const { bottom: below, height, width } = getComputedStyle(figure, "::after");
  const box = figure.getBoundingClientRect();
  const [foot, left] = [box.bottom - parseFloat(below), box.right - parseFloat(width)];
  return [...document.querySelectorAll(".stButtonGroup button")].filter((button) => {
    const one = button.getBoundingClientRect();
    const isBeside = one.right < left || one.left > box.right;
    const isCovered = !isBeside && one.bottom > foot - parseFloat(height) && one.top < foot;
    return isCovered || one.right > button.closest(".stButtonGroup").getBoundingClientRect().right;
  }).map(({ innerText }) => innerText);
}"""


def address(lesson):
    """Return the address of a lesson whose runs are short."""
    first = replace(lesson.set_ups[0].experiment, steps=STEPS)
    return "train?" + urlencode({"look": lesson.name, **link.to_query(first)})


def panel(visit):
    return visit.page.locator(".st-key-lesson-panel")


def marked(visit, lesson, page):
    key = panel_style.figure_on(lesson, page).replace(".", "-")
    return visit.page.locator(f".st-key-{key}").first


def box(one):
    return one.evaluate(BOX)


def height(visit):
    top, bottom, *_ = box(panel(visit))
    return bottom - top


def assert_in_view(visit, lesson, page):
    figure = marked(visit, lesson, page)
    # by the browser itself: what the panel or another part has scrolled away is out of view too
    expect(figure).to_be_in_viewport(ratio=0.99)
    visit.rest()
    for part in (panel(visit), figure):
        visit.wait_until(
            lambda part=part: box(part)[1] <= SCREEN["height"], state=lambda part=part: box(part)
        )
        assert box(part)[0] >= box(visit.page.locator(".st-key-frame-top"))[1]  # all pages stay in reach
    if page == "Train":  # elsewhere the page may scroll a bit to what the lesson asks for
        assert visit.page.evaluate("document.querySelector('.stMain').scrollTop") == 0
    visit.wait_until(lambda: figure.evaluate(SPOILED) == [], state=lambda: figure.evaluate(SPOILED))
    if panel_style.figure_on(lesson, page) != lessons.PANEL:
        assert box(figure)[2] >= box(panel(visit))[3], f"{lesson.name} on {page}: the panel covers its figure"


def test_each_lesson_and_the_figure_that_it_speaks_of_are_in_view(visitor):
    visit = visitor(SCREEN)
    for lesson in lessons.LESSONS:
        visit.open(address(lesson))
        expect(panel(visit)).to_contain_text(f"Lesson {lessons.number(lesson)} of")
        expect(panel(visit)).to_contain_text(lesson.questions.prediction.text)
        press_start(visit, "Paused" if (lesson.pacing.pause_at or STEPS) < STEPS else "Finished")
        assert_in_view(visit, lesson, "Train")
        for one in lesson.links:
            if one.figure and "landscape" not in one.figure:  # that has to be drawn first
                panel(visit).get_by_role("link", name=one.label).click()
                visit.page.get_by_role("heading", name=LABELS[one.page], exact=True).wait_for()
                if one.page == COMPARE:
                    start_a_race(visit)
                assert_in_view(visit, lesson, LABELS[one.page])


def start_a_race(visit):  # the link leads to that view
    visit.press("Start the race")
    visit.page.get_by_text(re.compile(r"^So far .+ got ")).wait_for()
    visit.press("Stop the race")
    visit.page.get_by_text("Stopped", exact=True).wait_for()


def test_nothing_moves_from_the_pause_of_a_lesson_until_it_has_been_seen(visitor):
    lesson = lessons.named("by-heart")
    visit = visitor(SCREEN).open(f"train?look={lesson.name}")
    start_button(visit).click()
    visit.wait_for_status("Paused")
    figure = marked(visit, lesson, "Train")
    expect(figure).to_be_in_viewport(ratio=0.99)
    visit.rest()
    before = [box(part) for part in (panel(visit), figure)]
    visit.press("Resume")
    visit.wait_for_status("Finished")
    expect(panel(visit)).to_contain_text(lesson.questions.recap.text)
    visit.rest()
    assert [box(part) for part in (panel(visit), figure)] == before


def test_the_offer_to_bring_back_a_run_neither_moves_nor_covers_what_ends_a_lesson(visitor):
    visit = visitor(SCREEN).open(address(lessons.named("crossing")))
    footer, offer = (visit.page.locator(f".st-key-{name}") for name in ("lesson-footer", "undo-toast"))
    visit.press("One step")
    visit.wait_for_status("Paused")
    before = box(footer)
    visit.press("Reset")
    expect(offer).to_be_visible()
    visit.rest()
    assert box(footer) == before
    assert before[3] <= box(offer)[2]
    visit.page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    expect(offer).to_be_hidden()
    assert box(footer) == before


def test_next_lesson_is_as_high_on_predict_as_on_train(visitor):
    visit = visitor(SCREEN).open(address(lessons.named("crossing")))
    button = box(panel(visit).get_by_role("button", name="Next lesson"))
    names = "End the lesson", "Next lesson"
    words = [box(panel(visit).get_by_text(name, exact=True).locator("visible=true")) for name in names]
    assert words[0][1] == words[1][1]
    visit.go_to("Predict")
    link_there = box(panel(visit).get_by_role("link", name="Next lesson").first)
    assert link_there[1] - link_there[0] == button[1] - button[0]


LABEL_HEIGHTS = """() => [...document.querySelectorAll(
  ".st-key-train-settings [data-testid=stWidgetLabel]"
)].map((label) => label.offsetHeight)"""


def test_beside_the_panel_each_label_of_the_settings_has_one_line(visitor):
    visit = visitor(SCREEN).open(address(lessons.named("raise")))
    visit.page.get_by_text("Settings", exact=True).first.click()
    visit.wait_until(lambda: len(visit.page.evaluate(LABEL_HEIGHTS)) > 5)
    visit.rest()
    assert max(visit.page.evaluate(LABEL_HEIGHTS)) < 30
    press_start(visit)
    assert box_of(visit.page.locator(".large .words"))["height"] < 30
    visit.page.get_by_label("Steps", exact=True).fill("5000")
    visit.page.keyboard.press("Enter")
    visit.rest()
    steps = visit.page.locator(".st-key-settings-steps p")
    label, more = box_of(steps.filter(has_text="Steps")), box_of(steps.filter(has_text="more"))
    assert label["x"] + label["width"] < more["x"]


def start_button(visit):
    return visit.page.get_by_role("button", name=re.compile("Start( new)?( Shortcut|$)")).first


def press_start(visit, ends="Finished"):
    start_button(visit).click()
    visit.wait_for_status(ends)
    visit.rest()


def test_the_charts_of_a_lesson_name_all_its_runs_and_no_name_lies_on_another_or_on_a_line(visitor):
    visit = visitor(SCREEN).open("train?look=slope")
    for other in (None, "0.3", "10"):
        if other:
            panel(visit).get_by_role("button", name=other).click()
        start_button(visit).click()
        visit.wait_for_status("Running")
        visit.wait_for_status("Finished")
    others = ["Learning rate 0.001", "0.3"]
    for screen in (SCREEN, PHONE):
        visit.page.set_viewport_size(screen)
        visit.rest()
        for chart, named in (("loss", ["10", *others]), ("accuracy", ["10", *others, "training points"])):
            figure = visit.page.locator(f".st-key-progress-{chart}")
            names = figure.locator(".legendtext")
            expect(names).to_have_text(named)
            expect(figure.get_by_role("img").first).to_have_attribute(
                "aria-label", re.compile("0.3, at its ")
            )
            boxes = [box(name) for name in (*names.all(), figure.locator(".nsewdrag"))]
            for (top, bottom, left, right), one in combinations(boxes, 2):
                assert bottom <= one[0] or one[1] <= top or right <= one[2] or one[3] <= left, named


def test_on_a_phone_text_and_map_are_in_view_together_and_the_panel_folds(visitor):
    visit = visitor(PHONE).open(address(lessons.named("referee")))
    plane = visit.page.locator(".st-key-untrained-map")
    plane.wait_for()
    visit.page.wait_for_function("document.querySelector('.st-key-untrained-map .nsewdrag')")
    expect(panel(visit)).to_be_in_viewport(ratio=1)
    visit.page.mouse.move(200, 600)
    visit.page.mouse.wheel(0, 2000)
    visit.wait_until(lambda: abs(box(panel(visit))[0]) < 2, state=lambda: box(panel(visit)))
    visit.page.mouse.wheel(0, -2000)
    tall = height(visit)
    assert tall < 0.4 * PHONE["height"]
    panel(visit).locator("summary").click()
    visit.still()
    visit.wait_until(lambda: height(visit) < 120, state=lambda: height(visit))  # title and task
    panel(visit).locator("summary").click()
    visit.still()
    visit.wait_until(lambda: height(visit) == tall, state=lambda: height(visit))


def test_a_guess_is_made_by_keys_and_survives_a_refresh(visitor):
    visit = visitor()
    runs = Runs(visit.page)
    visit.open(address(lessons.named("dead")))
    first = panel(visit).get_by_role("radio").first
    first.focus()
    visit.page.keyboard.press("Space")
    expect(panel(visit)).to_contain_text('Press "Start" to train')
    visit.rest()
    before = runs.count
    visit.page.keyboard.press("ArrowDown")
    second = panel(visit).get_by_role("radio").nth(1)
    expect(second).to_be_checked()
    visit.wait_until(lambda: runs.count > before)  # the server has heard of it
    visit.rest()
    visit.page.reload()
    visit.drawn()
    expect(second).to_be_checked()


def test_a_point_is_guessed_on_the_map_by_keys(visitor):
    visit, first = visitor(), address(lessons.named("features"))
    caption = panel(visit).get_by_test_id("stCaptionContainer").filter(has_text="Press the map there")
    with touch_screen(visit.page):
        visit.open(first)
        expect(caption).to_have_text("Press the map there.", use_inner_text=True)
    visit.open(first)
    plane = visit.page.locator(".st-key-untrained-map")
    plane.locator(".nsewdrag").wait_for()
    expect(caption).to_have_text(asking.CHOOSE_POINT.replace("*", ""), use_inner_text=True)
    plane.get_by_role("application").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Enter")
    expect(panel(visit)).to_contain_text("Your point: (")


def test_a_lesson_begins_at_the_top_of_its_page_wherever_the_page_before_it_was_scrolled(visitor):
    visit = visitor(SCREEN).open()
    visit.press(f"All {len(lessons.LESSONS)}")
    card = visit.page.get_by_test_id("stColumn").filter(has_text="9 · A learning rate raised midway")
    card.scroll_into_view_if_needed()
    assert visit.page.evaluate(SCROLLED) > 100
    card.get_by_role("link", name=re.compile("Start lesson$")).click()
    expect(panel(visit)).to_contain_text("Lesson 9 of")
    visit.wait_until(lambda: visit.page.evaluate(SCROLLED) == 0, state=lambda: visit.page.evaluate(SCROLLED))
    expect(start_button(visit)).to_be_in_viewport(ratio=1)


def test_at_its_pause_a_lesson_shows_all_answers_of_its_last_question(visitor):
    lesson = lessons.named("dead")
    visit = visitor(SCREEN).open(f"train?look={lesson.name}")
    answers = panel(visit).locator("label[data-rac]")
    answers.nth(1).click()  # what is said of a wrong guess is longest
    expect(panel(visit)).to_contain_text('Press "Start" to train')
    start_button(visit).click()
    visit.wait_for_status("Paused")
    expect(panel(visit)).to_contain_text(lesson.questions.recap.text)
    visit.rest()
    assert box(answers.last)[1] <= box(visit.page.locator(".st-key-lesson-footer"))[0]


SMALL_PHONE = {"width": 360, "height": 640}


def test_on_a_phone_all_answers_are_seen_and_what_comes_next_is_read_from_its_beginning(visitor):
    lesson, later = lessons.named("crossing"), lessons.named("search")
    visit = visitor(SMALL_PHONE).open(address(lesson))
    footer = visit.page.locator(".st-key-lesson-footer")
    for size in (SMALL_PHONE, PHONE):
        visit.page.set_viewport_size(size)
        visit.rest()
        assert box(panel(visit).locator("label").last)[1] <= box(footer)[0]
        assert box(panel(visit))[1] <= size["height"] / 2 + 52  # below the row of Copy link
    panel(visit).evaluate("one => one.scrollTo(0, one.scrollHeight)")
    panel(visit).get_by_role("button", name="Next lesson").click()
    expect(panel(visit)).to_contain_text(later.questions.prediction.text)
    visit.rest()
    assert box(panel(visit).locator("label").last)[1] <= box(footer)[0]  # curves to choose from
    visit.wait_until(lambda: panel(visit).evaluate("one => one.scrollTop") == 0)
    title = panel(visit).locator("summary")
    title.click()
    visit.still()
    visit.wait_until(lambda: height(visit) < 150, state=lambda: height(visit))
    assert box(title)[1] <= box(panel(visit))[1]  # a title of two lines is whole


# Touches the map as soon as a status says that the run has ended: before the page is drawn for that.
TOUCH_AT_THE_END = """() => {
  const components = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
  const status = components.map(({ shadowRoot }) => shadowRoot?.querySelector("[data-value=status]"));
  const plane = document.querySelector(".st-key-progress-map .nsewdrag");
  if (!plane || !status.some((one) => one?.textContent === "Finished")) return false;
  const { left, top } = plane.getBoundingClientRect();
  const at = { bubbles: true, composed: true, isPrimary: true, clientX: left + 150, clientY: top + 200 };
  for (const name of ["pointerdown", "pointerup"]) plane.dispatchEvent(new PointerEvent(name, at));
  return true;
}"""


def test_on_a_phone_a_point_that_is_touched_as_the_run_of_a_lesson_ends_is_seen_above_its_answer(visitor):
    visit = visitor(PHONE).open(address(lessons.named("crossing")))
    start_button(visit).click()
    visit.page.wait_for_function(TOUCH_AT_THE_END, polling=10)
    _wait_for_the_touched_point(visit)


def test_on_a_phone_a_lesson_leaves_the_settings_and_the_point_that_was_touched_in_reach(visitor):
    visit = visitor(PHONE).open(address(lessons.named("crossing")))
    press_start(visit)
    plane = visit.page.locator(".st-key-progress-map .nsewdrag")
    plane.wait_for()
    plane.click(position={"x": 150, "y": 200})  # about the middle
    _wait_for_the_touched_point(visit)
    visit.press("Close")
    expect(visit.page.locator(".st-key-asked-card")).to_have_count(0)
    visit.rest()
    visit.page.get_by_label("More controls").click()
    visit.page.get_by_text("Settings", exact=True).click()
    visit.page.get_by_label("Learning rate", exact=True).wait_for()
    visit.go_to("Predict")
    panel(visit).locator("summary").click()
    plane, answer, inputs = (
        visit.page.locator(f".st-key-{key}") for key in ("predict-map", "predict-words", "point")
    )
    answer.wait_for()
    inputs.evaluate("one => one.scrollIntoView({ block: 'end' })")
    visit.wait_until(
        lambda: max(box(panel(visit))[1], box(plane)[1]) <= box(answer)[0],
        state=lambda: [box(part) for part in (panel(visit), plane, answer)],
    )


def _wait_for_the_touched_point(visit):
    """Wait until that point of the map is between the lesson's panel and the answer about it."""
    visit.page.get_by_role("button", name="Close").wait_for()
    visit.rest()
    ring = visit.page.locator(".st-key-progress-map .scatterlayer .points path").last
    card = visit.page.locator(".st-key-asked-card")
    visit.wait_until(
        lambda: box(panel(visit))[1] <= box(ring)[0] and box(ring)[1] <= box(card)[0],
        state=lambda: [box(part) for part in (panel(visit), ring, card)],
    )
