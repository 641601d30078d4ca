"""A server that a launcher starts by Streamlit's own function is the same as one by `streamlit run`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import Visit, served, trouble_in
from tests.browser.runs import Runs

STARTER = Path(__file__).with_name("plain_server.py")
SET_UP = "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&hidden=8&batch=all&samples=50&steps=2000000"
MAP = re.compile("^Map of")


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory):
    log = tmp_path_factory.mktemp("plain") / "log.txt"
    with served(log, starter=[str(STARTER)]) as address:
        yield address
    assert trouble_in(log) == []


def test_a_page_follows_its_run_answers_clicks_copies_its_link_and_is_drawn_as_the_run_ends(
    lone_tab, plain_server
):
    visit, runs = Visit(lone_tab, plain_server), Runs(lone_tab)
    visit.open(SET_UP).press("Start")
    visit.wait_for_status("Running")
    visit.rest()
    visit.pause(1)
    count = runs.count
    assert_the_page_follows_its_run(visit)
    assert runs.count == count
    assert visit.copy_link() == visit.page.url
    visit.page.locator(".polycore-live").first.click()
    visit.page.locator(".st-key-asked-card").wait_for()
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    visit.fill("Steps", "5000")
    visit.wait_for_words(steps="5000")
    visit.press("Start")
    assert_the_page_is_drawn_once_more_when_the_run_ends(visit)
    visit.check()
    visit.rest()


def assert_the_page_follows_its_run(visit):
    chart = visit.page.locator(".polycore-live", has=visit.page.get_by_role("img", name=MAP)).first
    image, seen = chart.locator(".imagelayer image"), set()

    def has_changed():
        seen.add((visit.standing()[1], chart.get_attribute("data-step"), image.get_attribute("href")))
        return all(len(set(each)) > 2 for each in zip(*seen, strict=True))

    visit.wait_until(has_changed, 40, state=lambda: [each[:2] for each in seen])


def assert_the_page_is_drawn_once_more_when_the_run_ends(visit):
    visit.wait_for_status("Finished")
    expect(visit.page.get_by_role("button", name=re.compile("^Stop"))).to_be_disabled()
    visit.page.wait_for_url(re.compile("&weights=d"))
