"""Words that a person or a file brings stay words on every page, and no page asks another host for anything.

That they reach no other elements than those looked at here is seen in tests/pages/test_strangers_words.py.
"""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from pages.home.embedded import OPEN_WHOLE
from pages.models.kept_actions import TYPED_LABEL
from pages.points.uploaded_points import MEASURED, TEST_TITLE
from pages.polynomials import editor
from pages.state.refusal import UNREAD_FILE
from tests.browser.dashboard import PHONE, STEADY, Visit

WORD = "evyl"  # in each construct of a hostile text, and in nothing of ours
CURVES = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&hidden=16&schedule=constant"
QUICK = f"{CURVES}&steps=3&batch=all&samples=100"

# names of runs: up to 60 characters, none of them beyond what can be seen
TITLES = [
    "<img src=//evyl.example/i onerror=evyl()><b>evyl</b>",
    "[evyl](http://evyl.example) ![evyl](http://evyl.example/i)",
    r":red[evyl] :material/link: :evyl: $\href{//evyl.example}{e}$",
    '<a href="//evyl.example">evyl</a><br>%{x} www.evyl.example',
    "<script>evyl()</script><style>*{evyl:0}</style>&lt;b>evyl",
]
# names of files, which may have any character
FILES = [
    "<iframe src=//evyl.example><svg onload=evyl()><b>evyl.npz",
    "[evyl](www.evyl.example) **evyl** :red[evyl] $evyl$ `evyl`.npz",
    "evyl\u202egnp.\u2066evyl\u2069\x07\x1b[31mevyl\u200b.npz",
]
SEEN = [*FILES[:2], r"evyl\u202egnp.\u2066evyl\u2069\x07\x1b[31mevyl\u200b.npz"]
# words of a link, which a refusal quotes in full up to 30 characters
WORDS = [
    "[evyl](http://evyl.a)",
    "<img src=x onerror=evyl()>",
    r"$\href{//evyl.a}{evyl}$",
    ":red[evyl] :link: **evyl**",
    "<script>evyl()</script>",
    "www.evyl.example",
    "\u202eevyl\u2066\x07",
    "<style>*{evyl:0}</style>",
]
QUOTED = [*(f"'{words}'" for words in WORDS[:6]), r"'\u202eevyl\u2066\x07'", f"'{WORDS[7]}'"]

# What the page consists of, in the shadows of components too: every link to another host, every handler that
# stands in HTML, and every text that has the word, with where it stands.
FOUND = r"""(word) => {
  const found = { elsewhere: [], handlers: [], own: [], texts: [] };
  const urls = ["href", "xlink:href", "src", "srcset", "action", "formaction", "data", "poster"];
  const place = (element) => {
    const near = element.closest("[data-testid], .legend, .hoverlayer");
    return near?.dataset.testid ?? near?.getAttribute("class") ?? element.tagName;
  };
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const tag = element.tagName.toLowerCase();
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on")) found.handlers.push(`${tag} ${name}=${value}`);
        if (urls.includes(name) && new URL(value, document.baseURI).host.replace(location.host, ""))
          found.elsewhere.push(`${tag} ${name}=${value}`);
        if (name === "style" && (value.includes(word) || /url\(["']?(https?:)?\/\//.test(value)))
          found.elsewhere.push(`${tag} style=${value}`);
      }
      if (["a", "area", "img", "image", "script", "iframe", "object", "embed", "base", "form"].includes(tag))
        found.own.push(`${tag} ${element.getAttribute("href") ?? element.getAttribute("src") ?? ""}`);
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE && node.data.includes(word))
          found.texts.push([place(element), tag, node.data]);
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return { ...found, title: document.title, run: window.evylRun ?? null };
}"""
# Streamlit's own list of the files in an uploader, shortened in the middle.
CHIP = "stFileChipName"
PATIENCE = 100  # looks: a busy machine draws late


@pytest.fixture
def watched(lone_visit: Visit) -> Visit:
    """Return a visit on a phone that tells where a text has become a program."""
    visit = lone_visit
    visit.page.set_viewport_size(PHONE)
    visit.page.add_init_script("window.evyl = () => { window.evylRun = 'it ran'; };")
    visit.page.on("dialog", lambda dialog: visit.troubles.append(f"dialog: {dialog.message}"))
    return visit


