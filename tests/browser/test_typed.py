"""Typing a value and pressing at once, without Enter: as a tap does on a phone, with no time in between."""

import re

import pytest

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=300&schedule=constant&hidden=8&batch=all&samples=50"


def type_only(visit, label, value):
    visit.page.get_by_label(label, exact=True).first.fill(value)


@pytest.mark.parametrize("held", [pytest.param(0, id="at once"), pytest.param(150, id="held")])
def test_start_trains_what_the_input_shows(visitor, held):
    visit = visitor().open(f"train{QUICK}")
    for steps in ("401", "402", "403", "404"):
        type_only(visit, "Steps", steps)
        # held down, the page is drawn once more before the mouse is released
        visit.page.get_by_role("button", name=re.compile(r"\bStart\b")).first.click(delay=held)
        visit.page.get_by_text(re.compile(f"Finished · step {steps} of {steps}")).wait_for()
        visit.wait_for_words(steps=steps)
        visit.rest()


@pytest.mark.parametrize(
    ("page", "label", "word", "before"),
    [
        pytest.param("Data", "Noise", "noise", "", id="data"),
        pytest.param("Polynomials", "x to", "range", "-1..", id="polynomials"),
    ],
)
def test_a_link_to_another_page_leads_there_with_what_was_typed(visitor, page, label, word, before):
    visit = visitor().open(f"train{QUICK}")
    for value in ("2", "3", "4"):
        visit.go_to(page).rest()
        type_only(visit, label, value)
        visit.go_to("Train")
        visit.wait_for_words(**{word: f"{before}{value}"})
        visit.rest()
