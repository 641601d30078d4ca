"""Plotly's script on its way to a browser."""

LOADED = "performance.getEntriesByType('resource').filter(e => /live\\/plotly-/.test(e.name))"
DRAWN = ".polycore-live[data-updates]"


def test_it_comes_compressed_once_and_the_browser_keeps_it(lone_visit):
    page = lone_visit.open().page
    page.locator(DRAWN).first.wait_for()
    [[sent, content]] = page.evaluate(f"{LOADED}.map(e => [e.transferSize, e.decodedBodySize])")
    assert content > 4e6 > 2e6 > sent
    lone_visit.open("train")
    page.locator(DRAWN).first.wait_for()
    assert page.evaluate(f"{LOADED}.map(e => e.transferSize)") == [0]
