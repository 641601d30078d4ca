"""What a browser trained lately is offered on Home in the next visit, and nowhere else."""

import re

from playwright.sync_api import expect

from pages.lessons import lessons
from pages.models import from_link
from tests.browser.dashboard import Visit

RUN = "train?v=1&polynomials=x~-x&samples=20&hidden=4&steps=200&batch=all&schedule=constant"
TITLE = re.compile("^2 polynomials · 4 · Adam · [0-9.]+\u00a0%$")


def test_a_network_is_offered_in_the_next_visit_and_forgotten_when_the_user_says_so(lone_visit):
    lone_visit.open(RUN).press("Start")
    lone_visit.wait_for_status("Finished")
    lone_visit.page.wait_for_url(re.compile("weights="))
    lone_visit.go_to("Data")
    lone_visit.go_to("Home")
    recent = lone_visit.page.get_by_role("region", name="Recent")
    expect(recent).to_have_count(0)  # the run itself is there

    other = Visit(lone_visit.page.context.new_page(), lone_visit.server).open("")
    links = other.page.get_by_role("region", name="Recent").get_by_role("link")
    expect(links).to_have_text([TITLE])
    other.rest()
    links.click()
    other.page.get_by_text(from_link.BROUGHT).wait_for()
    other.check()

    third = Visit(lone_visit.page.context.new_page(), lone_visit.server)
    third.page.goto(f"{third.server}?embed=true")
    third.page.get_by_role("button", name="Start").first.wait_for()
    expect(third.page.get_by_role("region", name="Recent")).to_have_count(0)
    third.open("")
    region = third.page.get_by_role("region", name="Recent")
    region.get_by_role("button", name="Clear").click()
    expect(region).to_have_count(0)
    third.open("")
    third.page.get_by_role("button", name=f"All {len(lessons.LESSONS)}").wait_for()
    expect(region).to_have_count(0)
    third.check()
