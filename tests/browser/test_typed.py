"""Typing a value and pressing at once, without Enter: as a tap does on a phone, with no time in between."""

import re

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=300&schedule=constant&hidden=8&batch=all&samples=50"


def type_only(visit, label, value):
    visit.page.get_by_label(label, exact=True).first.fill(value)


def test_start_trains_what_the_input_shows(visitor):
    visit = visitor().open(f"train{QUICK}")
    # held down for 150 ms, the page is drawn once more before the mouse is released
    for steps, held in (("401", 0), ("402", 150), ("403", 0)):
        type_only(visit, "Steps", steps)
        visit.page.get_by_role("button", name=re.compile(r"\bStart\b")).first.click(delay=held)
        visit.page.get_by_text(re.compile(f"Finished · step {steps} of {steps}")).wait_for()
        visit.wait_for_words(steps=steps)
        visit.rest()


def test_a_link_to_another_page_leads_there_with_what_was_typed(visitor):
    visit = visitor().open(f"train{QUICK}")
    inputs = (("Data", "Noise", "noise", ""), ("Polynomials", "x to", "range", "-1.."))
    for page, label, word, before in inputs:
        visit.go_to(page).rest()
        type_only(visit, label, "2")
        visit.go_to("Train")
        visit.wait_for_words(**{word: f"{before}2"})
        visit.rest()
