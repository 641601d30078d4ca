"""A run's film: drawn on Train, seen, and saved as GIF."""

from PIL import Image
from playwright.sync_api import expect

from tests.browser.dashboard import DESKTOP, PHONE


def test_a_film_is_drawn_seen_and_saved(visitor, tmp_path):
    visit = visitor(PHONE).open("train?v=1&polynomials=x~-x&hidden=8&steps=300&batch=64&samples=100")
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.page.get_by_text("Export", exact=True).click()
    visit.press("Save as GIF")
    save = visit.page.get_by_role("button", name="Download the GIF")
    expect(save).to_be_visible()
    visit.check()
    visit.page.set_viewport_size(DESKTOP)
    shown = visit.page.get_by_test_id("stImage").locator("img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    with visit.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename.endswith(".gif")
    path = tmp_path / "film.gif"
    download.value.save_as(path)
    with Image.open(path) as film:
        assert film.size == (640, 320)
        assert film.n_frames > 10
    expect(save).to_be_visible()  # saving does not draw the page again
