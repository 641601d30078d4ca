"""Points of one's own: drawn with the mouse and a finger, trained on, sent as a link.

That no stroke is lost, whatever arrives first, is tested in tests/pages/test_sketch.py.
"""

from itertools import combinations

import pytest
from playwright.sync_api import expect

from pages.data import own_points
from tests.browser.dashboard import DESKTOP, PHONE, box_of


def plane(visit):
    canvas = visit.page.locator(".drawing canvas")
    canvas.scroll_into_view_if_needed()
    visit.rest()
    return box_of(canvas)


def stroke(visit, box, *shares):
    """Press at the first of these places, shares of the plane from left and top, and drag to the others."""
    mouse = visit.page.mouse
    for index, (x, y) in enumerate(shares):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        if index == 0:
            mouse.down()
    mouse.up()


def choose_own_points(visit):
    visit.page.get_by_role("radio", name="My own points").click()
    return plane(visit)


def tool(visit, name):
    return visit.page.locator(".drawing").get_by_role("button", name=name, exact=True)


def count(visit):
    return visit.page.locator(".drawing .tools span")


def test_points_are_drawn_undone_erased_and_trained_on(visitor):
    visit = visitor().open("data?v=1&hidden=8&steps=300&schedule=constant&batch=all&samples=20")
    box = choose_own_points(visit)
    stroke(visit, box, (0.1, 0.2), (0.4, 0.2))
    tool(visit, "B").click()
    stroke(visit, box, (0.6, 0.8), (0.9, 0.8))
    drawn = count(visit).inner_text()
    assert int(drawn.split()[0]) > 10
    expect(visit.page.get_by_text(f"{drawn} of 2 classes")).to_be_visible()
    tool(visit, "Undo").click()
    expect(visit.page.get_by_text("Train still has the last points")).to_be_visible()
    stroke(visit, box, (0.6, 0.8), (0.9, 0.8))
    tool(visit, "Erase").click()
    stroke(visit, box, (0.1, 0.2), (0.2, 0.2))
    tool(visit, "Undo").click()
    expect(visit.page.get_by_text(f"{drawn} of 2 classes")).to_be_visible()
    visit.wait_until(lambda: "points" in visit.words())
    visit.go_to("Train")
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.rest()
    assert visit.accuracy() == 100
    # somebody else opens the link: the same points, and the network in it
    visit.wait_until(lambda: "weights" in visit.words())
    other = visitor().open(visit.page.url.split("/", 3)[-1])
    other.go_to("Data")
    expect(count(other)).to_have_text(drawn)


def test_undo_of_the_plane_outlasts_other_pages_and_polynomials(visitor):
    visit = visitor().open("data")
    box = choose_own_points(visit)
    for index in range(2):
        tool(visit, "AB"[index]).click()
        stroke(visit, box, (0.2 + index * 0.5, 0.3 + index * 0.4))
    expect(visit.page.get_by_text("2 points of 2 classes")).to_be_visible()
    visit.go_to("Train")
    visit.go_to("Data")
    expect(count(visit)).to_have_text("2 points")
    tool(visit, "Undo").click()
    expect(count(visit)).to_have_text("1 point")
    expect(visit.page.get_by_text("No points yet of B")).to_be_visible()
    visit.page.get_by_role("radio", name="Polynomials").click()
    expect(count(visit)).to_have_count(0)
    choose_own_points(visit)
    expect(count(visit)).to_have_text("1 point")
    tool(visit, "Undo").click()
    expect(count(visit)).to_have_text("0 points")
    expect(tool(visit, "Undo")).to_be_disabled()


def test_a_plane_that_is_drawn_anew_while_its_script_loads_stays(lone_visit):
    lone_visit.open("data")
    box = choose_own_points(lone_visit)
    for index in range(2):
        tool(lone_visit, "AB"[index]).click()
        stroke(lone_visit, box, (0.2 + index * 0.5, 0.2 + index * 0.5))
    standing = lone_visit.page.get_by_text("2 points of 2 classes")
    expect(standing).to_be_visible()
    waiting = []
    lone_visit.page.route("**/components/polycore_draw_points-*", lambda route: waiting.append(route))
    for _ in range(2):  # the browser chooses which of the two updates comes first
        lone_visit.page.reload(wait_until="commit")  # the held script may delay the load event
        lone_visit.drawn()
        expect(standing).to_be_visible()
        lone_visit.wait_until(lambda: waiting)
        waiting.pop().continue_()
        expect(count(lone_visit)).to_have_text("2 points")


