"""Accessibility: axe-core finds nothing serious of our own making on any page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.dashboard import DESKTOP, PHONE
from tests.browser.test_whole_path import QUICK

SERIOUS = ("serious", "critical")
PAGES = ("Home", "Polynomials", "Data", "Train", "Predict", "Inside", "Compare", "Play")

# Streamlit's own, which no setting changes: rule, and what the found element's HTML has
STREAMLITS_OWN: tuple[tuple[str, str], ...] = ()


def findings(page):
    """Return what axe calls serious or worse: rule, what it says, and the element's HTML."""
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], violation["help"], node["html"][:200])
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
        if not any(violation["id"] == rule and re.search(html, node["html"]) for rule, html in STREAMLITS_OWN)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")])
def test_no_page_has_a_serious_finding(visitor, size, scheme):
    visit = visitor(size, scheme).open(f"train{QUICK}")
    visit.press("Start")
    visit.wait_for_status("Finished")
    found = {}
    for page in PAGES:
        visit.go_to(page)
        visit.page.wait_for_timeout(500)
        if violations := findings(visit.page):
            found[page] = violations
    assert found == {}


def test_axe_finds_what_it_is_there_for(visitor):
    visit = visitor().open()
    visit.page.evaluate("document.body.append(Object.assign(document.createElement('img'), {width: 9}))")
    assert "image-alt" in {rule for rule, *_ in findings(visit.page)}
