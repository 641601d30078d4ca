"""Export and Copy link: the link with the trained network, figures as files, and what can be saved."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from PIL import Image
from playwright.sync_api import expect

import polycore as pc
from pages.frame import copy_button
from pages.models import from_link
from polycore import Experiment
from tests.browser import workers
from tests.browser.dashboard import BACKGROUNDS, PHONE
from tests.browser.test_late_requests import Wire
from tests.links import words_of

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=400&schedule=constant&hidden=16&batch=all&samples=100"
MAP = re.compile("^Map of")
PNG = b"\x89PNG\r\n\x1a\n"
TEXT_COLOUR = "getComputedStyle(document.querySelector('.polycore-live')).color"


def trained(visit):
    visit.open(f"train{QUICK}")
    visit.press("Start")
    visit.wait_for_status("Finished")
    return visit


def saved(visit, button):
    """Press a button that saves a file; return the file's name and content."""
    with visit.page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_copied_link_shows_the_trained_map_to_another_person_at_once(visitor):
    visit = trained(visitor(PHONE))
    visit.page.wait_for_function("location.search.includes('&weights=d')")
    query = visit.copy_link().split("?")[1]
    note = visit.page.locator(".note").filter(has_text=copy_button.TRAINED.format("best "))
    expect(note).to_be_visible()
    visit.page.get_by_text(re.compile(r"^now \(step")).click()
    expect(note).to_have_count(0)
    assert "&weights=d" in query
    expected = visit.page.locator("[data-value='weights.held_out_text']").inner_text()
    visit.open_export()

    other = visitor(PHONE).open(f"?{query}")
    other.page.get_by_text(from_link.BROUGHT).wait_for()
    other.page.get_by_role("img", name=MAP).first.wait_for()
    expect(other.page.locator("[data-value='weights.held_out_text']")).to_have_text(expected)
    weights = other.words()["weights"]
    other.go_to("Predict")
    other.wait_for_words(weights=weights)
    other.page.get_by_role("img", name=MAP).first.wait_for()
    other.page.reload()
    other.drawn()
    model = other.page.get_by_role("combobox", name="Model")
    expect(model).to_have_value("From the link · 3 polynomials")


def test_a_link_is_copied_once_it_has_what_was_typed_just_before_the_press(lone_visit):
    visit, wire = lone_visit, Wire()
    page = visit.page
    page.route_web_socket(re.compile("/_stcore/stream$"), wire.lay)
    visit.open(f"train{QUICK}&look=crossing")
    page.get_by_text("Settings", exact=True).click()  # a lesson folds them
    page.get_by_label("Steps", exact=True).fill("500")
    wire.held = []
    copied = visit.copy_link(lambda button: press_with_a_slow_network(button, wire))
    assert copied == page.url
    assert dict(parse_qsl(urlsplit(copied).query))["steps"] == "500"
    visit.wait_for_words(steps="500")


def press_with_a_slow_network(button, wire):
    page = button.page
    button.click()
    page.get_by_role("status").filter(has_text=copy_button.WAITING).wait_for(state="attached")
    assert "steps=400" in page.url
    held, wire.held = wire.held, None
    for message in held:
        wire.server.send(message)


def test_a_file_has_what_was_typed_just_before_its_button_was_pressed(visitor):
    visit = visitor().open(f"train{QUICK}")
    visit.page.get_by_text("Export").click()
    visit.still()
    visit.rest()
    button = visit.page.get_by_role("button", name="Experiment as JSON")
    for steps in (500, 600):
        visit.page.get_by_label("Steps", exact=True).fill(str(steps))
        assert json.loads(saved(visit, button)[1])["steps"] == steps
    visit.rest()


def test_a_file_has_what_was_pressed_just_before_its_button(lone_visit):
    visit, wire = lone_visit, Wire()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), wire.lay)
    visit.open(f"train{QUICK}")
    visit.page.get_by_text("Export").click()
    button = visit.page.get_by_role("button", name="Experiment as JSON")
    button.wait_for()
    visit.still()
    visit.rest()
    wire.held = []
    visit.press("Presets")
    visit.press("L-BFGS")

    def press_with_a_slow_network():
        button.click()
        visit.pause(0.1)
        held, wire.held = wire.held, None
        for message in held:
            wire.server.send(message)

    with visit.page.expect_download() as download:
        press_with_a_slow_network()
    assert json.loads(Path(download.value.path()).read_bytes())["optimizer"] == "lbfgs"


