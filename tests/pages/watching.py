"""Tabs that look at runs as pages let them, without a page."""

from typing import Any

from pages.run_view.shown import Selection, source_of
from pages.runs.training import Training
from pages.server import server
from pages.server.source import Contents, Frame, Halt, Source


class Tab:
    """A tab that is seen. Each time that its only socket is woken it notes whether that is urgent."""

    is_hidden = False

    def __init__(self) -> None:
        self.urgent: list[bool] = []
        _, self.viewer = server.current().audience.open(lambda: True)
        self._socket: Any = self  # as the viewer calls it
        self.viewer.add(self._socket)

    @property
    def news(self) -> int:
        return len(self.urgent)

    def wake(self, *, at_once: bool = False) -> None:
        self.urgent.append(at_once)

    def show(self, *sources: Source) -> None:
        """Show these, as after a page was drawn."""
        self._sources = sources  # the viewer alone would not keep them
        self.viewer.show(sources, lambda: True)


def watching(training: Training) -> Tab:
    """Return a tab that looks at a run, whatever it shows of it."""
    tab = Tab()
    tab.show(Source(training.name, (training,), None, lambda: Contents({})))
    tab.urgent.clear()
    return tab


class WatchedRun(Tab):
    """A tab that shows a run."""

    def __init__(self, training: Training) -> None:
        super().__init__()
        self.training = training
        self.show(source_of(training, Selection()))

    @property
    def source(self) -> Source:
        [source] = self._sources
        return source

    def select(self, selection: Selection) -> None:
        """Show this selection of the run."""
        self.training.show(selection.wish(self.training.view.run.experiment))
        self.show(source_of(self.training, selection))

    def frame(self) -> Frame:
        return self.source.frame()

    def choose(self, value: object) -> None:
        """Move the slider through the past."""
        self.viewer.choose(self.training.name, value)

    def halt(self, how: Halt, generation: int) -> None:
        """Press a button that pauses or stops the run."""
        self.viewer.halt(self.training.name, how, generation)
