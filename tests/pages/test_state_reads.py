"""An input reads its own value; Streamlit alone reads those of all others for it."""

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.patches import state_reads

OTHERS = 30


def numbers() -> None:
    import streamlit as st

    for each in range(30):
        st.session_state.setdefault(f"other{each}", each)
    st.session_state.setdefault("one", None)
    st.number_input("One", value=3.0, key="one")
    st.number_input("Two", value=3.0, key="two")


def reads(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often values of the other keys are read while two inputs are drawn again."""
    app, read, own = AppTest.from_function(numbers).run(), [], SessionState.__getitem__
    monkeypatch.setattr(SessionState, "__getitem__", lambda state, key: read.append(key) or own(state, key))
    app.run()
    assert [found.value for found in app.number_input] == [None, 3.0]
    monkeypatch.undo()
    return sum(str(key).startswith("other") for key in read)


def test_streamlit_alone_copies_all_values_for_each_input(monkeypatch):
    """If this fails, Streamlit reads what it needs alone, and pages/patches/state_reads.py may go."""
    monkeypatch.setattr(SafeSessionState, "filtered_state", state_reads.streamlits_own)
    assert reads(monkeypatch) >= 4 * OTHERS


def test_an_input_reads_no_other_value_and_all_can_still_be_listed(monkeypatch):
    monkeypatch.setattr(SafeSessionState, "filtered_state", state_reads.streamlits_own)  # to be put back
    state_reads.apply()
    app = AppTest.from_function(numbers).run()
    assert reads(monkeypatch) <= 2 * OTHERS  # by `setdefault`, and when the page is drawn
    assert {"one", "two", "other0"} <= {*app.session_state._state.filtered_state}
