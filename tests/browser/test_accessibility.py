"""Accessibility: axe-core finds nothing serious of our own making, whatever a page shows.

Each page follows theme and size, and keeps the set-up of the link that was opened.
"""

import re
from collections.abc import Callable, Sequence
from itertools import cycle, permutations
from typing import Any
from urllib.parse import parse_qsl

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from pages.models import export
from pages.predict import curve_walk
from pages.train import run_report, run_upload
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

# All that is looked at, in this order: on three walks, for one would take minutes.
Way = Callable[[Visit], None]
WALKS: dict[str, dict[str, Way]] = {"learning": {}, "answering": {}, "comparing": {}}


def state(walk: str) -> Callable[[Way], Way]:
    """Add a way to one more thing that is looked at, from the one before on that walk."""

    def added(way: Way) -> Way:
        WALKS[walk][way.__name__.replace("_", " ")] = way
        return way

    return added


@state("learning")
def home(visit):
    visit.open(QUICK)


@state("learning")
def train_before_a_run(visit):
    visit.go_to("Train")


@state("learning")
def predict_without_a_model(visit):
    visit.go_to("Predict")


@state("learning")
def home_with_a_map(visit):
    visit.go_to("Home")
    train(visit)


@state("learning")
def polynomials(visit):
    visit.go_to("Polynomials")


@state("learning")
def data(visit):
    visit.go_to("Data")


@state("learning")
def train_with_all_open(visit):
    visit.go_to("Train")
    for fold, shown in (("Against overfitting", "Dropout"), ("Seed, sampling and more", "Initial weights")):
        visit.page.get_by_role("button", name=re.compile(f"^{fold}")).click()
        visit.page.get_by_text(shown).first.wait_for()
        visit.still()
    for name, shown in (("Export", export.SNIPPET_TITLE), ("Import a run", run_upload.LABEL)):
        visit.page.locator("summary").filter(has_text=name).click()
        visit.page.get_by_text(shown).first.wait_for()
        visit.still()
    visit.page.get_by_role("button", name=re.compile("^Inputs")).click()
    visit.page.get_by_text("Input features").wait_for()


@state("learning")
def report_over_the_page(visit):
    visit.press(run_report.TITLE)
    visit.page.get_by_text(run_report.MISTAKES_TITLE).wait_for()


@state("answering")
def predict_at_any_point(visit):
    train(visit.open(QUICK))
    visit.go_to("Predict")


@state("answering")
def predict_on_a_curve(visit):
    choose(visit, "On a curve")
    visit.page.get_by_text(curve_walk.SLIDER_LABEL).wait_for()


@state("answering")
def predict_at_a_crossing(visit):
    choose(visit, "At a crossing")


@state("answering")
def inside(visit):
    visit.go_to("Inside")


@state("answering")
def inside_a_step(visit):
    choose(visit, "How it learns")
    visit.page.get_by_role("heading", name="Forward: what does the network say?").wait_for()


@state("answering")
def inside_a_step_on_its_way_back(visit):
    choose(visit, "3 Back")
    visit.page.get_by_role("heading", name="Back: whose fault was it?").wait_for()


@state("comparing")
def compare(visit):
    train(visit.open(QUICK))
    visit.go_to("Compare")


@state("comparing")
def compare_race(visit):
    choose(visit, "Race")


@state("comparing")
def compare_sweep(visit):
    start_a_sweep(visit)


@state("comparing")
def play(visit):
    visit.go_to("Play")


@state("comparing")
def play_a_question(visit):
    visit.press("Start")
    visit.page.get_by_text("You can also press").wait_for()


@state("comparing")
def play_the_result(visit):
    for place in range(1, 11):
        visit.page.get_by_text(f"Point {place} of 10").wait_for()
        visit.page.get_by_role("button", name=re.compile(r"^p0\b")).click()
        visit.press("Next point" if place < 10 else "See the result")
    visit.page.get_by_text("All answers").wait_for()


@state("comparing")
def links_to_copy(visit):
    visit.go_to("Train").page.get_by_role("button", name="More links").first.click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("weights")


@state("comparing")
def glossary(visit):
    visit.open(f"glossary{QUICK}")


def train(visit: Visit) -> None:
    """Train on Home."""
    visit.press("Train the network")
    visit.wait_for_status("Finished")
    visit.page.get_by_role("button", name="Watch again").wait_for()


def start_a_sweep(visit: Visit) -> None:
    """Compare by a sweep, and wait for its end."""
    choose(visit, "Sweep")
    visit.press("Start the sweep")
    visit.page.get_by_text("Finished · 3 of 3 runs have ended").wait_for()


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


