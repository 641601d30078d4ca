"""A callback finishes whatever else the browser requests; the run of a page still ends for a new request."""

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from pages.patches import callbacks
from tests.pages.browsing import DRAWING_SECONDS


@pytest.fixture
def unpatched(monkeypatch):
    """Let Streamlit handle callbacks by itself."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", callbacks.streamlits_own)


@pytest.fixture
def patched(monkeypatch):
    """Let callbacks finish, for this test alone."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)
    callbacks.apply()


def page():
    """Buttons whose callbacks meet another request, as the page itself does once."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def request_rerun():
        get_script_run_ctx().script_requests.request_rerun(RerunData())

    def press(fails):
        st.session_state["begun"] = True
        request_rerun()
        if fails:
            raise ZeroDivisionError
        st.session_state["finished"] = True

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if "requested" not in st.session_state:
        st.session_state["requested"] = True
        request_rerun()
        st.session_state["continued"] = True
    st.button("Press", on_click=press, args=(False,))
    st.button("Fail", on_click=press, args=(True,))


@pytest.mark.usefixtures("unpatched")
def test_streamlit_alone_ends_a_callback_for_another_request():
    """If this fails, Streamlit lets callbacks finish, and pages/patches/callbacks.py can go."""
    app = AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run()
    app.button[0].click().run()
    assert "begun" in app.session_state
    assert "finished" not in app.session_state


@pytest.mark.usefixtures("patched")
def test_another_request_ends_the_run_of_a_page():
    app = AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run()
    assert app.session_state["runs"] == 2
    assert "continued" not in app.session_state


@pytest.mark.usefixtures("patched")
def test_another_request_does_not_end_a_callback():
    app = AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run()
    app.button[0].click().run()
    assert app.session_state["finished"]
    assert app.session_state["runs"] == 3  # the run after the callback ends for the other request


@pytest.mark.usefixtures("patched")
def test_a_new_request_still_ends_a_run_after_a_callback_that_failed():
    app = AppTest.from_function(page, default_timeout=DRAWING_SECONDS).run()
    app.button[1].click().run()
    assert app.session_state["begun"]
    del app.session_state["requested"]
    app.run()
    assert "continued" not in app.session_state
