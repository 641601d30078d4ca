"""Let an input look up its own value alone.

Streamlit's inputs ask whether their value is None, and for that copy the values of all others: an eighth of
the time for Train's page, and more with each page that a visitor has seen.

Replaces `SafeSessionState.filtered_state` (streamlit/runtime/state/safe_session_state.py).
Upstream: nothing known.
Needed as long as `test_streamlit_alone_copies_all_values_for_each_input` passes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

streamlits_own = SafeSessionState.filtered_state


def apply() -> None:
    """Let inputs of this server read no value but their own."""
    SafeSessionState.filtered_state = property(_Values)  # type: ignore[assignment, method-assign]


class _Values(Mapping[str, Any]):
    """The values of a session by their keys, each read when it is asked for."""

    def __init__(self, state: SafeSessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(streamlits_own.fget(self._state))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(list(iter(self)))
