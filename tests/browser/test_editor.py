"""What happens while one types: formulas line by line on Polynomials, and layers on Train."""

import re

from playwright.sync_api import expect

from pages.polynomials import editor, entries
from pages.setup import setting_input

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&hidden=12"


def test_a_line_is_typeset_as_it_is_typed_and_used_when_the_box_is_left_unless_it_cannot_be_read(visitor):
    visit = visitor().open(f"polynomials{WORDS}")
    assert_a_line_is_typeset_and_drawn_while_it_is_typed_and_then_used(visit)
    visit.fill(editor.TEXT_LABEL, "x\nx^2")
    visit.wait_for_words(polynomials="x~x^2")
    visit.rest()
    assert_what_cannot_be_read_is_marked_and_the_others_are_drawn(visit)


def box_and_lines(visit):
    """Return the text box, with the keyboard at its end, and what each line means."""
    area = visit.page.get_by_role("textbox", name=editor.TEXT_LABEL)
    area.click()
    visit.page.keyboard.press("Control+End")
    return area, visit.page.get_by_role("list", name=editor.LINES_LABEL).get_by_role("listitem")


def curves(page):
    return page.locator(".st-key-polynomials-plot .scatterlayer .js-line")


def assert_a_line_is_typeset_and_drawn_while_it_is_typed_and_then_used(visit):
    area, lines = box_and_lines(visit)
    visit.page.keyboard.type("\n3x^3 - 1", delay=20)
    expect(lines).to_have_text(["p0 = x", "p1 = x²", "p2 = 3x³ − 1"])
    expect(curves(visit.page)).to_have_count(3)
    expect(area).to_have_value("x\nx^2\n3x^3 - 1")  # what is typed stays as it is
    assert visit.words()["polynomials"] == "x~x^2"
    visit.page.keyboard.press("Control+Enter")
    visit.wait_for_words(polynomials="x~x^2~3x^3-1")
    expect(lines).to_have_text(["p0 = x", "p1 = x²", "p2 = 3x³ − 1"])


def assert_what_cannot_be_read_is_marked_and_the_others_are_drawn(visit):
    area, lines = box_and_lines(visit)
    visit.page.keyboard.type("\n2x $$ + 1\nx", delay=20)
    expect(lines.nth(2).locator("mark")).to_have_text("$")
    expect(lines.nth(3)).to_have_text(f"x {editor.REPEATED}")
    expect(curves(visit.page)).to_have_count(2)
    assert_the_reasons_can_be_read(visit.page)
    visit.page.keyboard.press("Control+Enter")
    visit.wait_until(lambda: area.input_value() == "x\nx^2\n2x $$ + 1\nx")
    assert_the_reasons_can_be_read(visit.page)
    assert visit.words()["polynomials"] == "x~x^2"
    expect(area).to_have_value("x\nx^2\n2x $$ + 1\nx")


def assert_the_reasons_can_be_read(page):
    """Check that both reasons are there to their last word, and nothing of them is cut off."""
    expect(page.get_by_text(setting_input.NOT_YET)).to_be_visible()
    reasons = page.get_by_test_id("stText").filter(has_text="Line 3")
    expect(reasons).to_contain_text("Line 3: character 4: got '$'; expected a $ on both sides")
    expect(reasons).to_contain_text(entries.EQUAL.format("Line 4", "line 1"))
    assert reasons.evaluate(
        "box => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight"
    )
    texts = page.locator(".polycore-lines li small")
    assert texts.evaluate_all(
        "texts => texts.every(({ parentElement: line }) => line.scrollWidth <= line.clientWidth)"
    )


def test_buttons_change_layers_and_what_is_typed_elsewhere_meanwhile_stays(visitor):
    visit = visitor().open(f"train{WORDS}")
    assert_the_layers_of_the_diagram_are_those_of_the_text_and_of_the_address(visit)
    assert_what_is_typed_into_a_field_stays_while_a_button_changes_another(visit)


def assert_the_layers_of_the_diagram_are_those_of_the_text_and_of_the_address(visit):
    page = visit.page
    more = page.get_by_role("button", name="Layer 1: more neurons")
    more.click()
    more.click()  # at once: the page may not be drawn yet
    visit.wait_for_words(hidden="20")
    visit.rest()
    expect(page.get_by_label("Hidden layers", exact=True)).to_have_value("20")
    page.get_by_role("button", name="Remove the last layer").click()
    visit.wait_for_words(hidden="none")
    visit.rest()
    expect(page.get_by_label("Hidden layers", exact=True)).to_have_value(re.compile("none", re.IGNORECASE))


def assert_what_is_typed_into_a_field_stays_while_a_button_changes_another(visit):
    steps = visit.page.get_by_label("Steps", exact=True)
    for button, word in (("Add a layer", "hidden"), ("New seed", "seed")):
        before = visit.words()[word]
        steps.fill("777")
        # by a script, in the middle of the typing: the mouse would take the focus, which ends it
        visit.page.get_by_role("button", name=button).first.dispatch_event("click")
        visit.wait_until(lambda before=before, word=word: visit.words()[word] != before, state=visit.words)
        visit.rest()
        expect(steps).to_have_value("777")
        assert visit.words()["steps"] != "777"
    steps.press("Enter")
    visit.wait_for_words(steps="777")
