"""What a tab keeps is in its session: who else writes the session state, under which keys, and why."""

import ast

import pytest
from streamlit.runtime.state.session_state import SessionState

from pages.channel import session_key
from pages.patches.rerun_requests import ARRIVED_AT
from pages.state import inputs, recall, session
from tests.pages.browsing import HOME, ROOT, opened, session_of, trained

SCRIPTS = sorted([ROOT / HOME, *ROOT.glob("pages/**/*.py")])
PAGES = (HOME, *(f"pages/{path.name}" for path in sorted(ROOT.glob("pages/[0-9]*.py"))))

# each key that is neither the session's nor a widget's own, and why it is not in the session
BESIDE = {
    recall.KEY: "who this tab is: by that its session is recalled, which must not bring another",
    ARRIVED_AT: "Streamlit's own thread reads it, before the page of a request runs",
    session_key.KEY: "of the connection and its page: a recalled session has another key, its old one ends",
    inputs.KEY: "of the connection, as the keys of its widgets are: what each input showed and has reported",
}
WRITERS = {
    "pages/state/session.py",
    "pages/state/recall.py",
    "pages/state/page_links.py",
    "pages/state/inputs.py",
    "pages/channel/session_key.py",
}
CHANGING = {"pop", "popitem", "setdefault", "update", "clear"}


def is_session_state(node):
    return isinstance(node, ast.Attribute) and node.attr == "session_state"


def writes(tree):
    """Return whether code assigns to the session state, deletes from it, or changes it in place."""
    return any(
        is_session_state(node.value)
        and (not isinstance(node.ctx, ast.Load) or getattr(node, "attr", None) in CHANGING)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript | ast.Attribute)
    )


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("st.session_state[KEY] = 1", True),
        ("a = st.session_state[KEY] = 1", True),
        ("del st.session_state[KEY]", True),
        ("st.session_state[KEY] += 1", True),
        ("st.session_state.pop(KEY, None)", True),
        ("st.session_state.setdefault(KEY, 0)", True),
        ("st.session_state.name = 1", True),
        ("a = st.session_state[KEY]", False),
        ("a = st.session_state.get(KEY)", False),
        ("KEY in st.session_state", False),
    ],
)
def test_a_write_is_found(code, found):
    assert writes(ast.parse(code)) == found


def test_only_these_modules_write_the_session_state():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SCRIPTS
        if "session_state" in (text := path.read_text(encoding="utf-8")) and writes(ast.parse(text))
    }
    assert found == WRITERS


def kept_beside(app):
    """Return the keys of the session state that no widget has."""
    state = app.session_state
    while not isinstance(state, SessionState):  # AppTest and Streamlit each wrap it
        state = vars(state)["_state"]
    return state.filtered_state.keys() - set(state._key_id_mapper.id_key_mapping.values())


def test_on_no_page_is_there_another_key_that_is_not_a_widget_s_own():
    app, found = trained(), set()
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        found |= kept_beside(app)
    assert session_of(app) is app.session_state[session.KEY]
    assert found - {session.KEY} <= BESIDE.keys()
    assert {recall.KEY, ARRIVED_AT, session_key.KEY} <= found


def test_a_new_session_has_the_same_keys_and_no_more():
    assert kept_beside(opened()) - {session.KEY} <= BESIDE.keys()
