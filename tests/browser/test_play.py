"""Play: whole games by clicks and by the keyboard, a refresh in the middle, and the challenge."""

import re

import pytest
from playwright.sync_api import expect

from pages.play import opening, questions
from tests.browser.dashboard import DESKTOP, PHONE, box_of

# 3 curves, and a network that is trained in a moment
QUICK = (
    "play?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=400&schedule=constant&hidden=16&batch=all&samples=100"
)
CHALLENGE = "&game=482113&score=0&seconds=0"
# red, green and blue in the middle of a canvas
CENTER = """canvas => {
  const { width, height } = canvas;
  return [...canvas.getContext("2d").getImageData(width / 2, height / 2, 1, 1).data].slice(0, 3);
}"""


def train(visit):
    visit.press("Train the network")
    visit.page.get_by_text("Your opponent", exact=True).wait_for()


def ask(visit, place):
    """Wait until the question is drawn completely, so that all buttons and their keys work."""
    visit.page.get_by_text(f"Point {place} of 10").wait_for()
    visit.page.get_by_text(questions.KEYS).wait_for()


def marked(visit):
    """Return the plane; its label has the coordinates of the point."""
    return visit.page.get_by_role("img", name=re.compile(r"the point \(.*\) is marked"))


def outcome(visit, place):
    """Wait until the outcome is drawn, and return the button that continues."""
    visit.page.get_by_text(re.compile(r"^(Right|Wrong)\.$")).wait_for()
    go_on = visit.page.get_by_role("button", name="Next point" if place < 10 else "See the result")
    go_on.wait_for()
    return go_on


def click(visit, place):
    """Answer with p0 and continue, by clicks alone."""
    ask(visit, place)
    visit.page.get_by_role("button", name=re.compile(r"^p0\b")).click()
    outcome(visit, place).click()


def by_keys(visit):
    """Answer with p2 and continue, by the keyboard alone."""
    for place in range(1, 11):
        ask(visit, place)
        visit.press_key("2")
        outcome(visit, place)
        visit.press_key("n")


def score(visit):
    """Return the score that the page shows."""
    visit.page.get_by_text("All answers").wait_for()
    return int(visit.page.get_by_test_id("stMetricValue").first.inner_text().removesuffix(" of 10"))


def test_a_game_on_a_phone_goes_on_after_a_refresh(visitor):
    visit = visitor(PHONE).open(QUICK)
    visit.press(opening.START_ALONE)
    ask(visit, 1)
    expect(marked(visit)).to_be_visible()
    click(visit, 1)
    ask(visit, 2)
    visit.page.reload()
    click(visit, 2)
    ask(visit, 3)
    visit.press("Leave this game")
    offer = visit.page.locator(".st-key-undo-toast").filter(has_text=questions.LEFT)
    offer.wait_for()
    offer, plane = offer.bounding_box(), visit.page.locator(".st-key-game-curves").bounding_box()
    assert offer["y"] + offer["height"] <= plane["y"]  # it lies over nothing that is pressed


def test_a_whole_game_by_the_keyboard_on_a_desk_challenges_a_friend_to_the_same_points(visitor):
    visit = visitor(DESKTOP).open(QUICK)
    train(visit)
    visit.page.get_by_role("button", name="Start").click()
    ask(visit, 1)
    first = marked(visit).get_attribute("aria-label")
    by_keys(visit)
    reached = score(visit)
    assert 0 <= reached <= 10
    expect(visit.page.get_by_role("heading", name=re.compile("won|tied"))).to_be_visible()
    expect(visit.page.get_by_role("row")).to_have_count(11)
    visit.press("Challenge a friend")
    address = visit.page.locator("code").last.inner_text().strip()
    friend = visitor(PHONE, scheme="dark").open(address)
    friend.page.get_by_text(f"Somebody scored {reached} of 10 in").wait_for()
    friend.press("Start")
    ask(friend, 1)
    expect(marked(friend)).to_have_attribute("aria-label", first)


def test_a_lens_shows_the_point_and_then_what_is_under_the_pointer(visitor):
    visit = visitor(DESKTOP).open(f"{QUICK}&noise=0.1{CHALLENGE}")
    visit.press(opening.START_ALONE)
    ask(visit, 1)
    lens = visit.page.locator(".polycore-live-lens")
    lens.wait_for()
    assert lens.locator("canvas").evaluate(CENTER) == [255, 255, 255]  # the dot within the rings
    at_the_point = box_of(lens)
    plane = box_of(visit.page.locator(".st-key-game-map .nsewdrag"))
    visit.page.mouse.move(plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] - 10)
    visit.wait_until(lambda: box_of(lens) != at_the_point)
    box = box_of(lens)
    assert box["x"] + box["width"] / 2 == pytest.approx(plane["x"] + plane["width"] / 2, abs=2)
    assert box["y"] + box["height"] < plane["y"] + plane["height"] - 10
    visit.page.mouse.move(5, 5)
    visit.wait_until(lambda: box_of(lens) == at_the_point)


def test_a_challenge_opened_by_its_address_says_what_to_beat(visitor):
    visit = visitor(PHONE, "dark").open(QUICK + CHALLENGE)
    visit.page.get_by_text(opening.TO_BEAT.format(score=0, seconds=0)).wait_for()
    assert "game" not in visit.words()
