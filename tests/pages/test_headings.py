"""Headings: none has a link to itself beside it, for what its icon copies is not what Copy link gives."""

from tests.pages.browsing import HOME, QUICK, opened, press, wait_for

PAGES = [
    HOME,
    "pages/1_polynomials.py",
    "pages/2_data.py",
    "pages/3_train.py",
    "pages/4_predict.py",
    "pages/5_inside.py",
    "pages/6_compare.py",
    "pages/7_play.py",
    "pages/8_glossary.py",
    "pages/9_guesses.py",
]


def test_no_heading_has_a_link_of_its_own():
    # with a trained network: a page without one has fewer headings
    app = wait_for(press(opened(HOME, QUICK), "Train the network"), "finished")
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        headings = [*app.title, *app.header, *app.subheader]
        assert headings, page
        assert [heading.value for heading in headings if not heading.proto.hide_anchor] == [], page
        # Markdown's headings always have one
        lines = [line for text in app.markdown for line in text.value.splitlines()]
        assert [line for line in lines if line.startswith("#")] == [], page
