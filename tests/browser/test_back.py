"""The browser's Back and Forward: from page to page, each with what was set since."""

from playwright.sync_api import expect

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=300&schedule=constant&hidden=8&batch=all&samples=50"


def heading(visit, name):
    return visit.page.get_by_role("heading", name=name, exact=True)


def test_back_leads_to_the_page_before_with_what_was_set_since(visitor):
    visit = visitor().open(f"polynomials{QUICK}").go_to("Train")
    for steps in ("301", "302", "303"):
        visit.fill("Steps", steps)
        visit.wait_for_words(steps=steps)
    visit.rest()
    visit.page.go_back()
    heading(visit, "Polynomials").wait_for()
    visit.wait_for_words(steps="303")
    visit.rest()
    visit.page.go_forward()
    heading(visit, "Train").wait_for()
    expect(visit.page.get_by_label("Steps", exact=True)).to_have_value("303")
