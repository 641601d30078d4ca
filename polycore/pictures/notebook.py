"""What a notebook shows in place of a representation: a picture, the main facts, and what its colors mean."""

import html

from polycore.checks import shortened
from polycore.pictures.palette import PALETTE
from polycore.pictures.png import data_url
from polycore.pictures.small_map import HEIGHT, WIDTH
from polycore.polynomials.classes import Classes

LONGEST_NAME = 40  # characters of a class


def picture_html(png: bytes, alt: str, facts: str, classes: Classes) -> str:
    """Return a self-contained piece of HTML: a small picture, the facts, and each class beside its color.

    alt: the alternative text of the picture. Names of classes may be anything: all text is escaped.
    """
    legend = " ".join(map(_legend_entry, range(len(classes)), (one.typeset for one in classes)))
    return (
        f'<div style="max-width: {2 * WIDTH}px">'
        f'<img src="{data_url(png)}" alt="{html.escape(alt)}" width="{WIDTH}" height="{HEIGHT}" '
        'style="image-rendering: pixelated; border: 1px solid #808080">'
        f"<div>{html.escape(facts)}</div><div>{legend}</div></div>"
    )


def _legend_entry(label: int, name: str) -> str:
    return (
        f'<span style="display: inline-block"><span style="color: {PALETTE[label].color}">■</span> '
        f"{html.escape(shortened(name, LONGEST_NAME))}</span>"
    )
