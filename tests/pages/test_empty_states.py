"""A page with nothing to show yet says what to do next, and has the button or the link for it.

Those of the other pages are with the rest of what their pages show at first.
"""

import pytest

from pages.points import uploaded_points
from pages.polynomials import editor
from tests.pages.browsing import labels, opened

SHOWN = ("info", "markdown", "caption")


@pytest.mark.parametrize(
    ("page", "says", "offers"),
    [
        pytest.param("pages/1_polynomials.py", editor.ABOUT, "Next: the points on them", id="polynomials"),
        pytest.param("pages/2_data.py", uploaded_points.NONE_YET, "Next: train on them", id="data"),
    ],
)
def test_a_cold_page_says_what_to_do_next_and_has_the_way_to_it(page, says, offers):
    app = opened(page, {})
    assert any(says in element.value for kind in SHOWN for element in app.get(kind))
    links = [link.proto.label for link in app.main.get("page_link")]
    enabled = [label for label, can_be_pressed in labels(app).items() if can_be_pressed]
    assert offers in links + enabled
