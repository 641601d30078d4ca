"""How it learns, on Inside: the keyboard walks through the scenes of a step, and takes it."""

import re

import pytest
from playwright.sync_api import expect

from pages.inside import step_scenes
from tests.browser.dashboard import DESKTOP, PHONE, SCREEN, box_of

SET_UP = "?v=1&polynomials=x~-x%5E2%2B1~x%5E2-1&steps=400&schedule=constant&hidden=16-16&batch=64&samples=100"
TITLES = tuple(step_scenes.TITLES.values())


def heading(visit, title):
    return visit.page.get_by_role("heading", name=title)


def picture(visit, scene):
    return visit.page.get_by_role("group", name=re.compile(f"^Scene {scene}"))


def opened(visitor, size):
    visit = visitor(size).open(f"inside{SET_UP}")
    visit.page.get_by_text("How it learns", exact=True).click()
    picture(visit, "Forward").wait_for()
    expect(heading(visit, TITLES[0])).to_be_visible()
    return visit


def test_the_keyboard_walks_through_the_scenes_chooses_and_takes_the_step(visitor):
    visit = opened(visitor, DESKTOP)
    for scene, title in list(step_scenes.TITLES.items())[1:]:
        visit.page.keyboard.press("ArrowRight")
        heading(visit, title).wait_for()
        picture(visit, scene).wait_for()
    visit.page.keyboard.press("ArrowLeft")
    heading(visit, TITLES[2]).wait_for()
    visit.check()
    bias = picture(visit, "Back").get_by_role("button", name=re.compile("^Bias of "))
    bias.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_text(step_scenes.AT_BIAS)).to_be_visible()
    expect(bias).to_be_focused()
    step = visit.page.get_by_role("button", name="Do this step")
    step.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_text("paused at step 1", exact=False)).to_be_visible()
    visit.check()


def test_arrow_keys_lead_through_the_scenes_after_a_press_with_the_mouse_on_either_choice(visitor):
    visit = opened(visitor, DESKTOP)
    keyboard, views = visit.page.keyboard, visit.page.get_by_role("radio", name="How it learns")
    views.click()  # it is chosen already
    keyboard.press("ArrowRight")
    heading(visit, TITLES[1]).wait_for()
    visit.page.get_by_role("radio", name="3 Back").click()
    heading(visit, TITLES[2]).wait_for()
    keyboard.press("ArrowRight")
    heading(visit, TITLES[3]).wait_for()
    views.focus()  # by key, the choice keeps its own keys
    keyboard.press("ArrowLeft")
    expect(visit.page.get_by_role("radio", name="What it computes")).to_be_focused()
    expect(heading(visit, TITLES[3])).to_be_visible()
    visit.check()


@pytest.mark.parametrize("scene", [2, 3], ids=["back", "change"])
def test_a_scene_on_a_phone_has_all_in_reach(visitor, scene):
    visit = opened(visitor, PHONE)
    for title in TITLES[1 : scene + 1]:
        visit.page.get_by_role("button", name="Next scene").click()
        heading(visit, title).wait_for()
    visit.check()
    shown = picture(visit, ("Forward", "Loss", "Back", "Change")[scene])
    for kind in ("before", "after"):  # numbers stand at both sides
        expect(shown.locator(f".{kind} b").first).to_be_visible()


def test_a_press_on_the_map_chooses_the_nearest_point(visitor):
    visit = opened(visitor, DESKTOP)
    plane = visit.page.get_by_role("img", name=re.compile("^Map of the most likely class before"))
    box = box_of(plane)
    for side in (-1, 1):  # there are points everywhere on the curves, also near both ends
        plane.click(position={"x": box["width"] / 2 + side * (box["width"] / 2 - 5), "y": box["height"] / 2})
        visit.wait_until(lambda side=side: side * chosen(plane) > 0, state=lambda: chosen(plane))


def chosen(plane):
    """Return how far the mark of the chosen point is to the right of the middle of a map, in pixels."""
    return plane.evaluate(
        """map => {
          const middle = (one) => { const box = one.getBoundingClientRect(); return box.x + box.width / 2; };
          return middle(map.querySelector(".ring")) - middle(map);
        }"""
    )


def test_maps_and_what_comes_of_a_scene_are_in_the_first_screen_of_a_run_that_is_paused(visitor):
    visit = visitor(SCREEN).open(f"train{SET_UP}")
    visit.press("One step")
    visit.wait_for_status("Paused")
    visit.go_to("Inside")
    visit.page.get_by_text("How it learns", exact=True).click()
    heights = set()
    for title, scene in zip(TITLES, ("Forward", "Loss", "Back", "Change"), strict=True):
        visit.page.get_by_role("radio", name=re.compile(f"{scene}$")).click()
        heading(visit, title).wait_for()
        picture(visit, scene).wait_for()
        visit.rest()
        visit.wait_until(lambda: max(lowest(visit).values()) <= SCREEN["height"], state=lambda: lowest(visit))
        # it stays in view even if there is more to say: here it covers none of that
        part, conclusion = visit.page.locator(".learning-part").last, visit.page.locator(".learning-said")
        assert bottom(part) <= box_of(conclusion)["y"], scene
        heights.add(round(box_of(picture(visit, scene))["height"]))
    assert len(heights) == 1


def lowest(visit):
    """Return how far down the maps of the plane and the conclusion reach."""
    plane = visit.page.get_by_role("img", name=re.compile("^Map of the most likely class before"))
    return {"maps": bottom(plane), "conclusion": bottom(visit.page.locator(".learning-said"))}


def bottom(element):
    box = box_of(element)
    return box["y"] + box["height"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_keyboard_answers_a_question_and_leads_to_the_next(visitor, size):
    visit = opened(visitor, size)
    compute = visit.page.get_by_role("button", name="You compute it")
    compute.focus()
    visit.page.keyboard.press("Enter")
    heading(visit, "1 of 3 · A logit").wait_for()
    visit.page.get_by_role("group", name=re.compile("^Scene Forward, without its numbers")).wait_for()
    visit.check()
    number = visit.page.get_by_label("Your number", exact=True)
    for wrong, shown in (("99/2", "You: 49.5."), ("99", "You: 99.")):  # there is one more try
        number.focus()
        visit.page.keyboard.type(wrong)
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_text(shown, exact=False)).to_be_visible()
    picture(visit, "Forward").wait_for()
    visit.check()
    following = visit.page.get_by_role("button", name="Next number")
    following.focus()
    visit.page.keyboard.press("Enter")
    heading(visit, "2 of 3 · A slope").wait_for()
    expect(number).to_have_value("")
