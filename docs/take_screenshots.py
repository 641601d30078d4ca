"""Take the pictures in docs/pictures from a running dashboard.

    .venv/bin/python docs/take_screenshots.py [words...]

With words, only the pictures whose names contain one of them are taken. This needs the packages of
requirements-dev.txt and Chromium or Chrome, as the browser tests do.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.browser.dashboard import DESKTOP, PHONE, STEADY, Visit, launched, served  # noqa: E402  # needs the path above

PICTURES = HERE / "pictures"
SCHEMES, SIZES = ("light", "dark"), {"desktop": DESKTOP, "phone": PHONE}
OPTIMIZERS = {"sgd": "SGD", "soap": "SOAP"}  # of the two runs that the pages show
COLORS = 256  # in a picture: the limit of a GIF, and a third of the bytes for a PNG

LEARNING = "learning"
SLOWLY = "?learning_rate=0.001"  # a tenth of the recommended rate, so that the first second shows something
TALL = {"width": 1280, "height": 900}  # for the whole legend
FRAMES, FRAME_MS, FRAME_WIDTH = 40, 150, 720
LAST_FRAME_MS = 3000
MAP_NAME = re.compile("^Map of the most likely")

FIRST_FIGURE = "first-figure"
PAGE_OF_FIGURE = {"width": 900, "height": 560}


def _nothing(visit: Visit) -> None:
    """Leave the page as it opens."""


def _walk(visit: Visit) -> None:
    _choose(visit, "On a curve")


def _race(visit: Visit) -> None:
    _choose(visit, "Race")
    visit.press("Start the race")
    visit.page.get_by_text(re.compile("^So far")).wait_for()
    visit.page.get_by_text(re.compile("^So far")).wait_for(state="detached", timeout=180_000)


def _sweep(visit: Visit) -> None:
    _choose(visit, "Sweep")
    visit.fill("Networks", "8, 32, 32-32")
    visit.fill("Learning rate", "0.003, 0.01, 0.03")
    visit.fill("Steps of each run", "3000")
    visit.page.get_by_text("27 runs").wait_for()
    visit.press("Start the sweep")
    finished = visit.page.get_by_text(re.compile(r"^Finished · \d+ of \d+ runs"))
    finished.wait_for(timeout=120_000)
    finished.evaluate("line => line.scrollIntoView({ block: 'start' })")


def _choose(visit: Visit, name: str) -> None:
    visit.page.get_by_role("radio", name=name, exact=True).click()


def _play(visit: Visit) -> None:
    visit.press("Start")


# for each picture: its page, and what to do there before taking it
VIEWS: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "home": ("Home", _nothing),
    "polynomials": ("Polynomials", _nothing),
    "data": ("Data", _nothing),
    "train": ("Train", _nothing),
    "predict": ("Predict", _nothing),
    "walk": ("Predict", _walk),
    "inside": ("Inside", _nothing),
    "compare": ("Compare", _nothing),
    "race": ("Compare", _race),
    "sweep": ("Compare", _sweep),
    "play": ("Play", _play),
}


def main(words: list[str]) -> None:
    """Train once for each scheme and size, and take the pictures of every page."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        if not words or LEARNING in words:
            _take_learning(browser, server)
        if not words or FIRST_FIGURE in words:
            _take_first_figure(browser, Path(folder))
        for scheme, size in product(SCHEMES, SIZES):
            names = {view: f"{view}-{scheme}-{size}" for view in VIEWS}
            views = [view for view in VIEWS if not words or any(word in names[view] for word in words)]
            if views:
                visit = _trained(browser, server, scheme, SIZES[size])
                for view in views:
                    _take(visit, view, PICTURES / f"{names[view]}.png")
                visit.page.context.close()
        browser.close()


def _trained(browser: Browser, server: str, scheme: str, size: dict[str, int]) -> Visit:
    """Return a visit with two runs: one of the recommended set-up, which answers, and one to compare."""
    visit = _visit(browser, server, scheme, size).open("train")
    for optimizer, label in OPTIMIZERS.items():
        visit.rest()
        choice = visit.page.get_by_role("combobox", name=re.compile("Optimizer"))
        choice.scroll_into_view_if_needed()
        # a list that opens while the page still scrolls closes again
        visit.page.wait_for_function(STEADY, arg="[data-testid=stSelectbox]")
        choice.click()
        visit.page.get_by_role("option", name=label, exact=True).click()
        visit.wait_for_words(optimizer=optimizer)
        visit.press("Start")
        visit.wait_for_status("Running")
        visit.wait_for_status("Finished", seconds=120)
    return visit


def _visit(browser: Browser, server: str, scheme: str, size: dict[str, int]) -> Visit:
    context = browser.new_context(viewport=size, color_scheme=scheme)
    return Visit(context.new_page(), server)


def _take(visit: Visit, view: str, file: Path) -> None:
    page, prepare = VIEWS[view]
    visit.go_to(page)
    prepare(visit)
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_timeout(2500)
    _save(visit.page.screenshot(), file)
    visit.check()


def _save(screenshot: bytes, file: Path) -> None:
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)


def _take_first_figure(browser: Browser, folder: Path) -> None:
    """Take the figure that the script draws, as a browser shows it."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, HERE.parent / "examples/train_and_plot.py"]
    subprocess.run(command, cwd=folder, env=environment, check=True)  # noqa: S603 - our own script
    page = browser.new_page(viewport=PAGE_OF_FIGURE)
    page.goto((folder / "train_and_plot.html").as_uri())
    page.locator(".main-svg").first.wait_for()
    _save(page.screenshot(), PICTURES / f"{FIRST_FIGURE}.png")
    page.close()


def _take_learning(browser: Browser, server: str) -> None:
    """Record the map of a network while it learns, as an animated GIF."""
    visit = _visit(browser, server, "light", TALL).open(SLOWLY)
    visit.press("Train the network")
    visit.page.get_by_role("img", name=MAP_NAME).first.wait_for()
    box = visit.page.locator(".polycore-live").first.bounding_box()
    frames: list[Image.Image] = []
    while len(frames) < FRAMES:
        frame = Image.open(io.BytesIO(visit.page.screenshot(clip=box))).convert("RGB")
        height = round(frame.height * FRAME_WIDTH / frame.width)
        frames.append(frame.resize((FRAME_WIDTH, height)).quantize(COLORS, dither=Image.Dither.NONE))
        visit.page.wait_for_timeout(FRAME_MS)
    times = [FRAME_MS] * (FRAMES - 1) + [LAST_FRAME_MS]
    file = PICTURES / f"{LEARNING}.gif"
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=times, loop=0)
    visit.page.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
