"""The row of pages, quiet on a desk and below the thumb on a phone; and links that are long."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from pages.frame import copy_button, frame
from pages.frame.copy_button import LONGEST
from pages.state import page_links
from tests.browser.dashboard import PHONE, box_of, with_network

LARGE = "?v=1&polynomials=x~x%5E2&steps=20&schedule=constant&hidden=32-32&batch=all&samples=50"
TALLEST = 56  # pixels
CLIPBOARD = "navigator.clipboard.readText()"


def places(page):
    links = page.locator(".st-key-frame-navigation a")
    expect(links).to_have_text([re.compile(f"{page_links.LABELS[page]}$") for page in frame.ICONS])
    return [box_of(link) for link in links.all()]


@pytest.mark.parametrize("width", [1366, 1920])
def test_the_pages_are_one_line_at_the_top_of_a_desk(visitor, width):
    visit = visitor({"width": width, "height": 768}).open()
    boxes = places(visit.page)
    assert len({box["y"] for box in boxes}) == 1
    assert max(box["y"] + box["height"] for box in boxes) <= TALLEST
    lefts = [box["x"] for box in boxes]
    assert lefts == sorted(lefts)
    gaps = [right["x"] - left["x"] - left["width"] for left, right in pairwise(boxes)]
    inner, outer = [gaps[index] for index in (1, 2, 4, 5)], [gaps[index] for index in (0, 3, 6)]
    assert min(outer) > max(inner) + 8  # Home, then what it learns, what it has learned, and the game
    copy = box_of(visit.page.get_by_role("button", name="Copy link"))
    assert copy["x"] > lefts[-1] + 100
    assert copy["y"] + copy["height"] <= TALLEST


def test_on_a_phone_the_pages_are_one_line_below_the_thumb_and_nothing_is_behind_it(visitor):
    visit = visitor(PHONE).open("play")
    boxes = places(visit.page)
    assert len({box["y"] for box in boxes}) == 1
    assert all(box["y"] >= PHONE["height"] - TALLEST - 1 for box in boxes)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] for box in boxes)
    assert all(box["width"] >= 40 for box in boxes)  # a thumb hits it
    names = [box_of(name) for name in visit.page.locator(".st-key-frame-navigation a p").all()]
    between = [right["x"] - left["x"] - left["width"] for left, right in pairwise(names)]
    assert min(between) >= 8
    assert box_of(visit.page.get_by_role("heading", level=1))["y"] <= 48
    visit.go_to("Polynomials").rest()

    def end_of_page():
        # a chart takes its height after the page rests: then there is more to scroll
        visit.page.locator(".stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
        last = box_of(visit.page.locator(".stMainBlockContainer .stElementContainer").last)
        return last["y"] + last["height"]

    visit.wait_until(lambda: end_of_page() <= boxes[0]["y"], state=end_of_page)


@pytest.mark.parametrize("page", [page_links.HOME, page_links.TRAIN, page_links.GLOSSARY])
def test_the_page_that_is_shown_stands_out_in_the_row(visitor, page):
    visit = visitor().open("" if page == page_links.HOME else page_links.LABELS[page].lower())
    places(visit.page)  # all links have their labels
    colors = visit.page.locator(".st-key-frame-navigation a p").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).color)"
    )
    shown = dict(zip(frame.ICONS, colors, strict=True))
    dark = visit.page.locator("h1").evaluate("one => getComputedStyle(one).color")
    assert [link for link, color in shown.items() if color == dark] == [page] * (page in frame.ICONS)


def test_a_long_link_is_copied_at_once_and_less_is_offered(visitor):
    visit = visitor().open(with_network("predict", LARGE))
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.get_by_role("button", name="Copy link").click()
    note = visit.page.locator(".note").filter(has_text=copy_button.TRAINED.format(""))
    expect(note).to_be_visible()
    whole = visit.page.evaluate(CLIPBOARD)
    assert len(whole) > LONGEST
    expect(note).to_contain_text(copy_button.LONG.format(f"{len(whole):,}"))
    note.get_by_role("button", name=copy_button.SHORTER).click()
    expect(visit.page.locator(".note").filter(has_text=copy_button.SET_UP)).to_be_visible()
    assert visit.page.evaluate(CLIPBOARD) == re.sub("&weights=[^&]*", "", whole)
    visit.page.get_by_role("button", name="Copy link").click()
    visit.page.get_by_role("button", name=copy_button.FILES).click()
    files = visit.page.get_by_role("dialog", name="More links")
    expect(files.get_by_role("button", name="Download as HTML")).to_be_visible()
    with visit.page.expect_download():
        files.get_by_role("button", name="Download the model").click()
    # what the dialog does about its focus, half a second after it was drawn again, comes before this
    visit.page.evaluate("new Promise((done) => setTimeout(done, 500))")
    visit.page.keyboard.press("Escape")
    expect(files).to_be_hidden()
