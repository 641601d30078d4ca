"""Embedded: within another page stand the map and its controls, and nothing else."""

import re

from playwright.sync_api import expect

from pages.home.embedded import OPEN_WHOLE
from tests.browser.test_whole_path import QUICK


def test_another_page_shows_the_map_and_trains_it(lone_visit):
    visit = lone_visit
    address = f"{visit.server}{QUICK}&embed=true".replace("&", "&amp;")
    visit.page.set_content(
        f'<html lang="en"><title>A course</title><h1>A course</h1>'
        f'<iframe src="{address}" width="900" height="760" title="polycore"></iframe>'
    )
    inside = visit.page.frame_locator("iframe")
    expect(inside.get_by_role("img", name=re.compile("3 polynomials")).first).to_be_visible()
    expect(inside.get_by_test_id("stPageLink-NavLink")).to_have_count(0)
    expect(inside.locator("h1")).to_have_count(0)
    inside.get_by_role("button", name=re.compile("^Start")).click()
    expect(inside.get_by_text("Finished")).to_be_visible()
    whole = inside.get_by_role("link", name=OPEN_WHOLE)
    expect(whole).to_have_attribute("href", re.compile(r"/[?]v=2&polynomials=.*hidden=16"))
    assert "embed" not in whole.get_attribute("href")
