"""Dots that frames move: Plotly does not draw them again, and knows where they are."""

from playwright.sync_api import expect

LONG = (
    "?v=2&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=5000000&samples=fresh&hidden=16&batch=64&sampling=errors"
    "&learning_rate=0.001"
)
NOTE_DRAWINGS = """() => {
  const { react } = Plotly;
  window.drawings = 0;
  Plotly.react = (plot, ...rest) => {
    window.drawings += Boolean(plot.closest(".st-key-progress-map"));
    return react(plot, ...rest);
  };
}"""
# Where the dots are and how large, in pixels: as frames have moved them, after a zoom and back, which Plotly
# does with what it knew, and after a drawing of the whole figure. All of it in one go, so that no frame comes
# between.
DOTS = """async (plot) => {
  const read = () => [...plot.querySelectorAll(".scatterlayer .trace")]
    .filter(({ __data__: [{ trace }] }) => trace.meta?.moves)
    .flatMap((trace) => [...trace.querySelectorAll(".points path")])
    .map((dot) => [dot.getAttribute("transform"), dot.getAttribute("d")])
    .flatMap(([place, circle]) => [...place.match(/-?[\\d.]+/g), circle.match(/[\\d.]+/)[0]])
    .map(Number);
  const { range } = plot._fullLayout.xaxis;
  const [moved, whole] = [read(), [...range]];
  const zoomed = Plotly.relayout(plot, { "xaxis.range": [-0.5, 0.5] });
  const near = read();
  const back = Plotly.relayout(plot, { "xaxis.range": whole });
  const [returned, drawn] = [read(), Plotly.redraw(plot)];
  const again = read();
  await Promise.all([zoomed, back, drawn]);
  return { moved, near, returned, again };
}"""


def test_dots_move_without_a_drawing_and_are_where_plotly_would_draw_them(visitor):
    visit = visitor().open(f"train{LONG}")
    visit.press("Also show")
    visit.page.get_by_role("button", name="Next points", exact=True).click()
    visit.page.keyboard.press("Escape")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1000)
    visit.rest()
    plane = visit.page.locator(".st-key-progress-map .js-plotly-plot")
    expect(plane.locator(".scatterlayer .trace").last.locator(".points path")).to_have_count(120)
    visit.pause(1)
    visit.page.evaluate(NOTE_DRAWINGS)
    updates = visit.page.locator(".st-key-progress-map .polycore-live")
    before = int(updates.get_attribute("data-updates"))
    visit.wait_until(lambda: int(updates.get_attribute("data-updates")) > before + 3)
    assert visit.page.evaluate("window.drawings") == 0
    dots = plane.evaluate(DOTS)
    assert len(dots["moved"]) == 3 * 120
    assert differing(dots["moved"], dots["near"])
    assert not differing(dots["moved"], dots["returned"])
    assert not differing(dots["moved"], dots["again"])
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def differing(one, other):
    """Return whether two lists of pixels differ by more than Plotly rounds."""
    assert len(one) == len(other)
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.02
