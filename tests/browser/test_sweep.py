"""A sweep in a browser: chosen, followed, left and found again, and its best is kept."""

import re

from playwright.sync_api import expect

from pages.compare import keeping, sweep_inputs, sweep_view
from tests.browser.dashboard import PHONE, box_of
from tests.browser.runs import Runs
from tests.browser.test_whole_path import QUICK


def test_a_sweep_is_chosen_watched_left_and_found_again_and_its_best_is_kept(visitor):
    visit = visitor(PHONE).open(f"compare{QUICK}")
    page = visit.page
    page.get_by_role("radio", name="Sweep", exact=True).click()
    expect(page.get_by_text(sweep_view.NONE_YET)).to_be_visible()
    visit.fill("Networks", "2, 12-12")
    expect(page.get_by_text("6 runs: 2 settings with 3 seeds.")).to_be_visible()
    visit.fill(sweep_inputs.STEPS_LABEL, "5000000")
    expect(page.get_by_text(re.compile(r"Roughly \d+ (min|h) of computing"))).to_be_visible()
    visit.press("Start the sweep")
    expect(page.get_by_text(re.compile(r"^Running · 0 of 6 runs have ended · [1-9]"))).to_be_visible()
    visit.press("Pause the sweep")
    expect(page.get_by_text(re.compile(r"^Paused · 0 of 6 runs have ended"))).to_be_visible()
    visit.press("Resume the sweep")
    expect(page.get_by_role("button", name=re.compile("Pause the sweep"))).to_be_enabled()
    visit.go_to("Data")
    expect(page.get_by_text("Sweep · 0 of 6 runs have ended")).to_be_visible()
    visit.go_to("Compare")
    expect(page.get_by_text(re.compile("^Running · 0 of 6 runs"))).to_be_visible()
    visit.press("Stop the sweep")
    expect(page.get_by_text(re.compile("^Stopped · 0 of 6 runs"))).to_be_visible()
    expect(page.get_by_label("Networks", exact=True)).to_be_hidden()
    visit.press("Change")
    visit.fill(sweep_inputs.STEPS_LABEL, "400")
    expect(page.get_by_text(sweep_view.SHORT)).to_be_visible()
    page.keyboard.press("Escape")
    visit.press("Sweep again")
    expect(page.get_by_text(re.compile("^Finished · 6 of 6 runs"))).to_be_visible(timeout=60_000)
    figure = page.get_by_role("img", name=re.compile("^Accuracy on new points over computing"))
    expect(figure).to_have_attribute(
        "aria-label", re.compile(r"1 · one layer of 2, 3 runs: .*2 · two layers of 12, 3 runs")
    )
    expect(
        page.get_by_text(re.compile(r"^Best: (one layer|two layers) of \d+, seed \d, with"))
    ).to_be_visible()
    with page.expect_download() as download:
        visit.press("Settings as CSV")
    rows = download.value.path().read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("hidden,")
    assert [row.split(",")[0] for row in rows[1:]] == ["2", "12-12"]
    visit.press("Keep the best")
    expect(page.get_by_role("button", name=keeping.ONE_IS_KEPT)).to_be_disabled()
    page.get_by_role("radio", name="Kept runs", exact=True).click()
    expect(
        page.get_by_test_id("stText").get_by_text(re.compile(r"^Sweep · (one layer|two layers) of "))
    ).to_be_visible()


def test_figure_and_table_follow_a_sweep_without_a_run_of_the_page_and_keep_what_is_typed(visitor):
    visit = visitor()
    page, runs = visit.page, Runs(visit.page)
    visit.open(f"compare{QUICK}")
    page.get_by_role("radio", name="Sweep", exact=True).click()
    expect(page.get_by_text(sweep_view.NONE_YET)).to_be_visible()
    visit.fill("Networks", "2, 12, 4")
    visit.fill(sweep_inputs.STEPS_LABEL, "20000")
    page.get_by_label("Seeds", exact=True).fill("8")
    page.get_by_label("Seeds", exact=True).press("Enter")
    expect(page.get_by_text("24 runs: 3 settings with 8 seeds.")).to_be_visible()
    visit.press("Start the sweep")
    standing, table = page.locator("[data-value=standing]"), page.get_by_role("table")
    figure = page.get_by_role("img", name=re.compile("^Accuracy on new points over computing"))
    expect(standing).to_have_text(re.compile(r"^Running · [1-9]\d? of 24 runs have ended"))
    visit.rest()
    visit.pause(1)
    assert_more_runs_end_on_a_page_at_rest(visit, runs, standing, figure)
    shares = table.get_by_role("button", name="new points right", exact=True)
    shares.click()
    expect(table.locator("th").nth(2)).to_have_attribute("aria-sort", "ascending")
    assert is_ascending(accuracies(table))
    expect(standing).to_have_text(re.compile("^Finished · 24 of 24 runs have ended"), timeout=120_000)
    visit.press("Change")
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value("0.03, 0.0")
    page.keyboard.press("Escape")
    expect(table.locator("th").nth(2)).to_have_attribute("aria-sort", "ascending")
    assert is_ascending(accuracies(table))
    shares.click()
    assert is_ascending(accuracies(table)[::-1])
    page.get_by_role("radio", name="Runs", exact=True).click()
    expect(table.locator("tbody tr")).to_have_count(24)


def assert_more_runs_end_on_a_page_at_rest(visit, runs, standing, figure):
    """Type meanwhile: the page is not drawn, and the text stays."""
    visit.press("Change")
    rates = visit.page.get_by_label("Learning rate", exact=True)
    rates.fill("0.03, 0.0")
    before, drawn = standing.inner_text(), figure.get_attribute("aria-label")
    count = runs.count
    expect(standing).not_to_have_text(before)
    expect(figure).not_to_have_attribute("aria-label", drawn)
    expect(rates).to_have_value("0.03, 0.0")
    assert runs.count == count


def is_ascending(numbers):
    return numbers == sorted(numbers)


def accuracies(table):
    """Return the accuracies in the table, from the top, as they are at one moment."""
    cells = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    return [float(cell.rstrip(" %")) for cell in cells if cell]


def test_a_table_is_ordered_by_a_press_anywhere_in_a_head_and_stays_so(visitor):
    visit = visitor().open(f"compare{QUICK}")
    page = visit.page
    page.get_by_role("radio", name="Sweep", exact=True).click()
    visit.fill("Networks", "2, 12, 4")
    visit.press("Start the sweep")
    expect(page.get_by_text(re.compile("^Finished · 9 of 9 runs"))).to_be_visible(timeout=60_000)
    table = page.get_by_role("table")
    head = table.locator("th").nth(2)
    arrow = "(head) => getComputedStyle(head.querySelector('button'), '::after').content"
    assert "⇅" in head.evaluate(arrow)
    box = box_of(head)
    for corner, order in ((1, "ascending"), (box["width"] - 2, "descending")):
        head.click(position={"x": corner, "y": box["height"] - 3})
        expect(head).to_have_attribute("aria-sort", order)
    assert "↓" in head.evaluate(arrow)
    visit.go_to("Data")
    visit.go_to("Compare")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert is_ascending(accuracies(table)[::-1])
