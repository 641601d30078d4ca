"""A map of a run that advances, saved by its own buttons: regions, curves and samples are in the file."""

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image

from polycore.pictures.palette import PALETTE

CURVES = (lambda x: -(x**2) + 1, lambda x: x**3 - 2, lambda x: 3 * x)
LIVE = "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=2000000&hidden=16&samples=100&range=-2..2&noise=1"
MAP = re.compile("^Map of")
COLORS = np.array([look.rgb for look in PALETTE[: len(CURVES)]])
PNG_SCALE = 2
PAGE = 255  # the light page is white
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
ON_PAGE = """(chart, { points }) => {
  const { xaxis, yaxis } = chart.querySelector(".js-plotly-plot")._fullLayout;
  return points.map(([x, y]) => [xaxis._offset + xaxis.l2p(x), yaxis._offset + yaxis.l2p(y)]);
}"""
Y_RANGE = "chart => chart.querySelector('.js-plotly-plot')._fullLayout.yaxis.range"
SAMPLES = """chart => chart.querySelector(".js-plotly-plot")._fullData
  .filter(({ mode }) => mode === "markers").map(({ x, y }) => Array.from(x, (each, i) => [each, y[i]]))"""


def saved(chart, form):
    """Press the figure's button that saves it in that form, and return the file's content."""
    chart.hover()
    with chart.page.expect_download() as download:
        chart.locator(f"[data-title='Save as {form}']").click()
    return Path(download.value.path()).read_bytes()


def places(chart, points):
    """Return the column and row of each point (N, 2) in the PNG."""
    on_page = chart.evaluate(ON_PAGE, {"points": np.asarray(points).tolist()})
    return np.floor(PNG_SCALE * np.array(on_page)).astype(int)


def is_apart(chart, points):
    """Return which of the points lie within the plot and so far from all curves that no line covers them."""
    x = np.linspace(-2, 2, 801)
    lines = np.concatenate([places(chart, np.column_stack([x, curve(x)])) for curve in CURVES])
    at = places(chart, points)
    distances = np.linalg.norm(at[:, None] - lines, axis=2).min(axis=1)
    low, high = chart.evaluate(Y_RANGE)
    # a marker has a radius of 6 pixels in the file, and a line with its casing is 10 wide
    return (distances > 16) & (low < points[:, 1]) & (points[:, 1] < high)


def colors_at(picture, places):
    columns, rows = places.T
    return picture[rows, columns].astype(int)


def share_of_regions(pixels):
    """Return the share of pixels between the page's color and that of a class, away from both ends."""
    missing, full = PAGE - pixels.reshape(-1, 3).astype(float), PAGE - COLORS.astype(float)
    strength = missing @ full.T / np.square(full).sum(axis=1)
    error = np.abs(missing[:, None] - strength[..., None] * full).max(axis=2)
    return np.mean(np.any((error < 3) & (strength > 0.1) & (strength < 0.9), axis=1))


def test_a_png_and_an_svg_of_a_map_that_follows_its_run_have_regions_curves_and_samples(visitor):
    visit = visitor().open(LIVE)
    visit.press("Also show")
    visit.page.get_by_role("button", name="Samples").click()
    visit.page.keyboard.press("Escape")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1000)
    chart = visit.page.locator(".polycore-live", has=visit.page.get_by_role("img", name=MAP)).first
    visit.page.wait_for_function("chart => chart.dataset.step > 1000", arg=chart.element_handle())
    png, svg = saved(chart, "PNG"), saved(chart, "SVG")
    assert visit.standing()[0] == "Running"
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    assert_all_is_in(np.asarray(Image.open(io.BytesIO(png)).convert("RGB")), chart)
    assert_all_is_drawn_in(ET.fromstring(svg))


def assert_all_is_in(picture, chart):
    (left, middle), (right, _) = places(chart, [(-2, 0), (2, 0)])
    assert share_of_regions(picture[middle // 2 : middle, left:right]) > 0.5
    x = np.linspace(-0.4, 0.4, 41)  # where no two curves meet
    for color, curve in zip(COLORS, CURVES, strict=True):
        on_curve = colors_at(picture, places(chart, np.column_stack([x, curve(x)])))
        assert np.mean(np.all(np.abs(on_curve - color) <= 2, axis=1)) > 0.5  # samples lie on the others
    topmost = np.array(chart.evaluate(SAMPLES)[-1])  # those of another class may lie below
    free = topmost[is_apart(chart, topmost)]
    assert len(free) > 5
    assert np.all(colors_at(picture, places(chart, free)) == COLORS[-1])


def assert_all_is_drawn_in(drawing):
    [image] = drawing.iter(f"{SVG}image")
    content = base64.b64decode(image.get(LINK).removeprefix("data:image/png;base64,"))
    regions = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")).reshape(-1, 4)
    shown = np.unique(regions[regions[:, 3] > 0, :3], axis=0)
    assert sorted(shown.tolist()) == sorted(COLORS.tolist())
    for color in COLORS.tolist():
        words = f"rgb({', '.join(map(str, color))})"
        assert len(drawn(drawing, "js-line", f"stroke: {words}")) == 1
        assert len(drawn(drawing, "point", f"fill: {words}")) == 100

    legend = ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]
    assert [text for text in legend if text.startswith("p")] == ["p0 = −x² + 1", "p1 = x³ − 2", "p2 = 3x"]


def drawn(drawing, kind, look):
    """Return the paths of that kind that look so."""
    paths = drawing.iter(f"{SVG}path")
    return [path for path in paths if path.get("class") == kind and look in path.get("style")]
