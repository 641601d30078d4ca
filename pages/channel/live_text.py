"""Text that changes while a run advances, without a run of the page.

The page draws it as HTML with its present values. In the browser, each frame of the run then fills in the new
values, as text and never as HTML.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pages.channel import component, session_key
from pages.server.source import Halt
from polycore.web.scripts import file_of

NO_HALTS: Mapping[str, Halt] = MappingProxyType({})

# with the first begins the script of each component that follows a run; the others make pictures of maps
CHANNEL_SCRIPT = Path(__file__).with_name("channel.js")
PICTURE_SCRIPTS = file_of("painter.js"), Path(__file__).with_name("picture.js")
PRESSES_SCRIPT = Path(__file__).with_name("presses.js")
_component = component.Component(
    "polycore_text", (CHANNEL_SCRIPT, *PICTURE_SCRIPTS, PRESSES_SCRIPT, Path(__file__).with_suffix(".js"))
)


@dataclass(frozen=True)
class Followed:
    """A run that a component follows.

    name: of the run's source. since: the sequence of the frame that the page shows already.
    active: whether the page shows the run as advancing.
    """

    name: str
    since: int
    active: bool

    def to_browser(self) -> Mapping[str, Any]:
        """Return what the component's script needs to follow it."""
        return {
            "address": session_key.channel(),
            "run": self.name,
            "since": self.since,
            "active": self.active,
        }


def draw(
    html: str,
    key: str,
    followed: Followed | None,
    *,
    reports: bool = False,
    until: str = "",
    halts: Mapping[str, Halt] = NO_HALTS,
    on_press: Callable[[Any], None] = lambda _: None,
) -> None:
    """Draw `html`, of ours alone: a user's words in it are escaped.

    An element with `data-value="a.b"` shows the value `b` of `a` in each frame's header, and is hidden while
    that is empty; the cells of a row with `data-values="a"` show a list of them. `data-width="a"` is as many
    percent wide as the number says, `data-color="a"` has that color, and an image with `data-picture="a"` has
    the address `a.source` and the alternative text `a.alt`. `data-lane` is for `small_map`.
    A button with `data-press="a"` calls `on_press("a")`, as a callback; then what its `data-shows` selects
    comes into view.
    followed: the run whose frames it shows; None for text that stands still.
    reports: whether the page is drawn again once the run begins or ends to advance; one component of a page
    does so.
    until: the name of a value; the page is also drawn again once a frame says that it is true.
    halts: the keys of buttons that pause or stop the run; presses.js has the two ways of such a press.
    """
    follow = None if followed is None else followed.to_browser()
    _component.draw(
        key=key,
        data={
            "html": html,
            "follow": follow,
            "reports": reports,
            "until": until,
            "halts": {button.replace(".", "-"): how for button, how in halts.items()},  # as in the page
        },
        on_changed_change=lambda: None,  # a report only needs the page to run again
        on_pressed_change=lambda: on_press(component.sent(key, "pressed")),
    )


def value(name: str, text: str, tag: str = "span", css_class: str = "") -> str:
    """Return an element that shows `text`, and then the value of that name; hidden while that is empty."""
    hidden = "" if text else " hidden"
    return f'<{tag} class="{css_class}" data-value="{name}"{hidden}>{escape(text)}</{tag}>'


def row(*metrics: str) -> str:
    """Return metrics side by side."""
    return f'<div class="metrics">{"".join(metrics)}</div>'


def quiet_row(*metrics: str) -> str:
    """Return metrics side by side in small type, each in one line."""
    return f'<div class="metrics quiet">{"".join(metrics)}</div>'


def metric(label: str, name: str, text: str, description: str, comparison: str = "") -> str:
    """Return a number with its label, which may be an element of `value`, and a description behind "?".

    description: "" for none. comparison: an element of `compared`.
    """
    return (
        f'<div class="metric"><div class="label">{label} {_help(description)}</div>'
        f"{value(name, text, 'div', 'number')}{comparison}</div>"
    )


def large(words: str, name: str, text: str, description: str, comparison: str) -> str:
    """Return the one large number of a page, and beside it the words that follow it as in a sentence.

    The others are as for `metric`.
    """
    return (
        f'<div class="large">{value(name, text, "div", "figure")}'
        f'<div><div class="words">{words} {_help(description)}</div>{comparison}</div></div>'
    )


def compared(name: str, text: str) -> str:
    """Return what a number is compared with, or how far it holds, the value of that name; "" for none."""
    return value(name, text, "div", "compared") if text else ""


def _help(description: str) -> str:
    if not description:
        return ""
    words = escape(description)
    return f'<button type="button" class="help" aria-label="{words}" data-help="{words}">?</button>'


def bar(name: str, share: float, label: str) -> str:
    """Return a bar that is `share` percent long."""
    return (
        f'<div class="bar" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share:.0f}"><div data-width="{name}" style="width: {share}%"></div></div>'
    )


def table(label: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]], name: str) -> str:
    """Return a table: `rows` by their heads, each with a text for every column.

    label: its name for screen readers. heads: of all columns, HTML of ours as the heads of the rows are.
    name: of the value that has a list of rows, each a list of texts.
    """
    columns = "".join(f"<th scope='col'>{head}</th>" if head else "<td></td>" for head in heads)
    body = "".join(
        f"<tr data-values='{name}.{index}'><th scope='row'>{head}</th>"
        + "".join(f"<td>{escape(text)}</td>" for text in texts)
        + "</tr>"
        for index, (head, texts) in enumerate(rows.items())
    )
    return (
        f"<div class='table' tabindex='0' role='group' aria-label='{escape(label)}'><table>"
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )
