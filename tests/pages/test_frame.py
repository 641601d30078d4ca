"""What importing the frame loads, and that nothing in it moves the styles of a page."""

import subprocess
import sys
from pathlib import Path

import pytest

import polycore as pc
from pages.frame import frame
from pages.frame.style import primary_color
from pages.runs.training import Training
from pages.state import session
from pages.state.session_value import Session
from pages.state.setup import Setup
from polycore.pictures.palette import PALETTE
from tests.pages.browsing import HOME, TRAIN, opened, session_of
from tests.runs import TINY

ROOT = Path(__file__).parents[2]
EVENTS = 2  # Streamlit's container of styles and dialogs, after that of the page and the sidebar


def test_pandas_is_imported_before_a_page_is_drawn():
    # otherwise a first table and a first figure at once fail: "partially initialized module 'pandas'"
    code = "import sys, pages.frame.frame; sys.exit('pandas' not in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_link_says_what_of_it_nothing_reads_but_for_what_services_add():
    read = "v weights look guesses inside compare speed pause game score seconds seed points"
    added = "embed_options utm_source mc_eid _gl authuser usp fbclid msclkid"
    names = f"{read} {added} rate {'x' * 41} Seed clide my_usp x y".split()
    said = f"Unknown, and ignored: 'rate', '{'x' * 37}...', 'Seed', 'clide', 'my_usp', 2 more."
    assert frame.new_session(dict.fromkeys(names, "1"), on_home=False).links.problems[-1] == said


def styles(app):
    """Return the styles of the page by their index among styles and dialogs, without those of the toast."""
    events = app._tree[EVENTS].children
    found = {index: one.proto.body for index, one in events.items() if one.type == "html"}
    return {index: body for index, body in found.items() if "{" in body and "undo-toast" not in body}


def open_links(app):
    app.button(key="frame.link").click().run()
    assert not app.exception
    return app


def offer_undo(app):
    now = session_of(app)
    app.session_state[session.KEY] = now.with_undo("Your settings were replaced.", now)
    app.run()
    assert "undo.button" in [button.key for button in app.button]
    return app


@pytest.mark.parametrize("page", [HOME, TRAIN, "pages/4_predict.py", "pages/5_inside.py"])
@pytest.mark.parametrize("come", [open_links, offer_undo], ids=["a dialog", "a toast"])
def test_what_comes_and_goes_leaves_the_styles_of_a_page_at_their_index(page, come):
    # else each replaces the next in the browser, and a press misses its button while one is missing
    training = Training(pc.advance(pc.start(TINY), TINY.steps), executor=None, advance=pc.advance)
    app = opened(page, {}, Session(setup=Setup(TINY), training=training))
    before = styles(app)
    assert len(before) >= 2
    assert styles(come(app)) == before


def test_the_primary_color_is_that_of_the_first_class():
    assert f"light-dark({PALETTE[0].color}, " in primary_color()
