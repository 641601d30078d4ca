"""Requests that wait while a page is drawn are handled in their order, and it is drawn once for them."""

import pytest
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.patches import request_order
from tests.pages.browsing import DRAWING_SECONDS, widget_states


@pytest.fixture
def unpatched(monkeypatch):
    """Let Streamlit merge requests by itself."""
    monkeypatch.setattr(SessionState, "on_script_will_rerun", request_order.streamlits_own)
    monkeypatch.setattr(script_requests, "_coalesce_widget_states", request_order.streamlits_own_merge)


@pytest.fixture
def patched(unpatched):  # noqa: ARG001 - it also takes this back
    """Let requests be handled in their order, for this test alone."""
    request_order.apply()


def page():
    """Two buttons and an input whose callbacks note what they find, and a button without a callback."""
    import streamlit as st

    def note(what):
        st.session_state["noted"].append((what, st.session_state["number"]))

    st.session_state.setdefault("noted", [])
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    st.number_input("Number", value=1, key="number", on_change=note, args=("typed",))
    st.button("First", key="first", on_click=note, args=("first",))
    st.button("Second", key="second", on_click=note, args=("second",))
    if st.button("Plain", key="plain"):
        st.session_state["plain_pressed"] = True


@pytest.fixture
def app():
    return AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run()


def request(app, pressed, number=1):
    """Return what the browser sends as a button is pressed: all values, and the press."""
    states = widget_states(app)
    for state in states.widgets:
        if state.id == app.button(key=pressed).proto.id:
            state.trigger_value = True
        elif state.id == app.number_input(key="number").proto.id:
            state.double_value = number
    return states


def handle(app, *requests):
    """Let the requests arrive while the page is being drawn; return what the callbacks noted."""
    waiting = script_requests.ScriptRequests()
    for states in requests:
        waiting.request_rerun(script_requests.RerunData(widget_states=states))
    app._run(waiting.on_scriptrunner_ready().rerun_data.widget_states)
    assert not app.exception
    assert app.session_state["drawn"] == 2
    return app.session_state["noted"]


@pytest.mark.usefixtures("unpatched")
def test_streamlit_alone_swaps_two_presses_that_wait(app):
    """If this fails, Streamlit keeps their order, and pages/patches/request_order.py can go."""
    assert handle(app, request(app, "second"), request(app, "first")) == [("first", 1), ("second", 1)]


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize("order", [("first", "second"), ("second", "first"), ("first", "second", "first")])
def test_presses_that_wait_keep_their_order(app, order):
    assert handle(app, *(request(app, button) for button in order)) == [(button, 1) for button in order]


@pytest.mark.usefixtures("patched")
def test_a_value_that_was_typed_after_a_press_counts_after_it(app):
    noted = handle(app, request(app, "first", number=1), request(app, "second", number=2))
    assert noted == [("first", 1), ("typed", 2), ("second", 2)]


@pytest.mark.usefixtures("patched")
def test_a_press_without_a_callback_reaches_the_page_though_another_request_follows(app):
    handle(app, request(app, "plain"), request(app, "first"))
    assert app.session_state["plain_pressed"]


def pressed_first(states):
    """Return the same request, as a browser may list it, with its presses before its values."""
    states.widgets.sort(key=lambda state: not state.trigger_value)
    return states


@pytest.mark.usefixtures("unpatched")
def test_streamlit_alone_may_call_a_press_before_what_was_typed_before_it(app):
    """If this fails, Streamlit calls values first, and `_call_for_values` in request_order.py can go."""
    request_of_both = pressed_first(request(app, "first", number=2))
    assert handle(app, request_of_both) == [("first", 2), ("typed", 2)]


@pytest.mark.usefixtures("patched")
def test_what_was_typed_counts_before_a_press_in_one_request(app):
    request_of_both = pressed_first(request(app, "first", number=2))
    assert handle(app, request_of_both) == [("typed", 2), ("first", 2)]


@pytest.mark.usefixtures("patched")
def test_so_it_does_in_each_of_two_requests_that_wait(app):
    requests = [
        pressed_first(request(app, button, number)) for button, number in (("first", 2), ("second", 3))
    ]
    assert handle(app, *requests) == [("typed", 2), ("first", 2), ("typed", 3), ("second", 3)]


@pytest.mark.usefixtures("patched")
def test_a_press_without_a_callback_reaches_the_page_with_what_was_typed_before_it(app):
    noted = handle(app, pressed_first(request(app, "plain", number=2)))
    assert noted == [("typed", 2)]
    assert app.session_state["plain_pressed"]
