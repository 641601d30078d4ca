"""A browser tab that is looked at and pressed at one moment, and what is seen in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.dashboard import DESKTOP, Visit, opened
from tests.links import words_of

RECORDER = Path(__file__).with_name("recorder.js").read_text(encoding="utf-8")
UNDER_WAY = ("Running", "Waiting")
# While the page is drawn again, its former elements may still be there: what is looked at and what is pressed
# must be the same one, at one moment.
UNFOLDS_SETTINGS = """() => {
  const switches = document.querySelectorAll('input[aria-label="Settings"]');
  if (switches.length !== 1) return false;
  if (!switches[0].checked) switches[0].click();
  return true;
}"""


@dataclass(frozen=True)
class Sight:
    """What a tab shows at one moment.

    run: the name of the run that the page follows; None without one.
    generation: how often the run's status has changed. step, share: where it is, in steps and percent.
    pause: the step at which it pauses by itself, as lessons let their runs do; 0 for none.
    status: that of the run's latest frame; shown: the one in the page's text.
    is_known: whether a frame of that run has come. rests: whether the page waits for nothing from the server.
    enabled: the labels of the buttons that can be pressed.
    undo: which loss can be undone; None if none can.
    addresses, headings: all since the page was opened, without repetition in a row.
    """

    run: str | None
    generation: int
    status: str | None
    step: int
    share: float
    pause: int
    shown: str | None
    is_known: bool
    rests: bool
    enabled: tuple[str, ...]
    undo: str | None
    addresses: tuple[str, ...]
    headings: tuple[str, ...]

    @property
    def is_under_way(self) -> bool:
        """Whether the run advances."""
        return self.status in UNDER_WAY

    @property
    def is_of_before(self) -> bool:
        """Whether the run is from before the lesson, which has no run yet."""
        return self.shown == "Ready"

    @property
    def has_come_to_rest(self) -> bool:
        """Whether it has ended, or paused, by itself."""
        return self.status == "Finished" or (self.status == "Paused" and self.step == self.pause)

    @property
    def address(self) -> str:
        """The present address, without a server and without weights."""
        return self.addresses[-1]

    @property
    def words(self) -> dict[str, str]:
        """The set-up in the address."""
        words = words_of(self.address)
        words.pop("look", None)
        return words


class Tab:
    """A tab of its own in a browser."""

    def __init__(self, browser: Browser, server: str) -> None:
        page = opened(browser, viewport=DESKTOP)
        page.add_init_script(RECORDER)
        self.visit = Visit(page, server)

    def open(self, address: str) -> None:
        """Open a page by its address, and wait until it takes presses."""
        self.visit.open(address)

    def unfold_settings(self) -> None:
        """Show the settings, which are folded while a lesson is beside the map."""
        self.visit.rest()
        self.let_draw()
        self.visit.page.wait_for_function(UNFOLDS_SETTINGS)
        self.visit.page.get_by_role("button", name="New seed").wait_for()

    def sight(self) -> Sight:
        """Return what it shows now."""
        return _sight(self.visit.page.evaluate("recorder.look()"))

    def let_draw(self) -> None:
        """Wait until the page has drawn what has come from the server."""
        self.visit.page.evaluate("recorder.drawn()")

    def press(self, labels: tuple[str, ...]) -> tuple[Sight, str] | None:
        """Press the button of one of these labels; return what was seen right before, and the label.

        None if there is no such button that can be pressed.
        """
        before = self.visit.page.evaluate("labels => recorder.press(labels)", list(labels))
        return None if before is None else (_sight(before), before["label"])

    def leave_for(self, page: str) -> Sight:
        """Choose a page in the navigation; return what was seen right before."""
        return _sight(self.visit.page.evaluate("page => recorder.leave(page)", page))

    def milliseconds(self) -> float | None:
        """Return how long after Stop was pressed the page showed another status; None if it has not yet."""
        milliseconds: float | None = self.visit.page.evaluate("recorder.milliseconds")
        return milliseconds

    def close(self) -> None:
        """Check that nothing went wrong in it, and close it."""
        self.visit.check()
        self.visit.rest()
        self.visit.page.context.close()


def _sight(seen: dict[str, Any]) -> Sight:
    return Sight(
        run=seen.get("run"),
        generation=seen.get("generation", 0),
        status=seen.get("status"),
        step=seen.get("step", 0),
        share=seen.get("share", 0.0),
        pause=seen.get("pause", 0),
        shown=seen["shown"],
        is_known=seen["isKnown"],
        rests=seen["rests"] and seen["isConnected"],
        enabled=tuple(seen["enabled"]),
        undo=seen["undo"],
        addresses=tuple(seen["addresses"]),
        headings=tuple(seen["headings"]),
    )
