"""Accessibility: axe-core finds nothing serious of our own making, whatever a page shows.

Each page follows theme and size, and keeps the set-up of the link that was opened.
"""

import re
from collections.abc import Callable, Sequence
from itertools import cycle, permutations
from typing import Any
from urllib.parse import parse_qsl

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from pages.train import run_report
from tests.browser.dashboard import DESKTOP, PHONE, Visit

PATIENCE = 4  # looks, where something is found
SERIOUS = ("serious", "critical")
CURVES = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&hidden=16&schedule=constant"
LONG, QUICK = f"{CURVES}&steps=5000000&batch=64", f"{CURVES}&steps=400&batch=all&samples=100"

# Streamlit's own, which no setting of ours changes: the rule, and what the element's HTML has
STREAMLITS_OWN = (
    # code longer than its box: browsers let the keyboard scroll that, and a download of it is below
    ("scrollable-region-focusable", "<pre "),
    # a formula may scroll where it is too wide: ours are so by the two pixels of a rounding, even on a phone
    ("scrollable-region-focusable", 'class="katex-display"'),
)

# Each thing is looked at twice: on a desk by all rules, and on a phone, in the other of the two themes, by
# those about colors and by those about what depends on the width.
ON_A_PHONE = ["color-contrast", "scrollable-region-focusable", "target-size", "meta-viewport", "label"]
LOOKS: tuple[tuple[dict[str, int], list[str]], ...] = ((DESKTOP, []), (PHONE, ON_A_PHONE))

# all that is looked at, in this order
STATES: dict[str, Callable[[Visit], None]] = {}


def state(action: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """Add a way to one more thing that is looked at, from the one before."""
    STATES[action.__name__.replace("_", " ")] = action
    return action


@state
def home(visit):
    visit.open(QUICK)


@state
def train_before_a_run(visit):
    visit.go_to("Train")


@state
def predict_without_a_model(visit):
    visit.go_to("Predict")


@state
def home_with_a_map(visit):
    visit.go_to("Home")
    visit.press("Train the network")
    visit.wait_for_status("Finished")
    visit.page.get_by_text("What next?").wait_for()


@state
def polynomials(visit):
    visit.go_to("Polynomials")


@state
def data(visit):
    visit.go_to("Data")


@state
def train_with_all_open(visit):
    visit.go_to("Train")
    for name, shown in (
        ("More settings", "Input features"),
        ("Export", "The network in NumPy"),
        ("Import a run", "Run file, from here"),
    ):
        visit.page.locator("summary").filter(has_text=name).click()
        visit.page.get_by_text(shown).first.wait_for()
        visit.still()


@state
def report_over_the_page(visit):
    visit.press(run_report.TITLE)
    visit.page.get_by_text("Where it goes wrong").wait_for()


@state
def predict_at_any_point(visit):
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("dialog").wait_for(state="hidden")
    visit.go_to("Predict")


@state
def predict_on_a_curve(visit):
    choose(visit, "On a curve")
    visit.page.get_by_text("Walk along the curve").wait_for()


@state
def predict_at_a_crossing(visit):
    choose(visit, "At a crossing")


@state
def inside(visit):
    visit.go_to("Inside")


@state
def compare(visit):
    visit.go_to("Compare")


@state
def compare_race(visit):
    choose(visit, "Race")


@state
def compare_sweep(visit):
    choose(visit, "Sweep")
    visit.press("Start the sweep")
    visit.page.get_by_text("Finished · 3 of 3 runs have ended").wait_for()


@state
def play(visit):
    visit.go_to("Play")


@state
def play_a_question(visit):
    visit.press("Start")
    visit.page.get_by_text("You can also press").wait_for()


@state
def play_the_result(visit):
    for place in range(1, 11):
        visit.page.get_by_text(f"Point {place} of 10").wait_for()
        visit.page.get_by_role("button", name=re.compile(r"^p0\b")).click()
        visit.press("Next point" if place < 10 else "See the result")
    visit.page.get_by_text("All answers").wait_for()


@state
def links_to_copy(visit):
    visit.go_to("Train").page.get_by_role("button", name="More links").first.click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("weights")


@state
def glossary(visit):
    visit.open(f"glossary{QUICK}")


@state
def train_while_it_runs(visit):
    visit.open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)


def choose(visit: Visit, name: str) -> None:
    """Choose one of several beside each other."""
    button = visit.page.get_by_role("radio", name=name, exact=True)
    button.click()
    expect(button).to_be_checked()


def findings(page: Page, only: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """Return what axe calls serious or worse, by all rules or `only` some: rule, what is wrong, element."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    return [
        (violation["id"], node["failureSummary"], node["html"][:200])
        for violation in axe(page, options)["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
        if not is_streamlits_own(violation["id"], node["html"])
    ]


def is_streamlits_own(rule: str, html: str) -> bool:
    """Tell whether the table has what was found."""
    return any(rule == known and part in html for known, part in STREAMLITS_OWN)


def axe(page: Page, options: dict[str, Any]) -> dict[str, Any]:
    """Return what axe-core reports; its script, of half a megabyte, is sent once for each address."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    report: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
    return report


def findings_in(
    visit: Visit, size: dict[str, int], scheme: str, rules: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return what is found by these rules, with nothing pointed at and all colors at rest."""
    page = visit.page
    page.mouse.move(0, 0)
    page.set_viewport_size(size)
    visit.set_theme(scheme)
    # on a phone the controls stay at the top: what happens to be scrolled to just below them is no finding
    page.evaluate("document.querySelector('.stMain')?.scrollTo(0, 0)")
    for _ in range(PATIENCE):
        if not (found := findings(page, only=rules)):
            return []
        page.wait_for_timeout(300)  # a color on its way to another is no finding
    return found


def test_nothing_that_is_shown_has_a_serious_finding_and_pages_keep_the_link_s_set_up(visitor):
    visit = visitor(DESKTOP)
    words = dict(parse_qsl(CURVES.lstrip("?"))) | {"v": "2"}
    found = {}
    # each thing is seen first in the theme in which the one before was seen last: to change it takes time
    for (name, reach), schemes in zip(STATES.items(), cycle(permutations(("light", "dark")))):
        reach(visit)
        assert visit.words().items() >= words.items(), name
        for (size, rules), scheme in zip(LOOKS, schemes, strict=True):
            if some := findings_in(visit, size, scheme, rules):
                found[f"{name}, {scheme}, {size['width']} pixels"] = some
            visit.check()
        visit.page.set_viewport_size(DESKTOP)
    visit.press("Stop")
    assert found == {}


def test_axe_finds_what_it_is_there_for(visitor):
    visit = visitor().open()
    visit.page.evaluate("document.body.append(Object.assign(document.createElement('img'), {width: 9}))")
    assert "image-alt" in {rule for rule, *_ in findings(visit.page)}
