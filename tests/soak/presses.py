"""Presses on the Train page at random moments, and whether each was answered once.

A walk is a chain of presses in one tab, all drawn from one seed. Before each press the tab must show what the
press before it has led to: an answer that comes twice, or late, is found there.
"""

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote

from playwright.sync_api import Error

from tests.soak.tab import Sight, Tab

Kind = Literal[
    "Start", "Pause", "Resume", "Stop", "One step", "Reset", "New seed", "preset", "Next lesson", "Undo"
]
KINDS: tuple[Kind, ...] = Kind.__args__

LABELS: dict[Kind, tuple[str, ...]] = {
    "Start": ("Start", "Start new"),
    "preset": ("Recommended", "The tutorial's", "L-BFGS"),
}
LEADS_TO: dict[Kind, tuple[Kind, ...]] = {
    "Start": ("Stop",),
    "Pause": ("Resume",),
    "Resume": ("Pause", "One step"),
    "One step": ("Pause", "Reset"),
}
PRESETS = "Presets"  # the menu of presets
RESTING = (None, "Ready", "Finished", "Stopped")
SET_UP: tuple[Kind, ...] = ("New seed", "preset", "Next lesson")
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1
LONGEST_WAIT = 0.4  # seconds before a press, unless it waits for a part of a run
LONGEST_RUN = 3.0  # seconds that a press waits for the end of a run
MOST_FAULTS = 5
MOST_IN_VAIN = 60  # tries in a row without a press of a missing kind: about ten are enough to reach any
QUIET_SECONDS = 1.5  # after the last press, in which nothing more may happen

_logger = logging.getLogger(__name__)

WORDS = f"v=1&polynomials={quote('-x^2+1~x^3-2~3x')}&hidden=8&batch=all&samples=50&schedule=constant"
LONG = f"train?{WORDS}&steps=5000000&look=crossing"
SHORT = f"train?{WORDS}&steps=12000&look=crossing"


class LostPressError(Exception):
    """A press was not answered, not once, or never possible."""


