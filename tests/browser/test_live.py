"""The live figure: what a person at a real browser can do with it while it changes.

How long a figure rests is tested in tests/pages/test_chart_rests.py.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import DESKTOP, PHONE, box_of, opened, served
from tests.browser.touch_screen import touch_screen

# Three figures, new ones three times a second. The first is a line that grows to the right from (0, 1), and
# rests; the second spans x from 0 to 10 and y from 0 to 5, and the page tells the place that was chosen
# there; of the third only the image behind its line changes.
APP = """
import streamlit as st
from pages.channel import routes
from pages.plane import live
from polycore.figures.style import scatter

IMAGES = [
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>",
]

app = st.App(__file__, routes=routes.routes())

if __name__ == "__main__":
    st.page_link("pages/other.py", label="away")
    st.session_state.setdefault("step", 0)

    def choose(x, y):
        st.session_state.chosen = f"chosen {x:.6f} {y:.6f}"

    @st.fragment(run_every=0.3)
    def draw():
        st.session_state.step += 1
        step = st.session_state.step
        layout = {"template": {}, "uirevision": 1, "hovermode": "closest"}
        layout["margin"] = dict(l=40, r=10, t=10, b=40)
        line = {"meta": {"alt": "a line", "step": step}, "yaxis": {"range": [0, 2]}}
        plane = {"meta": {"alt": "a plane"}, "xaxis": {"range": [0, 10]}, "yaxis": {"range": [0, 5]}}
        image = {"source": IMAGES[step // 3 % 2], "xref": "x", "yref": "y", "x": 0, "y": 1}
        image |= {"sizex": 1, "sizey": 1}
        map_of = {"meta": {"alt": f"a map, {step // 3 % 2}"}, "images": [image]}
        traces = scatter(x=list(range(step)), y=[1] * step, mode="lines"), scatter(x=[step % 10], y=[1])
        first, second = ({"data": [trace]} for trace in traces)
        live.figure(first | {"layout": layout | line}, "line", 300, rests=True)
        live.figure(second | {"layout": layout | plane}, "plane", 400, on_click=choose)
        third = {"data": [scatter(x=[0, 1], y=[0, 1])], "layout": layout | map_of}
        live.figure(third, "map", 200)
        st.text(st.session_state.get("chosen", "nothing chosen"))

    draw()
    st.text("the end of the page")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(APP, encoding="utf-8")
    other = 'import streamlit as st\nst.page_link("app.py", label="back")\nst.text("elsewhere")\n'
    (folder / "pages/other.py").write_text(other, encoding="utf-8")
    options = ["--browser.gatherUsageStats=false", "--client.toolbarMode=viewer"]
    options += ["--global.minCachedMessageSize=1e9"]  # as the dashboard's own, and for its reason
    with served(folder / "log.txt", folder / "app.py", "some/where/", options) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser, address):
    """Return a tab that shows the figures, and whose console must stay silent."""
    page, noise = opened(browser, viewport=DESKTOP), []
    page.on("console", lambda m: m.type in ("error", "warning") and noise.append(m.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.goto(address)
    yield page
    page.context.close()
    assert [text for text in noise if "net::ERR_FAILED" not in text] == []


@pytest.fixture
def page(tab):
    """Return the tab after a visit to the other page, from which figures come back as they were at first."""
    tab.get_by_role("link", name="away").click()
    tab.get_by_text("elsewhere").wait_for()
    tab.get_by_role("link", name="back").click()
    return drawn(tab)


def drawn(page):
    for number in (0, 1, 2):
        chart(page, number).and_(page.locator("[data-updates]")).wait_for()
    return page


def chart(page, number):
    return page.locator(".polycore-live").nth(number)


def wait_for_updates(page, number, count):
    """Wait until the figure, or the one that has replaced it, has been drawn `count` more times."""
    page.wait_for_function(
        """([number, count]) => {
            const figure = document.querySelectorAll('.polycore-live')[number];
            if (!figure?.dataset.updates) return false;
            const drawn = Number(figure.dataset.updates);
            figure.drawnFirst ??= drawn;
            return drawn >= figure.drawnFirst + count && (delete figure.drawnFirst);
        }""",
        arg=[number, count],
    )


def plot_area(page, number):
    """Return the rectangle of the axes on the screen: left, top, width, height."""
    return box_of(chart(page, number).locator(".nsewdrag"))


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


def test_a_mouse_and_keys_choose_places_and_a_zoom_stays_while_the_figure_changes(page):
    assert_what_the_mouse_points_at_stays_labelled(page)
    assert_a_click_inside_the_axes_chooses_that_place(page)
    assert_a_click_outside_the_axes_chooses_nothing(page)
    assert_arrow_keys_and_enter_choose_a_place(page)
    assert_a_zoom_that_is_dragged_stays_and_is_no_click(page)


def assert_what_the_mouse_points_at_stays_labelled(page):
    box = plot_area(page, 0)
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    label = chart(page, 0).locator(".hovertext")
    label.wait_for()
    for _ in range(3):
        wait_for_updates(page, 0, 1)
        assert label.count() == 1


def assert_a_zoom_that_is_dragged_stays_and_is_no_click(page):
    before = chosen(page)
    drag(page, place(page, 2, 4), place(page, 4, 1))
    chart(page, 1).get_by_text("2.5", exact=True).first.wait_for()
    zoomed = labels_of_x(page, 1)
    assert 2 <= min(zoomed) < max(zoomed) <= 4
    wait_for_updates(page, 1, 4)
    assert labels_of_x(page, 1) == zoomed
    assert chosen(page) == before


def test_a_figure_shows_what_changes_in_the_page_s_colors_with_a_library_that_came_once(page):
    assert_a_figure_is_an_image_with_its_text_and_its_step(page)
    assert_an_image_alone_that_changes_is_drawn_and_the_text_with_it(page)
    assert_the_colors_are_the_page_s_also_when_it_changes_them(page)
    assert_the_library_came_once(page)


def assert_an_image_alone_that_changes_is_drawn_and_the_text_with_it(page):
    image = chart(page, 2).locator(".imagelayer image")
    expect(image).not_to_have_attribute("href", image.get_attribute("href"))
    for number in (0, 1):
        page.get_by_role("img", name=f"a map, {number}").wait_for()


def assert_a_click_inside_the_axes_chooses_that_place(page):
    for x, y in [(1.5, 4.5), (8.0, 0.5)]:
        page.mouse.click(*place(page, x, y))
        page.get_by_text(f"chosen {x:.1f}").wait_for()
        assert chosen(page) == pytest.approx((x, y), abs=10 / plot_area(page, 1)["width"])  # a pixel


def assert_a_click_outside_the_axes_chooses_nothing(page):
    before, box = chosen(page), plot_area(page, 1)
    page.mouse.click(box["x"] - 20, box["y"] + 50)
    wait_for_updates(page, 1, 2)
    assert chosen(page) == before


def assert_arrow_keys_and_enter_choose_a_place(page):
    pad = page.get_by_role("application")
    expect(pad).to_have_count(1)  # the line answers no clicks
    pad.focus()
    for key in ["ArrowRight"] * 5 + ["ArrowUp"] * 10:
        page.keyboard.press(key)
    # from the middle, (5, 2.5), a press is a fiftieth of an axis
    chart(page, 1).get_by_text("x 6.00, y 3.50").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("chosen 6.0").wait_for()
    assert chosen(page) == pytest.approx((6, 3.5))


def assert_a_figure_is_an_image_with_its_text_and_its_step(page):
    expect(page.get_by_role("img", name="a line")).to_have_count(1)
    expect(page.get_by_role("img", name="a plane")).to_have_count(1)
    assert int(chart(page, 0).get_attribute("data-step")) >= 1


def assert_the_colors_are_the_page_s_also_when_it_changes_them(page):
    tick = "getComputedStyle(document.querySelector('.xtick text')).fill"
    text = "getComputedStyle(document.querySelector('.stApp')).color"
    seen = set()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_for_updates(page, 0, 2)
        page.wait_for_function(f"{tick} == {text}")
        seen.add(page.evaluate(tick))
    assert len(seen) == 2


def assert_the_library_came_once(page):
    loaded = "performance.getEntriesByType('resource').filter(e => /live\\/plotly-/.test(e.name)).length"
    assert page.evaluate(loaded) == 1  # although this tab has changed pages


def test_a_phone_s_page_has_its_height_before_the_library_and_then_a_finger_scrolls_it_and_a_tap_chooses(
    tab, address
):
    tab.set_viewport_size(PHONE)
    with touch_screen(tab) as finger:
        tab.route("**/live/plotly-*", lambda route: route.abort())
        tab.goto(address)
        assert_the_height_stays_as_the_library_comes_late(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert_a_finger_scrolls_the_page_and_chooses_nothing(tab, finger)
        wait_until_still(tab)
        finger.tap(*place(tab, 7.5, 4))
        tab.get_by_text("chosen 7.").wait_for()
        assert chosen(tab) == pytest.approx((7.5, 4), abs=10 / plot_area(tab, 1)["width"])


def assert_the_height_stays_as_the_library_comes_late(page):
    sentence = page.get_by_text("its library could not be loaded from the server")
    sentence.nth(2).wait_for()
    before = height_of_all(page)
    page.unroute("**/live/plotly-*")
    drawn(page)
    expect(sentence).to_have_count(0)
    assert height_of_all(page) == before
    assert [box_of(chart(page, number))["height"] for number in (0, 1, 2)] == [300, 400, 200]


def height_of_all(page):
    """Return how far below the first figure the page ends: Streamlit moves what is above at first."""
    return page.get_by_text("the end of the page").evaluate("""end => {
        const top = (element) => element.getBoundingClientRect().top;
        return top(end) - top(document.querySelector(".polycore-live"));
    }""")


def wait_until_still(page):
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = -1
    while (now := page.evaluate(scrolled)) != before:
        before = now
        page.wait_for_timeout(500)


def assert_a_finger_scrolls_the_page_and_chooses_nothing(page, finger):
    box = plot_area(page, 0)
    x = box["x"] + 50
    finger.put_down(x, box["y"] + 150)
    for y in (130, 90, 40):
        finger.move_to(x, box["y"] + y)
    finger.lift()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 50")
    assert chosen(page) is None
