"""A page with nothing to show yet says what to do next, and has the button or the link for it."""

import pytest

from tests.pages.browsing import HOME, labels, opened

SHOWN = ("info", "markdown", "caption")


@pytest.mark.parametrize(
    ("page", "says", "offers"),
    [
        pytest.param(HOME, "curves cross in one plane", "Train the network", id="home"),
        pytest.param("pages/1_polynomials.py", "Use a preset", "Next: the points on them", id="polynomials"),
        pytest.param("pages/2_data.py", "Upload points", "Next: train on them", id="data"),
        pytest.param("pages/3_train.py", "Nothing has been trained yet. Press Start", "Start", id="train"),
        pytest.param("pages/4_predict.py", "There is no trained model yet", "Train a model", id="predict"),
        pytest.param("pages/5_inside.py", "There is no network", "Train a model", id="inside"),
        pytest.param("pages/6_compare.py", "Nothing is kept yet", "Train a network", id="compare"),
        pytest.param("pages/7_play.py", "There is no network", "Train the network", id="play"),
    ],
)
def test_a_cold_page_says_what_to_do_next_and_has_the_way_to_it(page, says, offers):
    app = opened(page, {})
    texts = [element.value for kind in SHOWN for element in app.get(kind)]
    texts += [bar.proto.text for bar in app.get("progress")]
    assert any(says in text for text in texts)
    links = [link.proto.label for link in app.main.get("page_link")]
    enabled = [label for label, can_be_pressed in labels(app).items() if can_be_pressed]
    assert offers in links + enabled