def own(visit: Visit) -> list[str]:
    """Return the links, images, scripts and frames of the page."""
    return sorted(visit.page.evaluate(FOUND, WORD)["own"])


def check_words(visit: Visit, *shown: str, places: Sequence[str] = ()) -> None:
    """Wait until each of the texts `shown` stands on the page whole, and no part of one by itself.

    Markup that is read leaves its marks out, and its words in an element of their own. `places`: where the
    texts are, besides others. Check that nothing else was made of them, and that there is no link elsewhere.
    """
    for _ in range(PATIENCE):
        found = visit.page.evaluate(FOUND, WORD)
        texts = [(place, tag, text) for place, tag, text in found["texts"] if place != CHIP]
        parts = [text for text in texts if not any(whole in text[2] for whole in shown)]
        missing = [whole for whole in shown if not any(whole in text for *_, text in texts)]
        if not parts and not missing:
            break
        visit.page.wait_for_timeout(200)
    assert (parts, missing) == ([], [])
    assert (found["elsewhere"], found["handlers"], found["run"]) == ([], [], None)
    assert WORD not in found["title"]
    assert {place for place, *_ in texts} >= set(places)
    assert {tag for place, tag, _ in found["texts"] if place == CHIP} <= {"div"}


def text_of(visit: Visit, text: str):
    """Return what shows a text by st.text."""
    return visit.page.get_by_test_id("stText").get_by_text(text, exact=True)


def train(visit: Visit, runs: int) -> None:
    """Make short runs, each of another seed."""
    visit.page.get_by_role("button", name=re.compile("^Seed, sampling")).click()
    for run in range(runs):
        visit.fill("Seed", str(run))
        visit.wait_for_words(seed=str(run))
        visit.page.get_by_role("button", name=re.compile("^Start")).first.click()
        visit.wait_for_status("Finished")


def rename(visit: Visit, place: int, title: str) -> None:
    """Give the card at `place` another name."""
    visit.page.get_by_role("button", name=re.compile("Rename")).nth(place).click()
    visit.fill("Name", title)
    expect(text_of(visit, title)).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_label("Name", exact=True)).to_be_hidden()


def choose_all(visit: Visit) -> None:
    """Lay all that is kept side by side."""
    box = visit.page.get_by_test_id("stMultiSelect")
    visit.rest()  # a list that opens while the rest of the page arrives may close again
    box.get_by_role("combobox").click()
    visit.page.get_by_role("option", name="Select all").click()
    expect(box.locator("[data-tag]")).to_have_count(len(TITLES))
    visit.page.keyboard.press("Escape")
    loss = visit.page.get_by_role("img", name=re.compile(f"^Loss of {len(TITLES)} runs"))
    expect(loss).to_be_visible()


def test_the_name_of_a_run_is_words_alone_wherever_it_is_shown(watched):
    visit = watched.open(f"train{QUICK}")
    page = visit.page
    train(visit, len(TITLES))
    visit.go_to("Compare")
    choose_all(visit)
    visit.rest()  # every picture is there
    before = own(visit)
    for place, title in enumerate(TITLES):
        rename(visit, place, title)
    expect(page.locator(".legendtext").filter(has_text=WORD)).to_have_count(2 * len(TITLES))
    page.locator(".js-plotly-plot").first.evaluate(
        "(plot, count) => Plotly.Fx.hover(plot, [...Array(count).keys()].map("
        "(curve) => ({ curveNumber: curve, pointNumber: 0 })))",
        len(TITLES),
    )
    expect(page.locator(".hoverlayer .name").filter(has_text=WORD)).to_have_count(len(TITLES))
    places = ["stText", "stMultiSelectTagsContainer", "data-grid-canvas", "legend", "hoverlayer"]
    check_words(visit, *TITLES, places=places)
    assert own(visit) == before
    assert_only_words_are_saved(visit)
    in_use = TITLES[0]

    visit.go_to("Predict")
    page.get_by_role("combobox", name="Model").scroll_into_view_if_needed()
    visit.rest()
    # a list that opens while the page still scrolls closes again
    page.wait_for_function(STEADY, arg="[data-testid=stSelectbox]")
    page.get_by_role("combobox", name="Model").click()
    expect(page.get_by_role("option")).to_have_count(len(TITLES))
    check_words(visit, *TITLES, places=["stSelectboxVirtualDropdown"])
    page.keyboard.press("Escape")
    page.get_by_text(TEST_TITLE, exact=True).click()
    upload(visit, "points.csv", b"x,y\n0,1\n", uploader=1)
    expect(text_of(visit, MEASURED.format(f"{in_use}, best loss (step 3)"))).to_be_visible()
    check_words(visit, MEASURED.format(f"{in_use}, best loss (step 3)"), places=["stText"])

    visit.go_to("Play")
    expect(text_of(visit, in_use)).to_be_visible()
    check_words(visit, in_use, places=["stText"])

    visit.go_to("Compare")
    page.get_by_role("button", name=re.compile("Delete")).first.click()
    expect(text_of(visit, f"{in_use} was deleted.")).to_be_visible()
    check_words(visit, f"{in_use} was deleted.", *TITLES[1:], places=["stText"])


