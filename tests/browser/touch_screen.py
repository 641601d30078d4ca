"""A touch screen for a tab that tests share: a browser context with one would start with empty caches."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Locator, Page

from tests.browser.dashboard import box_of


class TouchScreen:
    """Sends touches at pixels of the window."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def put_down(self, x: float, y: float) -> None:
        self._send("touchStart", {"x": x, "y": y})

    def move_to(self, x: float, y: float) -> None:
        self._send("touchMove", {"x": x, "y": y})

    def lift(self) -> None:
        self._send("touchEnd")

    def tap(self, x: float, y: float) -> None:
        self.put_down(x, y)
        self.lift()

    def tap_on(self, target: Locator) -> None:
        """Scroll the target into view and tap its middle."""
        target.scroll_into_view_if_needed()
        box = box_of(target)
        self.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def _send(self, kind: str, *points: dict[str, float]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})


@contextmanager
def touch_screen(page: Page) -> Iterator[TouchScreen]:
    """Let the tab have a touch screen; open a page afterwards, for its scripts look as they start."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield TouchScreen(session)
    finally:  # the tab goes to the next test even where this one fails
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()