@dataclass
class Tally:
    """What has come of presses: how many of each kind were answered, what went wrong, and Stop's times."""

    counts: Counter[Kind] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stop_seconds: list[float] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add what has come of other presses."""
        self.counts += other.counts
        self.faults += other.faults
        self.stop_seconds += other.stop_seconds


@dataclass(frozen=True)
class Quota:
    """How many presses of each kind walks make together, and how many of them each makes at least.

    A walk that waits longer before its presses makes fewer of them: all end at about the same time.
    """

    together: int
    each: int
    tallies: tuple[Tally, ...]

    def missing(self, tally: Tally) -> list[Kind]:
        """Return the kinds that the walk with this tally has still to press."""
        return [
            kind
            for kind in KINDS
            if tally.counts[kind] < self.each
            or sum(walk.counts[kind] for walk in self.tallies) < self.together
        ]


@dataclass
class Walk:
    """A walk in a tab.

    is_short: whether its runs end by themselves within seconds, and presses are made as they do.
    """

    tab: Tab
    random: random.Random
    is_short: bool
    tally: Tally
    # the set-up of each run, and of the one that a reset begins; and what Undo brings back
    _set_ups: dict[str, dict[str, str]] = field(default_factory=dict)
    _set_up_of_reset: dict[str, str] | None = None
    _presets: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)
    _undo: tuple[Kind, Sight] | None = None
    _expected: Sight | None = None
    _history: list[str] = field(default_factory=list)

    def go(self, quota: Quota, until: float = math.inf) -> None:
        """Press until the quota is fulfilled, the clock says `until`, or too much went wrong."""
        is_open, in_vain = False, 0
        while missing := quota.missing(self.tally):
            if time.monotonic() > until:
                break
            if in_vain == MOST_IN_VAIN:  # a kind that can never be pressed must not keep the walk going
                self._note(LostPressError(self._in_vain(missing)))
                break
            pressed = self._count(missing)
            try:
                if not is_open:
                    self._open()
                    is_open = True
                self._press_one(missing)
            except (LostPressError, Error) as error:
                is_open = False
                self._note(error)
                if len(self.tally.faults) >= MOST_FAULTS:
                    break
            in_vain = in_vain + 1 if self._count(missing) == pressed else 0
        if is_open:
            self._check_the_end()

    def _count(self, kinds: list[Kind]) -> int:
        return sum(self.tally.counts[kind] for kind in kinds)

    def _in_vain(self, missing: list[Kind]) -> str:
        names = ", ".join(missing)
        history = self._history[-12:]
        return f"{MOST_IN_VAIN} tries without a press of {names}; after {history}; shown: {self.tab.sight()}"

    def _check_the_end(self) -> None:
        self.tab.visit.pause(QUIET_SECONDS)
        try:
            self._check_unchanged(self.tab.sight())
        except LostPressError as error:
            self._note(error)

    def _note(self, error: Exception) -> None:
        _logger.error("%s", error)  # a soak takes an hour: this says so at once
        self.tally.faults.append(str(error))

    def _open(self) -> None:
        if self._history:
            self.tab.visit.forget()  # with its run
        self.tab.open(SHORT if self.is_short else LONG)
        self.tab.unfold_settings()
        self._undo = self._set_up_of_reset = None
        self._expected = self._settled(lambda _: "")

    def _press_one(self, missing: list[Kind]) -> None:
        """Press one button of a kind that is missing, or one that leads there."""
        sight = self.tab.sight()
        if "Next lesson" in missing and "Next lesson" not in sight.enabled:
            self._open()  # it was the last one
            return
        kind = self._next(missing, sight)
        self._wait_for_a_moment(kind, sight)
        now = self.tab.sight()
        labels = _labels(kind, now)
        if kind == "preset":  # the one that is there already would change nothing
            labels = [label for label in labels if label != self._presets.get(_set_up(now))]
        if not labels:
            return  # the run has ended meanwhile
        label = self.random.choice(labels)
        if kind == "preset":
            self.tab.visit.press(PRESETS)
            self.tab.visit.page.get_by_role("button", name=label).wait_for()
        pressed = self.tab.press((label,))
        if pressed is None:
            return
        before, _ = pressed
        self._history.append(f"{label} at {before.status} {before.step}")
        self._check_unchanged(before)
        after = self._take_answer(kind, before)
        if kind == "preset":
            self._presets[_set_up(after)] = label

    def _take_answer(self, kind: Kind, before: Sight) -> Sight:
        changed = self._is_changed(before)
        # a reset run has the set-up of the run before it, which may not be the page's
        self._set_up_of_reset = self._set_ups[before.run] if kind == "Reset" and before.run else None
        after = self._settled(lambda sight: self._fault(kind, before, sight, changed))
        if kind == "Stop":
            milliseconds = self.tab.milliseconds()
            if milliseconds is not None:
                self.tally.stop_seconds.append(milliseconds / 1000)
        if after.run is not None and after.run not in self._set_ups:
            self._set_ups[after.run] = self._set_up_of_reset or after.words
        if kind in ("Reset", *SET_UP) and after.undo is not None:
            if after.undo != before.undo:
                self._undo = (kind, before)
        else:
            self._undo = None
        self._expected = after
        self.tally.counts[kind] += 1
        return after

    # --- which press comes next ---------------------------------------------------------------

    def _next(self, missing: list[Kind], sight: Sight) -> Kind:
        """Return a missing kind that can be pressed now; if there is none, a kind that leads to one."""
        if self._undo is not None and "Undo" in missing and self.random.random() < 0.5:
            return "Undo"
        possible = [kind for kind in missing if kind != "Undo" and _labels(kind, sight)]
        return self._way_to(self.random.choice(possible or missing), sight)

    def _way_to(self, kind: Kind, sight: Sight) -> Kind:
        """Return `kind` if it can be pressed now; else a kind that leads there."""
        if kind == "Undo":
            return self.random.choice(("preset", "Next lesson", "Reset"))
        ways = (kind, *LEADS_TO.get(kind, ()))
        # a run that ends at once leaves no time to press Pause or Stop: then take another set-up now and then
        otherwise = self.random.choice(("Start", "preset")) if sight.status == "Finished" else "Start"
        return next((way for way in ways if _labels(way, sight)), otherwise)

    def _wait_for_a_moment(self, kind: Kind, sight: Sight) -> None:
        if self.is_short and sight.is_under_way and kind != "Start":
            share = self.random.uniform(50, 100)
            until = time.monotonic() + LONGEST_RUN
            while (now := self.tab.sight()).is_under_way and now.share < share and time.monotonic() < until:
                self.tab.visit.pause(POLL_SECONDS)
        else:
            self.tab.visit.pause(self.random.uniform(0, LONGEST_WAIT))

    def _is_changed(self, sight: Sight) -> bool:
        if sight.run is None:
            return True
        own = self._set_ups.get(sight.run, self._set_up_of_reset)
        return own is not None and own != sight.words

    # --- whether it was answered once ---------------------------------------------------------

    def _settled(self, fault: Callable[[Sight], str]) -> Sight:
        """Return what is seen once the page fits its run and `fault` returns nothing."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            sight = self.tab.sight()
            wrong = self._unfinished(sight) or fault(sight)
            if not wrong:
                # Streamlit says that a page rests before its last elements are drawn
                self.tab.let_draw()
                sight = self.tab.sight()
                wrong = self._unfinished(sight) or fault(sight)
            if not wrong:
                return sight
            if time.monotonic() > end:
                raise LostPressError(f"{wrong}; after {self._history[-12:]}; shown: {sight}")
            self.tab.visit.pause(POLL_SECONDS)

    def _unfinished(self, sight: Sight) -> str:
        """Return what the page has not drawn yet; "" if it fits its run."""
        if not sight.is_known or not sight.rests:
            return "the page does not rest"
        if sight.status != sight.shown and not sight.is_of_before:
            return f"the page shows {sight.shown}, the frame {sight.status}"
        controls = _controls(sight, self._is_changed(sight))
        enabled = {label for label in sight.enabled if label in _ALL_CONTROLS}
        return "" if enabled == controls else f"buttons: {sorted(enabled)}, not {sorted(controls)}"

    def _fault(self, kind: Kind, before: Sight, after: Sight, changed: bool) -> str:
        """Return in what `after` is no answer to one press of `kind`; "" if it is one."""
        addresses = len(after.addresses) - len(before.addresses)
        if kind in SET_UP:
            return _fault_of_address(kind, before, after) or _fault_of_run(before, after)
        if kind == "Undo":
            return self._fault_of_undo(before, after)
        if addresses:
            return f"the address changed {addresses} times: {after.addresses[-3:]}"
        match kind:
            case "Start" | "One step" if _begins(kind, before, changed):
                if (after.run == before.run) != (before.status == "Ready" and not changed):
                    return f"run {after.run} after {before.run}"
                changes = after.generation
            case "Reset":
                if after.run == before.run:
                    return "the same run"
                return _unless(after.status == "Ready" and after.generation == after.step == 0, after)
            case _:
                if after.run != before.run:
                    return "another run"
                changes = after.generation - before.generation
        return _fault_of_changes(kind, before, after, changes)

    def _fault_of_undo(self, before: Sight, after: Sight) -> str:
        assert self._undo is not None
        kind, target = self._undo
        # a reset changes no setting: one that was changed since stays when the run comes back
        stays = kind == "Reset" or target.address == before.address
        expected = () if stays else (target.address,)
        if after.addresses != (*before.addresses, *expected):
            return f"undone to {after.addresses[-3:]}, not {target.address}"
        if kind != "Reset":
            return _fault_of_run(before, after)
        if after.run != target.run or after.step < target.step:
            return f"undone to {after.run} at {after.step}, not {target.run} at {target.step}"
        expected_statuses = ("Paused", "Finished") if target.is_under_way else (target.status,)
        return _unless(after.status in expected_statuses, after)

    def _check_unchanged(self, sight: Sight) -> None:
        """Fail if anything has happened since the last answer but that a run has advanced or come to rest."""
        expected = self._expected
        assert expected is not None
        ended = expected.is_under_way and sight.has_come_to_rest
        fitting = replace(
            sight,
            generation=sight.generation - ended,
            status=expected.status if ended or sight.is_under_way == expected.is_under_way else sight.status,
        )
        names = ("run", "generation", "status", "addresses", *(() if expected.is_under_way else ("step",)))
        for name in names:
            got, before = getattr(fitting, name), getattr(expected, name)
            if got != before:
                raise LostPressError(f"{name} became {got} by itself, from {before}; {self._history[-12:]}")


