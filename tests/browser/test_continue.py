"""A run that continues with another learning rate: the charts go on, with a mark that says what changed."""

from playwright.sync_api import expect

from pages.setup import controls

WORDS = "train?v=1&polynomials=x~x%5E2&hidden=8&steps=300&schedule=constant&batch=all&samples=20"


def test_the_charts_go_on_with_a_mark(visitor):
    visit = visitor().open(WORDS)
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.rest()
    visit.fill("Learning rate", "0.05")
    visit.press(controls.CONTINUE)
    assert visit.wait_for_status("Finished", after_step=300) == 600
    visit.rest()
    loss = visit.page.locator(".st-key-progress-loss")
    expect(loss.get_by_text("learning rate 0.01 → 0.05")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Continue", exact=True)).to_be_visible()