def findings_on(visit: Visit, name: str, schemes: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Return what is found in what is shown, on a desk and on a phone, in these themes."""
    found = {}
    for (size, rules), scheme in zip(LOOKS, schemes, strict=True):
        if some := findings_in(visit, size, scheme, rules):
            found[f"{name}, {scheme}, {size['width']} pixels"] = some
        visit.check()
    visit.page.set_viewport_size(DESKTOP)
    return found


@pytest.mark.parametrize("walk", WALKS)
def test_nothing_that_is_shown_has_a_serious_finding_and_pages_keep_the_link_s_set_up(visitor, walk):
    visit = visitor(DESKTOP)
    words = dict(parse_qsl(CURVES.lstrip("?"))) | {"v": "2"}
    found = {}
    # each thing is seen first in the theme in which the one before was seen last: to change it takes time
    for (name, reach), schemes in zip(WALKS[walk].items(), cycle(permutations(("light", "dark")))):
        reach(visit)
        assert visit.words().items() >= words.items(), name
        found |= findings_on(visit, name, schemes)
    assert found == {}


def test_a_run_under_way_has_no_serious_finding(visitor):
    visit = visitor(DESKTOP).open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    found = findings_on(visit, "a run under way", ("light", "dark"))
    visit.press("Stop")
    assert found == {}


def test_a_race_and_what_is_folded_have_no_serious_finding(visitor):
    visit = visitor(DESKTOP).open(f"compare{QUICK}")
    choose(visit, "A class")
    found = findings_on(visit, "a class", ("light", "dark"))
    choose(visit, "Race")
    visit.press("Start the race")
    visit.page.get_by_text(re.compile(r"^So far .+ got ")).wait_for()
    visit.press("Stop the race")
    visit.page.get_by_text("Stopped", exact=True).wait_for()
    found |= findings_on(visit, "a race", ("dark", "light"))
    visit.press("Change")
    visit.page.get_by_text("Who races").wait_for()
    found |= findings_on(visit, "who races next", ("light", "dark"))
    visit.page.keyboard.press("Escape")
    visit.press("Present")
    visit.page.get_by_role("button", name=re.compile("^Leave")).wait_for()
    found |= findings_on(visit, "a race on a projector", ("dark", "light"))
    visit.press("Leave")
    start_a_sweep(visit)
    visit.press("Change")
    visit.page.get_by_text("What varies").wait_for()
    found |= findings_on(visit, "what varies in the next sweep", ("light", "dark"))
    assert found == {}


def test_a_layer_of_hundreds_of_neurons_has_no_serious_finding(visitor):
    # on a phone there is no room for so many targets of 24 pixels: the lists choose a neuron too
    visit = visitor(DESKTOP).open("train?v=1&polynomials=x~-x&hidden=300&steps=20&batch=all&samples=20")
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.go_to("Inside").page.get_by_role("group", name=re.compile("^Picture of the network")).wait_for()
    assert findings_on(visit, "a wide layer", ("light", "dark")) == {}


def test_a_lesson_and_the_card_of_guesses_have_no_serious_finding(visitor):
    visit = visitor(DESKTOP).open("guesses?guesses=dead.a.b~search.c.a~referee.71_50.")
    visit.page.get_by_text("4 of 5 guesses came out right.").wait_for()
    found = findings_on(visit, "the card of guesses", ("light", "dark"))
    panel = visit.open("train?look=dead").page.locator(".st-key-lesson-panel")
    panel.get_by_role("radio").first.focus()
    visit.page.keyboard.press("Space")
    panel.get_by_text('Press "Start" to train').wait_for()
    found |= findings_on(visit, "a lesson that asks", ("dark", "light"))
    visit.press("Start")
    panel.get_by_text("You guessed right.").wait_for()
    visit.wait_for_status("Paused")
    found |= findings_on(visit, "a lesson that has been seen", ("light", "dark"))
    assert found == {}


def test_numbers_to_compute_have_no_serious_finding(visitor):
    visit = visitor(DESKTOP).open(f"inside{QUICK}&inside=learns")
    visit.press("You compute it")
    visit.page.get_by_role("heading", name="1 of 3 · A logit").wait_for()
    found = findings_on(visit, "a question", ("light", "dark"))
    visit.page.get_by_label("Your number", exact=True).fill("99")
    visit.press("Check")
    visit.page.get_by_text("Not quite.").wait_for()
    found |= findings_on(visit, "a wrong answer", ("dark", "light"))
    assert found == {}


def test_axe_finds_what_it_is_there_for(visitor):
    visit = visitor().open()
    visit.page.evaluate("document.body.append(Object.assign(document.createElement('img'), {width: 9}))")
    assert "image-alt" in {rule for rule, *_ in findings(visit.page)}
