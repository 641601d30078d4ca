"""Take the pictures in this folder from the real thing.

    .venv/bin/python docs/take_screenshots.py

Needs what the browser tests need: requirements-dev.txt and Chromium or Chrome.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.browser.dashboard import DESKTOP, PHONE, Visit, launched, served  # noqa: E402  # found only now

EXPERIMENT = "?steps=12000"
PICTURES = (
    ("home-light-desktop", "Home", "light", DESKTOP),
    ("train-dark-desktop", "Train", "dark", DESKTOP),
    ("predict-light-desktop", "Predict", "light", DESKTOP),
    ("home-dark-phone", "Home", "dark", PHONE),
    ("polynomials-light-phone", "Polynomials", "light", PHONE),
)


def main() -> None:
    """Train once for each picture and take it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        for name, page, scheme, size in PICTURES:
            _take(browser, server, HERE / f"{name}.png", page, scheme, size)
        browser.close()


def _take(browser: Browser, server: str, file: Path, page: str, scheme: str, size: dict[str, int]) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=1.5)
    visit = Visit(context.new_page(), server).open(EXPERIMENT)
    visit.press("Train the network")
    visit.wait_for_status("Finished", seconds=120)
    if page != "Home":
        visit.go_to(page)
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_timeout(2000)
    visit.page.screenshot(path=file)
    visit.check()
    context.close()


if __name__ == "__main__":
    main()
