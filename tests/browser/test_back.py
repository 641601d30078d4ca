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


def test_back_pressed_twice_leads_two_pages_back_and_forward_leads_on(visitor):
    visit = visitor().open(f"polynomials{QUICK}")
    for name in ("Data", "Train", "Predict"):
        visit.go_to(name).rest()
    for pause in (0, 120):  # ms: less than the page before takes to come
        visit.page.evaluate("history.back()")
        visit.page.wait_for_timeout(pause)
        visit.page.evaluate("history.back()")
        heading(visit, "Data").wait_for()
        visit.rest()
        for name in ("Train", "Predict"):
            visit.page.go_forward()
            heading(visit, name).wait_for()
            visit.rest()
    for name in ("Train", "Data", "Polynomials"):
        visit.page.go_back()
        heading(visit, name).wait_for()
        visit.rest()


def test_a_page_is_asked_for_once(lone_visit):
    visit, sent = lone_visit, []
    visit.page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(frame)))
    visit.open(f"polynomials{QUICK}")
    for name in ("Data", "Train", "Home"):
        visit.rest()
        sent.clear()
        visit.go_to(name)
        visit.page.locator(".js-plotly-plot").first.wait_for()  # so that the page's own scripts have run
        visit.rest()
        assert len(sent) == 1
