"""How pytest-xdist shares out the tests among processes."""

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.scopes import has_browser, scope_of

BROWSERS = 2  # on two cores a third browser, and its server, would slow the others down


class Schedule(LoadScopeScheduling):
    """Gives out scopes in the order of the tests, and those with a browser to the first processes alone.

    What else there is to test goes to the other processes meanwhile: it fills the time in which a browser, or
    what a test waits for, leaves a core idle. pytest-xdist has groups for scopes, which do nothing with
    pytest 9.2: it marks a test by a name that it no longer has.
    """

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node not in self.nodes[:BROWSERS]:
            without = next((scope for scope in self.workqueue if not has_browser(scope)), None)
            if without is not None:
                self.workqueue.move_to_end(without, last=False)
        super()._assign_work_unit(node)
