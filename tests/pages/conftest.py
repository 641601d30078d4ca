"""What several files of tests need: turns that a test has for itself."""

from collections.abc import Callable, Iterator

import pytest

from pages.parts import turns
from pages.parts.turns import Turns


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Turns]]:
    """Let what a test starts share turns of its own, all given back at its end; return what sets them."""
    made: list[Turns] = []

    def set_turns(workers: int = 2, most_running: int = 10, most_waiting: int = 50) -> Turns:
        made.append(Turns(workers, most_running, most_waiting))
        monkeypatch.setattr(turns, "of_this_server", lambda: made[-1])
        return made[-1]

    set_turns()
    yield set_turns
    assert [(shared.running, shared.waiting) for shared in made] == [(0, 0)] * len(made)
