"""How pytest-xdist shares out the tests among processes."""

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.scopes import has_browser, scope_of


class Schedule(LoadScopeScheduling):
    """Gives the first process scopes in the order of the tests, and others first those without a browser.

    A browser and its server need more than one core, and other tests less: side by side they leave less of
    two cores idle. pytest-xdist has groups for scopes, which do nothing with pytest 9.2: it marks a test by a
    name that it no longer has.
    """

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node is not self.nodes[0]:
            without = next((scope for scope in self.workqueue if not has_browser(scope)), None)
            if without is not None:
                self.workqueue.move_to_end(without, last=False)
        super()._assign_work_unit(node)
