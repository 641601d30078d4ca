"""The live figure: what Python sends, and what a person at a real browser can do with it."""

import json
import math
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import plotly
import plotly.graph_objects as go
import pytest
from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest

from pages.parts import live
from tests.browser.dashboard import DESKTOP, PHONE, chromium, launched

ROOT = Path(__file__).parents[2]

# Two figures, drawn anew three times a second. The first is a line that grows to the right from (0, 1); the
# second spans x from 0 to 10 and y from 0 to 5, and the page tells the place that was chosen there.
APP = """
import plotly.graph_objects as go
import streamlit as st
from pages.parts import live

st.page_link("pages/other.py", label="away")
st.session_state.setdefault("step", 0)

def choose(x, y):
    st.session_state.chosen = f"chosen {x:.6f} {y:.6f}"

@st.fragment(run_every=0.3)
def draw():
    st.session_state.step += 1
    step = st.session_state.step
    layout = {"template": {}, "uirevision": 1, "margin": dict(l=40, r=10, t=10, b=40), "hovermode": "closest"}
    line = go.Figure(go.Scatter(x=list(range(step)), y=[1] * step, mode="lines"), layout)
    line.update_layout(meta={"alt": "a line", "step": step}, yaxis={"range": [0, 2]})
    plane = go.Figure(go.Scatter(x=[step % 10], y=[1]), layout)
    plane.update_layout(meta={"alt": "a plane"}, xaxis={"range": [0, 10]}, yaxis={"range": [0, 5]})
    live.figure(line, "line", 300)
    live.figure(plane, "plane", 400, on_click=choose)
    st.text(st.session_state.get("chosen", "nothing chosen"))

draw()
st.text("the end of the page")
"""


# --- without a browser ------------------------------------------------------------------------


def test_a_figure_travels_with_the_address_of_its_library():
    def app():
        import plotly.graph_objects as go

        from pages.parts import live

        live.figure(go.Figure(go.Scatter(x=[1, 2], y=[3.5, float("nan")])), "key", 300)

    page = AppTest.from_function(app).run()
    assert not page.exception
    [element] = page.get("bidi_component")
    sent = json.loads(element.proto.bytes)
    assert sent["figure"]["data"][0]["type"] == "scatter"
    assert sent["clicks"] is False
    assert sent["library"].endswith(f"/plotly.min.js?v={plotly.__version__}")


def test_a_figure_that_answers_clicks_says_so():
    assert json.loads(live._message(go.Figure(), clicks=True))["clicks"] is True


@pytest.mark.parametrize(
    ("value", "point"),
    [
        pytest.param({"x": 0.5, "y": -2}, (0.5, -2.0), id="two numbers"),
        pytest.param(None, None, id="nothing"),
        pytest.param([1, 2], None, id="a list"),
        pytest.param({"x": 1}, None, id="no y"),
        pytest.param({"x": 1, "y": "much"}, None, id="a text"),
        pytest.param({"x": 1, "y": [2]}, None, id="a list for y"),
        pytest.param({"x": 1, "y": math.nan}, None, id="not a number"),
        pytest.param({"x": math.inf, "y": 1}, None, id="infinite"),
        pytest.param({"x": 10**400, "y": 1}, None, id="beyond any float"),
    ],
)
def test_a_browser_can_choose_nothing_but_two_finite_numbers(value, point):
    assert live._point(value) == point


