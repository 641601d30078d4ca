"""What a figure shows of the frames it gets: a test feeds them to a page that follows a run of that name."""

import base64
import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import polycore as pc
from pages.server.source import Frame
from polycore.pictures.class_map import class_map
from tests.browser.dashboard import served

COLORS = [(200, 10, 20), (30, 210, 40), (50, 60, 220)]
ALPHAS = 5  # from clear to half transparent

# Two charts and a map that follow a run, of which the server knows nothing. The second chart has a star at
# the latest weights, which a text names too.
APP = f"""
import plotly.graph_objects as go
import streamlit as st
from pages.channel import routes
from pages.channel.live_text import Followed, draw, value
from pages.plane import live

app = st.App(__file__, routes=routes.routes())

if __name__ == "__main__":
    followed = Followed("a run", since=10, active=True)
    clear = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
    layout = {{"template": {{}}, "meta": {{"alt": "a figure"}}}}
    chart = go.Figure([dict(type="scatter", x=[0], y=[0])], layout)
    bindings = [("data.0.x", "history.step"), ("data.0.y", "history.loss"), ("layout.meta.step", "step")]
    live.figure(chart, "chart", 200, rests=True, bound=live.Bound(followed, bindings))
    image = dict(source=clear, xref="x", yref="y", x=0, y=1, sizex=1, sizey=1, sizing="stretch")
    plane = go.Figure([dict(type="scatter", x=[0, 1], y=[0, 1])], layout | {{"images": [image]}})
    bindings = [("layout.images.0.source", "picture"), ("layout.meta.step", "step")]
    live.figure(plane, "map", 300, bound=live.Bound(followed, bindings, {COLORS}))
    draw(value("words", "no words yet", "p"), "text", followed)
    line = dict(type="scatter", mode="lines", x=[0, 100], y=[1, 0.01], name="loss")
    star = dict(type="scatter", mode="markers", x=[0], y=[1], name="now 1.00", showlegend=True)
    bindings = [("data.0.x", "history.step"), ("data.0.y", "history.loss"), ("layout.meta.alt", "now.alt")]
    bindings += [("data.1.x.0", "now.step"), ("data.1.y.0", "now.loss"), ("data.1.name", "now.mark")]
    starred = go.Figure([line, star], layout | {{"yaxis": {{"type": "log"}}}})
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


def test_frames_that_are_late_or_early_or_of_another_run_are_dropped_and_missed_ones_do_no_harm(page):
    assert_a_frame_from_before_the_page_and_one_of_another_run_are_dropped(page)
    assert_a_frame_that_comes_late_is_dropped(page)
    assert_a_browser_that_misses_nine_frames_of_ten_has_the_whole_history(page, 20)


def test_each_pixel_has_the_color_of_its_class_and_a_zoom_keeps_the_latest_picture(page):
    assert_each_pixel_has_the_color_of_its_class_and_the_alpha_of_its_confidence(page)
    assert_a_zoom_keeps_the_latest_picture(page)


def test_a_star_is_what_the_text_beside_the_chart_says_also_while_the_chart_rests(page):
    charted, text = chart(page, 2), page.locator("[data-value='now.mark']")
    charted.and_(page.locator("[data-updates]")).wait_for()
    history = np.array([[0, 100], [1, 0.01], [0, 0], [0, 0]])
    drawn = charted.get_attribute("data-updates")
    take(page, starred(30, history, 40, 0.1))
    page.wait_for_function(DRAWN_AGAIN, arg=[2, drawn])
    before, drawn = star(charted), charted.get_attribute("data-updates")
    assert "now 0.100" in before["legend"]
    # the chart is drawn no earlier than in the browser's next picture
    resting = star_after(charted, starred(31, history, 80, 0.02))
    assert "now 0.020" in resting["legend"]
    assert (text.inner_text(), resting["alt"]) == ("now 0.020", "now 0.020 at step 80")
    page.wait_for_function(DRAWN_AGAIN, arg=[2, drawn])
    # where Plotly itself then draws it: the axes have not changed
    after = star(charted)
    assert (after["legend"], after["alt"]) == (resting["legend"], resting["alt"])
    assert resting["center"] == pytest.approx(after["center"], abs=0.5)
    assert abs(before["center"][0] - after["center"][0]) > 50


def test_a_star_beyond_what_a_resting_chart_shows_waits_at_its_edge(page):
    charted = chart(page, 2)
    charted.and_(page.locator("[data-updates]")).wait_for()
    history = np.array([[0, 100], [1, 0.01], [0, 0], [0, 0]])
    drawn = charted.get_attribute("data-updates")
    take(page, starred(30, history, 40, 0.1))
    page.wait_for_function(DRAWN_AGAIN, arg=[2, drawn])
    area = charted.locator(".nsewdrag").bounding_box()
    x, y = star_after(charted, starred(31, history, 900, 0.1))["center"]
    assert area["x"] + area["width"] - 10 < x < area["x"] + area["width"]
    assert area["y"] < y < area["y"] + area["height"]


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


def worded(sequence, words, name="a run"):
    return Frame(name, sequence, {"step": sequence, "words": words})


def wait_for_step(page, step):
    page.wait_for_function(
        """step => {
            const [chart, map] = document.querySelectorAll(".polycore-live");
            return chart?.dataset.step === step && map?.dataset.step === step;
        }""",
        arg=str(step),
    )


def assert_a_frame_that_comes_late_is_dropped(page):
    text = page.locator("[data-value=words]")
    take(page, worded(12, "twelfth"), worded(11, "eleventh"))
    expect(text).to_have_text("twelfth")
    wait_for_step(page, 12)
    take(page, worded(13, "thirteenth"))
    expect(text).to_have_text("thirteenth")
    wait_for_step(page, 13)


def assert_a_frame_from_before_the_page_and_one_of_another_run_are_dropped(page):
    text = page.locator("[data-value=words]")
    take(page, worded(9, "ninth"), worded(20, "of another", name="another"))
    expect(text).to_have_text("no words yet")
    take(page, worded(10, "tenth"))
    expect(text).to_have_text("tenth")


def assert_a_browser_that_misses_nine_frames_of_ten_has_the_whole_history(page, sequence):
    run = pc.start(pc.Experiment(steps=400, hidden=(4,), batch_size=16))
    frames = []
    while not run.done:
        run = pc.advance(run, 10)
        history = {"history": columns(run.history)}
        frames.append(Frame("a run", sequence + len(frames), {"step": run.step}, history))
    for frame in frames[9::10]:
        take(page, frame)
        wait_for_step(page, frame.header["step"])
    drawn = "({ data: [{ x, y }] }) => [[...x], [...y]]"
    steps, losses = chart(page, 0).locator(".js-plotly-plot").evaluate(drawn)
    assert steps == run.history.step.tolist()
    assert len(steps) > 10
    assert losses == pytest.approx(run.history.loss, rel=1e-6)  # sent in four bytes each


def columns(history):
    """Return steps, losses and two columns of accuracies as frames have them: four bytes a value."""
    step, loss = history.step.astype("<u4"), history.loss.astype("<f4")
    return step.tobytes() + loss.tobytes() + bytes(8 * len(step))


def assert_each_pixel_has_the_color_of_its_class_and_the_alpha_of_its_confidence(page):
    # three classes whose values are x, -x and y: sure far from the borders, undecided near them
    weights, biases = [np.array([[9.0, -9.0, 0.0], [0.0, 0.0, 9.0]])], [np.zeros((1, 3))]
    regions = class_map(weights, biases, ((-1, 1), (-1, 1)))
    packed = regions.packed()
    alphas = [10 * level for level in range(packed.levels + 1)]
    header = {"columns": packed.columns, "rows": packed.rows, "alphas": alphas}
    take(page, Frame("a run", 11, {"step": 11, "weights": {"map": header}}, {"map": packed.scanlines}))
    wait_for_step(page, 11)
    url = chart(page, 1).locator(".imagelayer image").get_attribute("href")
    content = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))[::-1]  # the lowest y first
    assert (pixels[..., :3] == np.array(COLORS)[regions.classes]).all()
    assert (pixels[..., 3] == np.array(alphas)[regions.confidences]).all()
    assert set(np.unique(regions.classes)) == {0, 1, 2}
    assert len(np.unique(regions.confidences)) > 10
    seen = Image.open(io.BytesIO(chart(page, 1).screenshot())).convert("RGB")
    right = chart(page, 1).locator(".nsewdrag").bounding_box()
    box = chart(page, 1).bounding_box()
    x, y = right["x"] - box["x"] + 0.9 * right["width"], right["y"] - box["y"] + 0.7 * right["height"]
    share = alphas[-1] / 255  # there it is sure of the first class, on a white page
    expected = [share * color + (1 - share) * 255 for color in COLORS[0]]
    assert seen.getpixel((round(x), round(y))) == pytest.approx(expected, abs=6)


def assert_a_zoom_keeps_the_latest_picture(page):
    def pictured(sequence, value):
        pixels = class_map([np.zeros((2, 3))], [np.array([value])], ((-1, 1), (-1, 1))).packed()
        header = {"columns": pixels.columns, "rows": pixels.rows, "alphas": list(range(pixels.levels + 1))}
        values = {"step": sequence, "weights": {"map": header}}
        return Frame("a run", sequence, values, {"map": pixels.scanlines})

    image = chart(page, 1).locator(".imagelayer image")
    take(page, pictured(12, [5.0, 0.0, 0.0]))
    wait_for_step(page, 12)
    first = image.get_attribute("href")
    take(page, pictured(13, [0.0, 5.0, 0.0]))
    wait_for_step(page, 13)
    second = image.get_attribute("href")
    assert first != second
    zoomed = "plot => window.Plotly.relayout(plot, { 'xaxis.range': [0.2, 0.6] })"
    chart(page, 1).locator(".js-plotly-plot").evaluate(zoomed)
    assert image.get_attribute("href") == second
    kept = "plot => [plot.layout.images[0].source, plot._fullLayout.images[0].source]"
    assert chart(page, 1).locator(".js-plotly-plot").evaluate(kept) == [second, second]
