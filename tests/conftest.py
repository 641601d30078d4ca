"""How hypothesis looks for examples, and which tests go together."""

from typing import Any

import pytest
from hypothesis import settings

# The same examples at every run, so that a change is judged by what it changed. Machines are noisy: no test
# fails for being slow. `--hypothesis-profile=default` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nothing to share out
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the browser's tests to one worker, with one server and one browser, and the others one by one.

    pytest-xdist has groups for this, which do nothing with pytest 9.2: it marks a test by a name that it no
    longer has.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneBrowser(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/browser/") else nodeid

    return OneBrowser(config, log)