# --- in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(APP, encoding="utf-8")
    other = 'import streamlit as st\nst.page_link("app.py", label="back")\nst.text("elsewhere")\n'
    (folder / "pages/other.py").write_text(other, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    options += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    options += ["--client.toolbarMode=viewer", "--server.baseUrlPath=some/where"]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    wait_until_healthy(f"http://127.0.0.1:{port}/some/where/_stcore/health")
    yield f"http://127.0.0.1:{port}/some/where/"
    server.terminate()
    server.wait(20)


def wait_until_healthy(address):
    for _ in range(300):
        try:
            with urllib.request.urlopen(address):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("no server within 15 s")


@pytest.fixture(scope="module")
def browser():
    if chromium() is None:
        pytest.skip("neither Chromium nor Chrome is installed")
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def newcomer(browser):
    """Return a function that gives a tab of its own; its console must stay silent."""
    noise = []

    def new(size=DESKTOP, **options):
        context = browser.new_context(viewport=size, **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and noise.append(m.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        return page

    yield new
    assert [text for text in noise if "net::ERR_FAILED" not in text] == []


@pytest.fixture(scope="module")
def tab(newcomer, address):
    page = newcomer()
    page.goto(address)
    return page


@pytest.fixture
def page(tab):
    """Return the tab after a visit to the other page, from which figures come back as they were at first."""
    tab.get_by_role("link", name="away").click()
    tab.get_by_text("elsewhere").wait_for()
    tab.get_by_role("link", name="back").click()
    return drawn(tab)


def drawn(page):
    for number in (0, 1):
        chart(page, number).and_(page.locator("[data-updates]")).wait_for()
    return page


def chart(page, number):
    return page.locator(".polycore-live").nth(number)


def wait_for_updates(page, number, count):
    drawn = int(chart(page, number).get_attribute("data-updates"))
    updates = "document.querySelectorAll('.polycore-live')[number].dataset.updates"
    page.wait_for_function(f"([number, wanted]) => {updates} >= wanted", arg=[number, drawn + count])


def plot_area(page, number):
    """Return the rectangle of the axes on the screen: left, top, width, height."""
    return chart(page, number).locator(".nsewdrag").bounding_box()


def labels_of_x(page, number):
    return [float(text) for text in chart(page, number).locator(".xtick").all_text_contents()]


def place(page, x, y):
    """Return where (x, y) of the second figure is on the screen."""
    box = plot_area(page, 1)
    return box["x"] + x / 10 * box["width"], box["y"] + (1 - y / 5) * box["height"]


def chosen(page):
    """Return the place chosen last as the page tells it; None before there is one."""
    text = page.get_by_text(re.compile("chosen")).inner_text()
    return None if text == "nothing chosen" else tuple(map(float, text.split()[1:]))


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    for share in (0.2, 0.4, 0.6, 0.8, 1):
        page.mouse.move(*(a + share * (b - a) for a, b in zip(start, end, strict=True)))
        page.wait_for_timeout(80)
    page.mouse.up()


def test_what_a_mouse_points_at_stays_labelled_while_the_figure_changes(page):
    box = plot_area(page, 0)
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    label = chart(page, 0).locator(".hovertext")
    label.wait_for()
    for _ in range(4):
        wait_for_updates(page, 0, 1)
        assert label.count() == 1


def test_a_zoom_dragged_while_the_figure_changes_stays_and_is_no_click(page):
    before = chosen(page)
    drag(page, place(page, 2, 4), place(page, 4, 1))
    chart(page, 1).get_by_text("2.5", exact=True).first.wait_for()
    zoomed = labels_of_x(page, 1)
    assert 2 <= min(zoomed) < max(zoomed) <= 4
    wait_for_updates(page, 1, 4)
    assert labels_of_x(page, 1) == zoomed
    assert chosen(page) == before


def test_a_click_anywhere_inside_the_axes_chooses_that_place(page):
    for x, y in [(1.5, 4.5), (8.0, 0.5)]:
        page.mouse.click(*place(page, x, y))
        page.get_by_text(f"chosen {x:.1f}").wait_for()
        assert chosen(page) == pytest.approx((x, y), abs=10 / plot_area(page, 1)["width"])  # a pixel


def test_a_click_outside_the_axes_chooses_nothing(page):
    before, box = chosen(page), plot_area(page, 1)
    page.mouse.click(box["x"] - 20, box["y"] + 50)
    wait_for_updates(page, 1, 2)
    assert chosen(page) == before


def test_arrow_keys_and_enter_choose_a_place(page):
    pad = page.get_by_role("application")
    assert pad.count() == 1  # the line answers no clicks
    pad.focus()
    for key in ["ArrowRight"] * 5 + ["ArrowUp"] * 10:
        page.keyboard.press(key)
    # from the middle, (5, 2.5), a press is a fiftieth of an axis
    assert chart(page, 1).get_by_text("x 6.00, y 3.50").count() == 1
    page.keyboard.press("Enter")
    page.get_by_text("chosen 6.0").wait_for()
    assert chosen(page) == pytest.approx((6, 3.5))


def test_a_figure_is_an_image_with_its_alternative_text_and_tells_its_step(page):
    assert page.get_by_role("img", name="a line").count() == 1
    assert page.get_by_role("img", name="a plane").count() == 1
    assert int(chart(page, 0).get_attribute("data-step")) >= 1


def test_the_colours_are_the_page_s_also_when_it_changes_them(page):
    tick = "getComputedStyle(document.querySelector('.xtick text')).fill"
    text = "getComputedStyle(document.querySelector('.stApp')).color"
    seen = set()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_for_updates(page, 0, 3)
        page.wait_for_function(f"{tick} == {text}")
        seen.add(page.evaluate(tick))
    assert len(seen) == 2


def test_the_library_comes_once_for_all_figures_pages_and_visits(page):
    loaded = "performance.getEntriesByType('resource').filter(e => /plotly.min/.test(e.name))"
    assert len(page.evaluate(loaded)) == 1  # although this tab has changed pages many times
    page.reload()
    drawn(page)
    assert page.evaluate(f"{loaded}.map(e => e.transferSize)") == [0]  # from the browser's own store


def test_a_page_has_its_height_before_the_library_comes_and_says_where_it_does_not(newcomer, address):
    page = newcomer()
    page.route("**/plotly.min.js*", lambda route: route.abort())
    page.goto(address)
    sentence = page.get_by_text("its library did not arrive from the server")
    sentence.nth(1).wait_for()
    before = page.get_by_text("the end of the page").bounding_box()
    page.unroute("**/plotly.min.js*")
    drawn(page)
    assert sentence.count() == 0
    assert page.get_by_text("the end of the page").bounding_box() == before
    assert [chart(page, number).bounding_box()["height"] for number in (0, 1)] == [300, 400]
    page.context.close()


def test_on_a_phone_a_finger_scrolls_the_page_and_a_tap_chooses(newcomer, address):
    page = newcomer(PHONE, has_touch=True, is_mobile=True)
    page.goto(address)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    touch, box = page.context.new_cdp_session(page), plot_area(page, 0)
    for event, y in [("Start", 150), ("Move", 130), ("Move", 90), ("Move", 40), ("End", None)]:
        points = [] if y is None else [{"x": box["x"] + 50, "y": box["y"] + y}]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{event}", "touchPoints": points})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 50")
    assert chosen(page) is None
    page.wait_for_timeout(300)  # until the scrolling has come to rest
    page.touchscreen.tap(*place(page, 7.5, 4))
    page.get_by_text("chosen 7.").wait_for()
    assert chosen(page) == pytest.approx((7.5, 4), abs=10 / plot_area(page, 1)["width"])
    page.context.close()
