"""The dashboard of an installed wheel, started by one line, as a person meets it."""

from playwright.sync_api import expect

from tests.browser.dashboard import Visit, opened, trouble_in
from tests.package import installation


def test_the_first_press_trains_a_map_and_every_page_is_there(browser, tmp_path):
    source = installation.copy_of_repository(tmp_path / "source")
    installation.build(source, tmp_path / "dist")
    installation.install_wheel(tmp_path / "dist", tmp_path / "environment")
    log = tmp_path / "log.txt"
    command = [installation.program_of(tmp_path / "environment"), "dashboard"]
    with installation.started(command, tmp_path, log) as address:
        visit = Visit(opened(browser), address).open()
        # the color of .streamlit/config.toml, #5159c4
        button = visit.page.get_by_role("button", name="Train the network")
        expect(button).to_have_css("background-color", "rgb(81, 89, 196)")
        button.click()
        visit.wait_until(lambda: visit.accuracy() >= 50, state=visit.accuracy)
        for name in ("Polynomials", "Data", "Train", "Predict", "Inside", "Compare", "Play"):
            visit.go_to(name)
        visit.open("glossary")
        visit.page.get_by_role("listitem").filter(has_text="Accuracy: the share").wait_for()
        visit.check()
        visit.rest()
        visit.page.context.close()
    assert trouble_in(log) == []
