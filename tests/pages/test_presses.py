"""A callback runs to its end, whatever the browser asks for meanwhile; a page's run is ended as ever."""

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from pages.patches import presses


@pytest.fixture(autouse=True)
def whole(monkeypatch):
    """Have callbacks run to their end, as every page sees to it, for this test alone."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)
    presses.answer_whole()


def page():
    """Buttons whose callbacks meet another request, as the page itself does once."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def ask():
        get_script_run_ctx().script_requests.request_rerun(RerunData())

    def answer(fails):
        ask()
        st.session_state["begun"] = True
        if fails:
            raise ZeroDivisionError
        st.session_state["ended"] = True

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if "asked" not in st.session_state:
        st.session_state["asked"] = True
        ask()
        st.session_state["went_on"] = True
    st.button("Press", on_click=answer, args=(False,))
    st.button("Fail", on_click=answer, args=(True,))


def test_another_request_ends_a_page():
    app = AppTest.from_function(page).run()
    assert app.session_state["runs"] == 2
    assert "went_on" not in app.session_state


def test_another_request_ends_no_callback():
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert app.session_state["ended"]
    assert app.session_state["runs"] == 3  # the page of the press is ended for the other request's


def test_pages_are_ended_also_after_a_callback_that_failed():
    app = AppTest.from_function(page).run()
    app.button[1].click().run()
    assert app.session_state["begun"]
    del app.session_state["asked"]
    app.run()
    assert "went_on" not in app.session_state
