"""Each lesson from its question to its end, by a user who presses only what is filled or marked."""

from itertools import cycle

import pytest
from playwright.sync_api import expect

import polycore as pc
from pages.inside import exercise
from pages.lessons import lessons
from pages.state.view import EXERCISE_QUESTIONS
from polycore.inspection.step_detail import StepChoice, step_detail
from tests.browser.dashboard import PHONE, SCREEN

MOST = 40  # presses
# What is filled or, without that or around it, what is marked, once that has stayed so; null if nothing is.
# While a page is drawn, the last button may still stand beside the next one: two that stay are an error.
NEXT = """() => {
  const fills = ["rgb(81, 89, 196)", "rgb(93, 107, 224)"];
  const filled = [...document.querySelectorAll("button:enabled, a")].filter(
    (one) => one.checkVisibility() && fills.includes(getComputedStyle(one).backgroundColor),
  );
  const marked = [...document.querySelectorAll("[class*=st-key-]")].filter(
    (one) => one.checkVisibility() && getComputedStyle(one, "::after").content === '"Your turn"',
  );
  const several = filled.length > 1 ? `${filled.map((one) => one.innerText)}` : null;
  const isDrawn = document.querySelector(".stApp").dataset.testScriptState === "notRunning";
  const around = marked.find((one) => one.contains(filled[0]));
  const part = isDrawn ? (several ?? around ?? filled[0] ?? marked[0] ?? null) : null;
  if (window.walked?.part !== part) window.walked = { part, since: performance.now() };
  const hasStayed = performance.now() - window.walked.since > 700;
  if (hasStayed && several) throw new Error(`filled: ${several}`);
  return hasStayed ? part : null;
}"""

# whether nothing covers the middle of a part, nor of an answer in it
IN_VIEW = """(part) => [part, ...part.querySelectorAll("label[data-rac]")].every((one) => {
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
})"""


def typed_in(lesson):
    """Return what a user types in that lesson, in that order, again and again."""
    if lesson.name != "learns":
        return cycle({"crossing": ["0"], "heal": ["10"]}.get(lesson.name, []))
    first = lesson.set_ups[0].experiment
    detail = step_detail(pc.advance(pc.start(first), lesson.pacing.pause_at), StepChoice())
    questions = (exercise.question_of(detail, number) for number in range(EXERCISE_QUESTIONS))
    return cycle(str(question.number) for question in questions)


def use(part, typed):
    """Use what is marked: choose an answer, press a map or a neuron, choose a view, or type."""
    number = part.query_selector_all("input[type=number], input[type=text]")
    if answers := part.query_selector_all("label[data-rac]"):
        answers[0].click()
    elif number:
        [box, *_] = [one for one in number if one.input_value() != "0"] or number
        box.fill(next(typed))
        box.press("Enter")
    elif plane := part.query_selector(".nsewdrag"):
        plane.click()
    else:
        part.query_selector_all("[role=button], [role=radio], button")[1].click()


def walk(visit, lesson, look=lambda: None, during=lambda: None):
    """Press what is filled or marked, and in view, until that ends the lesson; `look` is called before."""
    visit.open(f"train?look={lesson.name}")
    typed = typed_in(lesson)
    for _ in range(MOST):
        part = visit.page.wait_for_function(NEXT, timeout=120_000, polling=200).as_element()
        look()
        visit.page.wait_for_function(IN_VIEW, arg=part)
        if part.inner_text().endswith(("Next lesson", "End the lesson")):
            return
        if part.evaluate("one => one.matches('button, a')"):
            part.click()
        else:
            use(part, typed)
        visit.page.evaluate("window.walked = null")
        during()
    raise AssertionError(f"{lesson.name} has no end after {MOST} presses")


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_seen_by_pressing_only_what_is_filled_or_marked(visitor, lesson, size):
    visit = visitor(size)
    walk(visit, lesson)
    expect(visit.page.locator(".st-key-lesson-panel")).to_contain_text(lesson.questions.recap.text)