_ALL_CONTROLS = {*LABELS["Start"], "Pause", "Resume", "Stop", "One step", "Reset"}


def _labels(kind: Kind, sight: Sight) -> list[str]:
    if kind == "preset" and any(label.startswith(PRESETS) for label in sight.enabled):
        return list(LABELS["preset"])  # in that menu, which each choice closes
    return [label for label in LABELS.get(kind, (kind,)) if label in sight.enabled]


def _begins(kind: Kind, before: Sight, changed: bool) -> bool:
    """Return whether the press begins a run: a new one, or the one that is ready."""
    return (
        before.run is None
        or kind == "Start"
        or before.status == "Ready"
        or (changed and (before.status in RESTING or before.is_of_before))
    )


def _controls(sight: Sight, changed: bool) -> set[str]:
    """Return the buttons that a page has for such a run."""
    start = "Start new" if sight.step and not sight.is_of_before else "Start"
    if sight.is_of_before or sight.status is None or (changed and sight.status in RESTING):
        return {start, "One step"}
    own = {
        "Paused": {"Resume", "One step", "Stop", "Reset"},
        "Failed": {"Resume", "One step", "Stop", "Reset"},
        "Finished": {start, "Reset"},
        "Stopped": {start, "Reset"},
    }.get(sight.status, {"Pause", "Stop", "Reset"})
    return own | ({"Start new"} if changed else set())