def test_a_link_is_copied_without_tls_too_and_selected_if_nothing_copies(lone_visit):
    page = lone_visit.page
    page.context.grant_permissions(["clipboard-read"])
    page.add_init_script("""
        window.clipboard = navigator.clipboard;
        Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
    """)
    lone_visit.open(f"train{QUICK}")
    button = page.get_by_role("button", name="Copy link").first
    button.focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status").filter(has_text="Link copied")
    expect(status).to_have_text(copy_button.SET_UP)
    copied = page.evaluate("clipboard.readText()")
    assert words_of(copied) == lone_visit.words()
    expect(button).to_be_focused()
    page.evaluate("document.execCommand = () => false")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Press Ctrl+C")
    expect(field).to_be_focused()
    expect(field).to_have_value(copied)
    expect(status).to_have_count(0)
    assert field.evaluate("field => field.selectionEnd - field.selectionStart") == len(copied)
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(button).to_be_focused()


def test_a_figure_is_saved_with_the_page_behind_it_and_what_is_taken_along_works_elsewhere(visitor, tmp_path):
    visit = trained(visitor())
    for scheme, page_colour in BACKGROUNDS.items():
        visit.set_theme(scheme)
        assert_map_is_saved(visit, page_colour)
    assert_what_is_taken_along_works(visit, tmp_path)
    assert_a_film_is_drawn_seen_and_saved(visit)


def assert_map_is_saved(visit, page_colour):
    chart = visit.page.locator(".polycore-live", has=visit.page.get_by_role("img", name=MAP)).first
    chart.hover()
    name, content = saved(visit, chart.locator("[data-title='Save as PNG']"))
    assert name == "polycore-map-adam-3.png"
    assert content.startswith(PNG)
    name, content = saved(visit, chart.locator("[data-title='Save as SVG']"))
    assert name == "polycore-map-adam-3.svg"
    drawing = content.decode()
    assert drawing.startswith("<svg")
    assert f"fill: {page_colour}" in drawing[:600]
    text = visit.page.evaluate(TEXT_COLOUR)
    assert f"fill: {text}" in drawing
    # the figure on the page stays transparent
    assert chart.locator(".main-svg").first.evaluate("svg => svg.style.background") in (
        "",
        "rgba(0, 0, 0, 0)",
    )


def assert_what_is_taken_along_works(visit, folder):
    button = visit.open_export()
    name, table = saved(visit, button.filter(has_text="History as CSV"))
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert name == "polycore-history-adam-3.csv"
    assert (rows[0]["step"], rows[-1]["step"]) == ("0", "400")
    assert float(rows[-1]["loss_nats"]) < float(rows[0]["loss_nats"])
    name, text = saved(visit, button.filter(has_text="Experiment as JSON"))
    assert name == "polycore-experiment-adam-3.json"
    assert Experiment.from_json(text.decode()).hidden == (16,)
    assert json.loads(text)["steps"] == 400
    name, page = saved(visit, button.filter(has_text="Download as HTML"))
    assert name == "polycore-page-adam-3.html"
    assert page.decode() == pc.html_page(pc.advance(pc.start(Experiment.from_json(text.decode())), 400).best)
    name, program = saved(visit, button.filter(has_text="Download as .py").first)
    assert name == "polycore-predict-adam-3.py"
    (folder / name).write_bytes(program)
    done = subprocess.run(
        [sys.executable, "-I", name], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("-x^2 + 1 0.")  # it asks about (0.5, 0.75)


def assert_a_film_is_drawn_seen_and_saved(visit):
    visit.press("Save as GIF")
    save = visit.page.get_by_role("button", name="Download the GIF")
    expect(save).to_be_visible()
    shown = visit.page.get_by_test_id("stImage").locator("img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    visit.page.set_viewport_size(PHONE)
    visit.check()
    name, content = saved(visit, save)
    assert name.endswith(".gif")
    with Image.open(io.BytesIO(content)) as film:
        assert film.size == (640, 320)
        assert film.n_frames > 10
    expect(save).to_be_visible()  # saving does not draw the page again


def test_links_stay_shown_as_the_run_ends_and_are_gone_on_another_page(visitor):
    visit = visitor().open("data?v=1&polynomials=x~-x&steps=50000&schedule=constant&hidden=16&batch=64")
    visit.go_to("Train").press("Start")
    # a network is kept before the page has shown two of its steps
    visit.wait_for_status("Running", after_step=visit.wait_for_status("Running"))
    links = visit.page.get_by_role("dialog", name="More links")
    more = visit.page.get_by_role("button", name="More links").first
    with workers.stopped(visit.server):
        more.click()
        expect(links.get_by_test_id("stCode")).to_have_count(3)
        assert visit.standing()[0] == "Running"
    visit.wait_for_status("Finished")
    # frames say first that the run has ended; then the page is drawn, and the dialog with it
    visit.page.get_by_text("Start new").first.wait_for()
    visit.rest()
    expect(links.get_by_test_id("stCode").first).to_contain_text("&weights=")
    visit.page.keyboard.press("Escape")
    expect(links).to_have_count(0)
    visit.rest()
    more.click()
    expect(links).to_be_visible()
    visit.rest()
    visit.page.go_back()
    expect(visit.page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    expect(links).to_have_count(0)
    visit.rest()
    visit.page.go_forward()
    expect(visit.page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(links).to_have_count(0)
