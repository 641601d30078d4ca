"""A clock that counts in the browser, without a request to the server each second."""

from pathlib import Path

from pages.channel import component

_component = component.Component("polycore_clock", (Path(__file__).with_suffix(".js"),), isolate_styles=False)


def draw(seconds: float, key: str) -> None:
    """Draw a running clock that shows `seconds` now."""
    _component.draw(key=key, data={"seconds": seconds}, width="content")