def _set_up(sight: Sight) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(sight.words.items()))


def _unless(holds: bool, after: Sight) -> str:
    return "" if holds else f"{after.status} at {after.step}, generation {after.generation}"


def _fault_of_address(kind: Kind, before: Sight, after: Sight) -> str:
    news = after.addresses[len(before.addresses) :]
    if len(news) != 1:
        return f"{len(news)} new addresses: {news}"
    seeds = [sight.words.get("seed") for sight in (before, after)]
    if kind == "New seed" and (
        seeds[0] == seeds[1] or after.words | {"seed": ""} != before.words | {"seed": ""}
    ):
        return f"seeds {seeds}"
    return ""


def _fault_of_run(before: Sight, after: Sight) -> str:
    """Return what happened to the run, though the press does not concern it; it may end by itself."""
    ended = before.is_under_way and after.has_come_to_rest
    same = (after.run, after.generation - ended) == (before.run, before.generation)
    return _unless(same and after.step >= before.step, after)


def _fault_of_changes(kind: Kind, before: Sight, after: Sight, changes: int) -> str:
    """Return in what the run's status is no answer to one press that concerns it.

    changes: how often the status has changed.
    """
    finished, rests = after.status == "Finished", after.has_come_to_rest
    match kind:
        case "Pause" | "Stop" if before.status == "Finished":  # the run has ended before the press
            return _unless(finished and changes == 0, after)
        case "Pause" if before.has_come_to_rest:
            return _unless(rests and changes == 0, after)
        case "Start" | "Resume":
            return _unless((after.is_under_way and changes == 1) or (rests and changes == 2), after)
        case "Pause":
            return _unless((after.status == "Paused" or finished) and changes == 1, after)
        case "Stop":
            is_stopped = after.status == "Stopped"
            # it may have paused by itself right before
            also_paused = is_stopped and before.is_under_way and after.step == after.pause and changes == 2
            return _unless(((is_stopped or finished) and changes == 1) or also_paused, after)
        case _:
            steps = after.step - (before.step if after.run == before.run else 0)
            return _unless(after.status == "Paused" and changes == 2 and steps == 1, after)
