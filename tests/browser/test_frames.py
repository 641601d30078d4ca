"""What a figure shows of the frames it gets: a test feeds them to a page that follows a run of that name.

Which frames it takes, and what it reads in them, is tested in tests/channel/test_tab_script.py and
tests/pages/test_run_frames.py.
"""

import base64
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import expect

from pages.server.source import Frame
from polycore.pictures.class_map import class_map
from tests.browser.dashboard import served

COLORS = [(200, 10, 20), (30, 210, 40), (50, 60, 220)]

# A map and a chart that follow a run, of which the server knows nothing. The chart has a star at the latest
# weights, which a text names too.
APP = f"""
import streamlit as st
from pages.channel import routes
from pages.channel.live_text import Followed, draw, value
from pages.plane import live

app = st.App(__file__, routes=routes.routes())

if __name__ == "__main__":
    followed = Followed("a run", since=10, active=True)
    clear = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
    layout = {{"template": {{}}, "meta": {{"alt": "a figure"}}}}
    image = dict(source=clear, xref="x", yref="y", x=0, y=1, sizex=1, sizey=1, sizing="stretch")
    plane = dict(data=[dict(type="scatter", x=[0, 1], y=[0, 1])], layout=layout | {{"images": [image]}})
    bindings = [("layout.images.0.source", "picture"), ("layout.meta.step", "step")]
    live.figure(plane, "map", 300, bound=live.Bound(followed, bindings, {COLORS}))
    line = dict(type="scatter", mode="lines", x=[0, 100], y=[1, 0.01], name="loss")
    star = dict(type="scatter", mode="markers", x=[0], y=[1], name="now 1.00", showlegend=True)
    bindings = [("data.0.x", "history.step"), ("data.0.y", "history.loss"), ("layout.meta.alt", "now.alt")]
    bindings += [("data.1.x.0", "now.step"), ("data.1.y.0", "now.loss"), ("data.1.name", "now.mark")]
    starred = dict(data=[line, star], layout=layout | {{"yaxis": {{"type": "log"}}}})
    live.figure(starred, "starred", 260, rests=True, bound=live.Bound(followed, bindings))
    draw(value("now.mark", "now 1.00", "p"), "now", followed)
"""
TAKE = """frames => frames.forEach(frame =>
  window.polycoreChannel.take(Uint8Array.from(atob(frame), letter => letter.charCodeAt(0)).buffer)
)"""

STAR = """chart => {
  const box = chart.querySelector(".scatterlayer .points path").getBoundingClientRect();
  return {
    legend: [...chart.querySelectorAll(".legendtext")].map((text) => text.textContent),
    alt: chart.querySelector(".main-svg").getAttribute("aria-label"),
    center: [box.x + box.width / 2, box.y + box.height / 2],
  };
}"""
# whether a figure has been drawn since it had been drawn so often
DRAWN_AGAIN = """([number, drawn]) =>
  Number(document.querySelectorAll(".polycore-live")[number].dataset.updates) > Number(drawn)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    with served(folder / "log.txt", folder / "app.py", "some/where/") as address:
        yield address


@pytest.fixture
def page(lone_tab, address):
    lone_tab.goto(address)
    for number in (0, 1):
        chart(lone_tab, number).and_(lone_tab.locator("[data-updates]")).wait_for()
    return lone_tab


def test_a_star_is_what_the_text_beside_the_chart_says_also_while_the_chart_rests(page):
    charted, text = chart(page, 1), page.locator("[data-value='now.mark']")
    charted.and_(page.locator("[data-updates]")).wait_for()
    history = np.array([[0, 100], [1, 0.01], [0, 0], [0, 0]])
    drawn = charted.get_attribute("data-updates")
    take(page, starred(30, history, 40, 0.1))
    page.wait_for_function(DRAWN_AGAIN, arg=[1, drawn])
    before, drawn = star(charted), charted.get_attribute("data-updates")
    assert "now 0.100" in before["legend"]
    # the chart is drawn no earlier than in the browser's next picture
    resting = star_after(charted, starred(31, history, 80, 0.02))
    assert "now 0.020" in resting["legend"]
    assert (text.inner_text(), resting["alt"]) == ("now 0.020", "now 0.020 at step 80")
    page.wait_for_function(DRAWN_AGAIN, arg=[1, drawn])
    # where Plotly itself then draws it: the axes have not changed
    after = star(charted)
    assert (after["legend"], after["alt"]) == (resting["legend"], resting["alt"])
    assert resting["center"] == pytest.approx(after["center"], abs=0.5)
    assert abs(before["center"][0] - after["center"][0]) > 50


def test_a_star_beyond_the_axes_of_a_resting_chart_waits_where_it_was(page):
    charted = chart(page, 1)
    charted.and_(page.locator("[data-updates]")).wait_for()
    history = np.array([[0, 100], [1, 0.01], [0, 0], [0, 0]])
    drawn = charted.get_attribute("data-updates")
    take(page, starred(30, history, 40, 0.1))
    page.wait_for_function(DRAWN_AGAIN, arg=[1, drawn])
    before = star(charted)["center"]
    for sequence, step, loss in [(31, 900, 0.1), (32, 80, 0.001)]:
        assert star_after(charted, starred(sequence, history, step, loss))["center"] == before


def chart(page, number):
    return page.locator(".polycore-live").nth(number)


def starred(sequence, history, step, loss):
    """Return a frame with a history, and the latest weights at a step."""
    mark = f"now {loss:.3f}"
    now = {"step": step, "loss": loss, "mark": mark, "alt": f"{mark} at step {step}"}
    steps, *others = history
    columns = [steps.astype("<u4"), *(other.astype("<f4") for other in others)]
    return Frame("a run", sequence, {"now": now}, {"history": b"".join(map(bytes, columns))})


def star(charted):
    """Return what a chart shows of its star: its name, its center on the screen, the alternative text."""
    return charted.evaluate(STAR)


def star_after(charted, frame):
    """Return the same right after a frame, before the browser draws anything."""
    content = base64.b64encode(frame.content).decode()
    return charted.evaluate(f"(chart, frames) => {{ ({TAKE})(frames); return ({STAR})(chart); }}", [content])


def take(page, *frames):
    page.evaluate(TAKE, [base64.b64encode(frame.content).decode() for frame in frames])


def test_a_zoom_keeps_the_latest_picture(page):
    def pictured(sequence, value):
        pixels = class_map([np.zeros((2, 3))], [np.array([value])], ((-1, 1), (-1, 1))).packed()
        header = {"columns": pixels.columns, "rows": pixels.rows, "alphas": list(range(pixels.levels + 1))}
        values = {"step": sequence, "weights": {"map": header}}
        return Frame("a run", sequence, values, {"map": pixels.scanlines})

    image = chart(page, 0).locator(".imagelayer image")
    take(page, pictured(12, [5.0, 0.0, 0.0]))
    expect(chart(page, 0)).to_have_attribute("data-step", "12")
    first = image.get_attribute("href")
    take(page, pictured(13, [0.0, 5.0, 0.0]))
    expect(chart(page, 0)).to_have_attribute("data-step", "13")
    second = image.get_attribute("href")
    assert first != second
    zoomed = "plot => window.Plotly.relayout(plot, { 'xaxis.range': [0.2, 0.6] })"
    chart(page, 0).locator(".js-plotly-plot").evaluate(zoomed)
    assert image.get_attribute("href") == second
    kept = "plot => [plot.layout.images[0].source, plot._fullLayout.images[0].source]"
    assert chart(page, 0).locator(".js-plotly-plot").evaluate(kept) == [second, second]
