"""The documentation as a site, opened as files: its search, its two themes, and no request to any host."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import DESKTOP, PHONE

ROOT = Path(__file__).parents[2]
PAGES = {
    "index.md": "# Start\n\n```{toctree}\nnames\ntides\n```\n",
    "tides.md": "# About tides\n\nThe moon pulls at the water.\n\n```mermaid\nsequenceDiagram\n```\n",
    "names.rst": "Names\n=====\n\n.. autoexception:: polycore.PolycoreError\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of a small site with the settings and the theme of ours."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "docs").mkdir()
    for name, text in PAGES.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    options = ["--fail-on-warning", "--quiet", "-c", "docs"]
    command = [sys.executable, "-m", "sphinx", *options, folder / "docs", folder / "site"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "site"


@pytest.fixture(scope="module")
def tab(browser):
    """Return a tab that fails its last test if it requests anything but files, or if a script fails."""
    context = browser.new_context(viewport=DESKTOP)
    page, trouble = context.new_page(), []
    page.on("request", lambda request: trouble.append(request.url))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text))
    yield page
    context.close()
    assert [one for one in trouble if not one.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize(
    ("typed", "page", "says"),
    [
        pytest.param("moon", "tides.html", "The moon pulls", id="a word of a text"),
        pytest.param(
            "PolycoreError", "names.html", "exception polycore.PolycoreError", id="a name of the reference"
        ),
    ],
)
def test_the_search_finds_a_page(tab, site, typed, page, says):
    tab.goto((site / "index.html").as_uri())
    tab.get_by_role("textbox", name="Search").fill(typed)
    tab.keyboard.press("Enter")
    tab.locator(f"#search-results a[href*='{page}']").first.click()
    expect(tab.locator("article")).to_contain_text(says)


def test_a_page_follows_the_theme_of_the_system_and_fits_a_phone(tab, site):
    tab.set_viewport_size(PHONE)
    brightness = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for page in ("index.html", "names.html", "tides.html"):
            tab.goto((site / page).as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
        color = tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        brightness.append(sum(color[:3]) / 3)
    assert brightness[0] > 200 > 50 > brightness[1]
