"""What each line of the text editor means: its polynomial, typeset, or where it cannot be read."""

import re
from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.plane import swatch
from pages.polynomials.entries import TWICE, Line
from polycore.pictures.palette import PALETTE
from polycore.quoting import visible

# as high as the lines of Streamlit's text area, and at their height beside it
STYLE = """<style>
.polycore-lines { margin: 2.55rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; }
.polycore-lines > li {
  height: 1.4em; margin: 0; font-size: inherit; line-height: 1.4;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.polycore-lines img { display: inline; height: 1rem; margin-right: 0.5rem; vertical-align: middle; }
.polycore-lines mark { padding: 0 0.15em; border-radius: 0.2em; background: #b03159; color: #ffffff; }
.polycore-lines small { opacity: 0.8; }
@media (max-width: 640px) { .polycore-lines { margin-top: 0; } }
</style>"""
UNREAD, TOO = "cannot be read", "is there already"
_PLACE = re.compile(r"character (\d+): got (?:'(.)[^']*'|(.))")


def draw(lines: Sequence[Line]) -> None:
    """Draw the lines, each as high as in the editor. All text is escaped."""
    label = 0
    rows = []
    for line in lines:
        if line.polynomial is not None:
            sample = f'<img src="{swatch.url(label % len(PALETTE))}" alt="">'
            rows.append(f"<li>{sample}p{label} = {escape(line.polynomial.typeset)}</li>")
            label += 1
        elif line.error:
            # as high as its line, there is no room for the reason: the editor shows it below, whole
            rows.append(f"<li>{marked(line)} <small>{TOO if line.error == TWICE else UNREAD}</small></li>")
        else:
            rows.append("<li></li>")
    st.html(f'{STYLE}<ul class="polycore-lines" aria-label="What each line means">{"".join(rows)}</ul>')


def marked(line: Line) -> str:
    """Return the text of a line with the character at which it cannot be read marked, as HTML."""
    match = _PLACE.search(line.error)
    if match is None:
        return escape(visible(line.text))
    at = int(match[1]) - 1
    before, here, after = line.text[:at], line.text[at : at + 1], line.text[at + 1 :]
    return (
        f"{escape(visible(before))}<mark>{escape(visible(here)) or '&nbsp;'}</mark>{escape(visible(after))}"
    )
