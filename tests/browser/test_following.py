"""While a run trains, pages follow it without a run of their scripts."""

import json

import pytest
from playwright.sync_api import expect

from pages.setup import controls
from tests.browser.runs import Runs
from tests.browser.test_inside import plane

# slow enough that it still gets better while a test looks at a page
LONG = (
    "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=5000000&schedule=constant&hidden=16&batch=64"
    "&learning_rate=0.00001"
)

# a first step of some seconds, so that pages are there before it
SLOW = (
    "?v=1&polynomials=-x%5E2%2B1~3x&steps=1000&schedule=constant&hidden=128-128-128&samples=20000&batch=all"
)


def test_pages_follow_the_run(visitor):
    visit = visitor()
    runs = Runs(visit.page)
    visit.open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=100)
    assert_little_gets_a_new_style(visit)
    assert_inside_follows(visit, runs)
    assert_predict_follows(visit, runs)
    assert_compare_follows(visit, runs)
    visit.go_to("Train")
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def assert_little_gets_a_new_style(visit):
    """Fail if the browser computes styles all over the page whenever a chart changes.

    A rule with `body:has(...)` and then an attribute makes it do so, for each element with that attribute.
    """
    visit.page.locator(".js-plotly-plot").first.wait_for()
    visit.rest()
    visit.page.context.browser.start_tracing(page=visit.page, categories=["devtools.timeline"])
    for _ in range(5):
        visit.wait_for_status("Running", after_step=visit.standing()[1])
    trace = json.loads(visit.page.context.browser.stop_tracing())["traceEvents"]
    counts = [event["args"].get("elementCount", 0) for event in trace if event["name"] == "UpdateLayoutTree"]
    assert len(counts) > 10
    assert sum(count > 200 for count in counts) < 3  # the page itself may be drawn once more


def value(visit, name):
    return visit.page.locator(f"[data-value='{name}']")


def text(locator):
    return locator.inner_text()


def follows(visit, runs, *changing):
    """Wait until each has changed, and once more, without a run of the page's script."""
    visit.rest()
    visit.pause(1)
    before = runs.count
    for _ in range(2):
        wait_until_all_have_changed(visit, changing)
    assert runs.count == before


def wait_until_all_have_changed(visit, changing):
    waiting = [(locator, read, read(locator)) for locator, read in changing]

    def have_changed():
        waiting[:] = [(locator, read, before) for locator, read, before in waiting if read(locator) == before]
        return not waiting

    visit.wait_until(have_changed, state=lambda: waiting)


def assert_inside_follows(visit, runs):
    visit.go_to("Inside")
    picture = visit.page.locator(".network .neuron").nth(2)
    map_of = plane(visit, "^Map of hidden layer 1, neuron 0")
    map_of.wait_for()
    follows(
        visit,
        runs,
        (value(visit, "figures.loss"), text),
        (picture, lambda one: one.evaluate("one => one.style.backgroundImage")),
        (value(visit, "plane.caption"), text),
        (visit.page.locator("[data-values='walk.1.tables.1.2']"), lambda one: one.text_content()),
    )
    visit.page.get_by_text("All folds", exact=True).click()
    plane(visit, "of 16 fold lines of the first hidden layer cross").wait_for()
    lines = (
        "plot => JSON.stringify(plot.data.filter(({ name }) => name === 'fold line').map(({ x }) => [...x]))"
    )
    chart = visit.page.locator(".js-plotly-plot").first
    follows(visit, runs, (chart, lambda one: one.evaluate(lines)))


def assert_predict_follows(visit, runs):
    visit.go_to("Predict")
    image = visit.page.locator(".st-key-walk-map .imagelayer image")
    follows(
        visit,
        runs,
        (value(visit, "figures.loss"), lambda one: one.text_content()),  # in a section that is folded
        (visit.page.locator("[data-values='answer.table.rows.0']"), lambda one: one.text_content()),
        (value(visit, "verdict.sure"), text),
        (image, lambda one: one.get_attribute("href")),
    )
    visit.page.get_by_text("On a curve", exact=True).click()
    chart = visit.page.locator(".st-key-walk-plot .js-plotly-plot")
    chart.wait_for()
    follows(visit, runs, (chart, lambda one: one.evaluate("plot => JSON.stringify([...plot.data[2].y])")))


def assert_compare_follows(visit, runs):
    visit.go_to("Compare")
    curve = visit.page.locator(".js-plotly-plot").first
    follows(
        visit,
        runs,
        (value(visit, "effort"), text),
        (value(visit, "loss"), text),
        (visit.page.locator("[data-picture=map]"), lambda one: one.get_attribute("src")),
        (curve, lambda one: one.evaluate("plot => plot.data[0].x.at(-1)")),
    )


@pytest.mark.parametrize(("name", "shown"), [("Inside", "figures.loss"), ("Compare", "effort")])
def test_a_page_that_waits_for_the_first_model_is_drawn_when_it_is_there(visitor, name, shown):
    visit = visitor().open(f"train{SLOW}")
    visit.press("Start")
    visit.go_to(name)
    expect(value(visit, shown)).to_be_visible()
    visit.go_to("Train")
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def test_that_a_run_was_trained_before_is_said_until_that_part_has_been_seen(visitor):
    query = f"{LONG}&seed=92"
    first = visitor().open(f"train{query}")
    first.press("Start")
    first.wait_for_status("Running", after_step=5)
    first.pause(8)  # seconds of computing: once the other page is drawn, two must be left to see again
    first.press("Stop")
    first.wait_for_status("Stopped")
    second = visitor().open(f"train{query}")
    second.press("Start")
    said = second.page.get_by_text(controls.AHEAD.split(",")[0])
    catch_up = second.page.get_by_role("button", name="Catch up")
    said.wait_for()
    expect(catch_up).to_be_visible()
    expect(said).to_have_count(0)
    expect(catch_up).to_have_count(0)
    second.wait_for_status("Running")
    second.press("Stop")
