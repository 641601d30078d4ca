"""Runs that end while the user opens another page, or while no tab is there."""

import math
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Error

from tests.browser.dashboard import HEADINGS
from tests.soak.presses import LABELS, PATIENCE_SECONDS, POLL_SECONDS, SHORT, LostPressError
from tests.soak.tab import Sight, Tab

PAGES = ("Home", "Polynomials", "Data", "Predict", "Inside", "Compare", "Play")
COUNTED_EVERY = 10  # ends: fewer than models are kept
AWAY_SECONDS = 4.0
RUN = re.compile(r"Run (\d+) ·")
BEFORE, AFTER = (
    (50.0, 100.0),
    0.5,
)  # percent of the run, and seconds after its end, between which pages change


@dataclass
class Ends:
    """Ends of runs in one tab.

    count: those that were seen on the page that the user had chosen. during: those of them whose page was
    left before it had been drawn for the end. away: those while no tab was there.
    """

    tab: Tab
    random: random.Random
    count: int = 0
    during: int = 0
    away: int = 0
    faults: list[str] = field(default_factory=list)
    _paths: list[str] = field(default_factory=list)
    _runs: int = 0

    def go(self, ends: int, away: int, until: float = math.inf) -> "Ends":
        """Let so many runs end during a switch of pages, and `away` more with no tab there.

        until: when the clock says that, no more of them begin.
        """
        try:
            self._open()
            while self.count < ends and time.monotonic() < until:
                self._one_during_a_switch()
                if self.count % COUNTED_EVERY == 0:
                    self._count_models()
            while self.away < away and time.monotonic() < until:
                self._one_without_a_tab()
        except (LostPressError, Error) as error:
            self.faults.append(str(error))
        return self

    def _open(self) -> None:
        self.tab.open(SHORT)
        self.tab.unfold_settings()
        self._paths = ["/train"]

    def _start(self) -> None:
        seed = self.tab.sight().words["seed"]
        self._press("New seed", lambda sight: sight.words["seed"] != seed)
        self._press("Start", lambda sight: sight.generation in (1, 2) and sight.words["seed"] != seed)
        self._runs += 1

    def _press(self, label: str, answered: Callable[[Sight], bool]) -> None:
        labels = LABELS.get(label, (label,))
        self._until(lambda sight: {*labels} & {*sight.enabled} and sight.rests, f"no button {label}")
        self.tab.press(labels)
        self._until(answered, f"{label} is not answered")

    def _one_during_a_switch(self) -> None:
        self._start()
        self._wait_for_a_moment()
        name = self.random.choice(PAGES)
        before = self._open_page(name)
        if "Pause" in before.enabled:
            self.during += 1
        self._until(lambda sight: sight.status in (None, "Finished"), f"no end on {name}")
        self._open_page("Train")
        self._until(lambda sight: sight.status == sight.shown == "Finished", "no end on Train")
        self._until(lambda sight: "Start new" in sight.enabled, "the end is not drawn on Train")
        self.count += 1

    def _wait_for_a_moment(self) -> None:
        share = self.random.uniform(*BEFORE)
        if self.random.random() < 0.5:
            self._until(lambda sight: not sight.is_under_way, "the run does not end")
            self.tab.visit.pause(self.random.uniform(0, AFTER))
        else:
            self._until(lambda sight: not sight.is_under_way or sight.share > share, "the run stands still")

    def _open_page(self, name: str) -> Sight:
        before = self.tab.leave_for(name)
        self._paths.append(f"/{'' if name == 'Home' else name.lower()}")
        heading = HEADINGS.get(name, name)
        self._until(lambda sight: sight.headings[-1] == heading and sight.rests, f"{name} is not drawn")
        return before

    def _one_without_a_tab(self) -> None:
        self._start()
        self.tab.visit.rest()
        self.tab.visit.page.goto(f"{self.tab.visit.server}_stcore/health")
        self.tab.visit.pause(AWAY_SECONDS)
        self._open()
        self._until(lambda sight: sight.status == sight.shown == "Finished", "no end after coming back")
        self._count_models()
        self.away += 1

    def _count_models(self) -> None:
        """Fail unless each run so far was kept once: the last of them are on Compare, newest first."""
        self._open_page("Compare")
        titles = self.tab.visit.page.get_by_test_id("stText").filter(has_text=RUN)
        numbers = [int(RUN.search(title).group(1)) for title in titles.all_inner_texts()]
        expected = list(range(self._runs, max(0, self._runs - len(numbers)), -1))
        if numbers != expected or len(numbers) < min(self._runs, COUNTED_EVERY):
            raise LostPressError(f"kept are runs {numbers} of {self._runs}")
        self._open_page("Train")

    def _until(self, holds: Callable[[Sight], bool], otherwise: str) -> None:
        """Wait until that is seen; meanwhile no page may appear but those that were chosen."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            sight = self.tab.sight()
            paths = _without_repetition(urlsplit(address).path for address in sight.addresses)
            if paths != _without_repetition(self._paths)[: len(paths)]:
                raise LostPressError(f"the pages were {paths[-5:]}, chosen were {self._paths[-5:]}")
            if holds(sight):
                return
            if time.monotonic() > end:
                raise LostPressError(f"{otherwise}; pages {self._paths[-3:]}, shown {sight}")
            self.tab.visit.pause(POLL_SECONDS)


def _without_repetition(paths) -> list[str]:
    found: list[str] = []
    for path in paths:
        if found[-1:] != [path]:
            found.append(path)
    return found
