"""A sweep in a browser: chosen, watched, left and found again, and its best is kept."""

import re

from playwright.sync_api import expect

from tests.browser.dashboard import PHONE
from tests.browser.test_whole_path import QUICK


def test_a_sweep_is_chosen_watched_left_and_found_again_and_its_best_is_kept(visitor):
    visit = visitor(PHONE).open(f"compare{QUICK}")
    page = visit.page
    page.get_by_role("radio", name="Sweep", exact=True).click()
    expect(page.get_by_text("There is no sweep yet")).to_be_visible()
    visit.fill("Networks", "2, 12-12")
    expect(page.get_by_text("6 runs: 2 settings with 3 seeds.")).to_be_visible()
    visit.fill("Steps of each run", "5000000")
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
    visit.fill("Steps of each run", "400")
    expect(page.get_by_text("Less than a second of computing")).to_be_visible()
    visit.press("Sweep again")
    expect(page.get_by_text(re.compile("^Finished · 6 of 6 runs"))).to_be_visible(timeout=60_000)
    figure = page.get_by_role("img", name=re.compile("^Held-out accuracy over computing"))
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
    expect(page.get_by_text("It is among the kept runs.")).to_be_visible()
    page.get_by_role("radio", name="Kept runs", exact=True).click()
    expect(
        page.get_by_test_id("stText").get_by_text(re.compile(r"^Sweep · (one layer|two layers) of "))
    ).to_be_visible()