WRITTEN = """() => new Promise((resolve) => {
  const texts = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
    // the box on the page's own pixels, whatever the transformation
    const box = this.measureText(text);
    const corners = [
      [-box.actualBoundingBoxLeft, -box.actualBoundingBoxAscent],
      [box.actualBoundingBoxRight, box.actualBoundingBoxDescent],
    ].map(([x, y]) =>
      this.getTransform().transformPoint({ x: more[0] + x, y: more[1] + y }));
    const [xs, ys] = ["x", "y"].map((name) => corners.map((one) => one[name] / devicePixelRatio));
    const [left, right, top, bottom] = [xs, ys].flatMap((ends) => [Math.min(...ends), Math.max(...ends)]);
    texts.push({ text, left: left, right: right, top, bottom });
    return write.call(this, text, ...more);
  };
  const component = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .find(({ shadowRoot }) => shadowRoot?.querySelector(".drawing canvas"));
  const canvas = component.shadowRoot.querySelector(".drawing canvas");
  canvas.style.width = "99%"; // it is painted again
  setTimeout(() => {
    CanvasRenderingContext2D.prototype.fillText = write;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.style.width = "";
    resolve({ texts, width, height });
  }, 500);
})"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_values_along_the_axes_stand_apart_and_within_the_picture(visitor, size):
    visit = visitor(size).open("data")
    choose_own_points(visit)
    written = visit.page.evaluate(WRITTEN)
    texts = written["texts"]
    assert [one["text"] for one in texts] == ["−1", "−0.5", "0", "0.5", "1"] * 2 + ["x", "y"]
    for one in texts:
        assert one["left"] >= 0
        assert one["top"] >= 0
        assert one["right"] <= written["width"]
        assert one["bottom"] <= written["height"]
    for one, other in combinations(texts, 2):
        across = one["right"] <= other["left"] or other["right"] <= one["left"]
        assert across or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)
    # the two -1 of the corner: one left of the plane, one below it
    right, up = texts[0], texts[5]
    assert up["right"] < right["left"] or up["bottom"] < right["top"] - 4


def test_a_point_is_where_the_press_was(visitor):
    visit = visitor().open("data")
    box = choose_own_points(visit)
    for name, share in (("A", 0.3), ("B", 0.6)):
        tool(visit, name).click()
        stroke(visit, box, (share, share))
    expect(visit.page.get_by_text("2 points of 2 classes")).to_be_visible()
    visit.page.reload()
    expect(count(visit)).to_have_text("2 points")
    tool(visit, "Erase").click()
    stroke(
        visit, plane(visit), (0.3, 0.3)
    )  # of those at the same spot, which is not more than 14 pixels wide
    expect(count(visit)).to_have_text("1 point")


def test_a_finger_draws_on_a_phone(visitor):
    visit = visitor(PHONE, "dark").open("data")
    box = choose_own_points(visit)
    hint = visit.page.get_by_text("Click or drag here to draw points")
    expect(hint).to_be_in_viewport()  # without scrolling further: the sentence beside the plane is below it
    assert box["x"] + box["width"] <= PHONE["width"]
    for index in range(6):
        tool(visit, "AB"[index % 2]).click()
        stroke(visit, box, (0.1 + index * 0.15, 0.3 + 0.4 * (index % 2)))
    expect(visit.page.get_by_text("6 points of 2 classes")).to_be_visible()
    expect(hint).to_be_hidden()
    tool(visit, "Clear").click()
    expect(hint).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_table_is_uploaded_and_its_curves_are_named(visitor):
    visit = visitor().open("data")
    choose_own_points(visit)
    rows = [
        f"{x / 20};{(x / 20) ** 2 - 1 if x % 2 else x / 10};{'bowl' if x % 2 else 'line'}"
        for x in range(-20, 21)
    ]
    table = "\n".join(["x;y;Art", *rows]).replace(".", ",").encode()
    uploader = visit.page.locator("input[type=file]").first
    uploader.set_input_files({"name": "points.csv", "mimeType": "text/csv", "buffer": table})
    visit.page.get_by_role("button", name="Use these 41 points of 2 classes").click()
    expect(count(visit)).to_have_text("41 points")
    visit.page.get_by_text(own_points.FIT_TITLE).click()
    expect(visit.page.get_by_text("bowl: y = x² − 1 explains")).to_be_visible()