def assert_only_words_are_saved(visit: Visit) -> None:
    """Save the first chart as SVG, which others will open: it has the names, and nothing made of them."""
    chart = visit.page.locator(".polycore-live").first
    chart.hover()
    with visit.page.expect_download() as download:
        chart.locator("[data-title='Save as SVG']").click()
    assert download.value.suggested_filename == "polycore-compare-curves-accuracy-Steps.svg"
    drawing = ET.fromstring(Path(download.value.path()).read_bytes())
    tags = {element.tag.split("}")[-1] for element in drawing.iter()}
    assert tags <= {"svg", "defs", "clipPath", "rect", "g", "path", "text", "tspan", "style"}
    assert TITLES[0] in drawing.itertext()


def upload(visit: Visit, name: str, content: bytes, uploader: int = 0) -> None:
    """Give one of the page's uploaders a file."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    visit.page.get_by_test_id("stFileUploaderDropzoneInput").nth(uploader).set_input_files([file])


def weight_file(metadata: dict[str, object] | None) -> bytes:
    """Return a sound file of three classes."""
    arrays = {"weights_l1": np.eye(2, 3), "biases_l1": np.zeros((1, 3)), "loss": 1.0, "accuracy": 0.5}
    if metadata is not None:
        arrays["metadata"] = np.array(json.dumps(metadata))
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_what_a_file_brings_is_words_alone_and_its_metadata_nothing(watched):
    visit = watched.open("predict")
    visit.rest()
    page = visit.page
    hidden = {"experiment": {"optimizer": TITLES[0]}, TITLES[1]: TITLES[2], "versions": TITLES}
    sound = weight_file({"format": 1, "polynomials": [[1, 0], [2, 0], [3, 0]], **hidden})
    upload(visit, FILES[0], sound)
    expect(text_of(visit, f"{SEEN[0]}: added as Upload 1 · 3 polynomials.")).to_be_visible()
    check_words(visit, f"{SEEN[0]}: added as", places=["stText"])
    for place, name in enumerate(FILES[1:], 1):
        upload(visit, name, b"<script>evyl()</script>")
        expect(page.get_by_text(UNREAD_FILE)).to_have_count(place)
    upload(visit, f"{WORDS[1]}.npy", b"")
    expect(page.get_by_text("expected only the names")).to_be_visible()
    expected = [f"{SEEN[0]}: added as", *(f"{name}: this is not an .npz file" for name in SEEN[1:])]
    expected.append(f"Got {WORDS[1]}.npy; expected only the names")
    check_words(visit, *expected)

    upload(visit, f"nameless {FILES[1]}", weight_file(None))
    lines = "\n".join(TITLES[:3])
    visit.fill(TYPED_LABEL, lines)
    page.get_by_role("button", name="Use these").click()
    expect(page.get_by_text("Line 1: character 9: got '='")).to_be_visible()
    page.get_by_text(TEST_TITLE, exact=True).click()
    for cell, quoted in (
        ("<b onclick=evyl()>", "'<b onclick=evyl()>'"),
        ("[evyl](//evyl.example)", "'[evyl](//evyl.exa...'"),
        ("\u202eevyl", r"'\u202eevyl'"),
    ):
        upload(visit, f"{cell}.csv", f"x,y\n1,{cell}\n".encode(), uploader=1)
        refusal = f"line 2, column 2 (y): got {quoted}; expected a number, such as -0.5."
        expect(text_of(visit, refusal)).to_be_visible()
    check_words(visit, *expected, f"nameless {SEEN[1]}: added as", lines, refusal)


def test_the_words_of_a_link_are_words_alone(watched):
    visit = watched
    parts = ["seed", "noise", "steps", "batch", "momentum", "hidden", "optimizer", "standardize"]
    unknown = {"look": WORDS[0], TITLES[0]: WORDS[1], "polynomials": WORDS[4], "weights": WORDS[1]}
    query = urlencode({"v": "1", **dict(zip(parts, WORDS, strict=True)), **unknown})
    for address in (f"train?{query}", f"?{query}&embed=true"):
        visit.rest()
        visit.page.goto(visit.server + address)
        expect(visit.page.get_by_text(f"seed: got {QUOTED[0]}; expected a whole number")).to_be_visible()
        ignored = "Unknown, and ignored: '<img src=//evyl.example/i onerror=evy...'."
        check_words(visit, *QUOTED, ignored, places=["stText"])
    query = urlencode({"v": "1", "game": WORDS[0], "score": WORDS[1], "seconds": WORDS[6]})
    visit.open(f"play?{query}")
    check_words(visit, QUOTED[0], QUOTED[1], QUOTED[6], places=["stText"])


def test_what_is_typed_and_refused_is_words_alone(watched):
    visit = watched.open(f"train{QUICK}")
    visit.fill("Hidden layers", WORDS[2])
    expect(visit.page.get_by_text("Hidden layers:")).to_be_visible()
    check_words(visit, f"Hidden layers: got {QUOTED[2]}; expected the number of neurons", places=["stText"])
    visit.go_to("Polynomials")
    lines = "evyl\nx + <b>evyl</b>"
    visit.fill(editor.TEXT_LABEL, lines)
    expect(visit.page.get_by_text("Line 2: character 5: got '<'")).to_be_visible()
    # each line stands beside the box with what is wrong in it; the character where reading ends is marked
    beside = ["character 1: got 'evyl'; words", "b>evyl</b>"]
    check_words(visit, lines, "Line 1: character 1: got 'evyl'; words", *beside, places=["stText", "stHtml"])


# Every address that a rule of a style sheet names, and every font with how its loading went.
STYLES = r"""async () => {
  await document.fonts.ready;
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText);
  const urls = rules.flatMap((rule) => [...rule.matchAll(/url\(["']?([^"')]*)/g)].map(([, url]) => url));
  const fonts = [...document.fonts].map(({ family, status }) => `${family.replaceAll('"', "")}: ${status}`);
  return { urls: urls.filter((url) => !url.startsWith("data:")), fonts };
}"""


def test_every_page_comes_from_this_server_alone(watched):
    visit = watched
    here = urlsplit(visit.server).netloc
    asked = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.on("websocket", lambda socket: asked.append(socket.url))
    visit.open(QUICK)
    for name in ("Polynomials", "Data", "Train", "Predict", "Inside", "Compare", "Play"):
        visit.go_to(name)
        check_words(visit)
    visit.open(f"glossary{QUICK}")
    check_words(visit)
    visit.rest()
    visit.page.goto(f"{visit.server}{QUICK}&embed=true")
    expect(visit.page.get_by_role("link", name=OPEN_WHOLE)).to_be_visible()
    expect(visit.page.get_by_role("img", name=re.compile("3 polynomials")).first).to_be_visible()
    check_words(visit)
    visit.check()
    styles = visit.page.evaluate(STYLES)
    assert {urlsplit(url).netloc for url in [*asked, *styles["urls"]]} <= {here, ""}
    assert "Material Symbols Rounded: loaded" in styles["fonts"]
    assert [font for font in styles["fonts"] if font.endswith("error")] == []
    for kind in ("ws://", "live/plotly-", ".woff2"):
        assert any(kind in url for url in asked), kind
