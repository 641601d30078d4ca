"""Numbers of a forward pass as a table: a row for each quantity, a column for each neuron."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from polycore.arrays import Floats

WIDEST = 64  # columns of an HTML table; wider ones are dataframes, which draw only the visible part
SMALLEST = 1e-4  # absolute value below which eight decimals show too few digits

STYLE = """<style>
.forward-pass { overflow-x: auto; max-width: 100%; }
.forward-pass table { border-collapse: collapse; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
.forward-pass :is(th, td) { padding: 0.2rem 0.6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, 0.25); font-weight: normal; }
.forward-pass th[scope=row] { text-align: left; }
.forward-pass thead th { font-weight: 600; }
</style>"""


def draw_style() -> None:
    """Draw the style of the tables, once per page."""
    st.html(STYLE)


def draw(label: str, heads: Sequence[str], rows: Mapping[str, Floats], colors: Sequence[str] = ()) -> None:
    """Draw `rows` of numbers under `heads`, which are not from users; `colors` underline the heads."""
    if len(heads) > WIDEST:
        texts = {name: [number(value) for value in values] for name, values in rows.items()}
        st.dataframe(pd.DataFrame(texts, index=pd.Index(heads, name=label)), height=220, alt=label)
        return
    st.html(_table(label, heads, rows, colors))


def number(value: float) -> str:
    """Return a number with eight decimals, as NumPy prints it; a small one with four digits."""
    if 0 < abs(value) < SMALLEST:
        return f"{value:.3e}"
    return f"{round(float(value), 8) + 0.0:.12g}"  # + 0.0: never -0


def _table(label: str, heads: Sequence[str], rows: Mapping[str, Floats], colors: Sequence[str]) -> str:
    cells = [
        f"<th scope='col'{_underline(colors, i)}>{html.escape(head)}</th>" for i, head in enumerate(heads)
    ]
    head = f"<tr><th scope='row'>{html.escape(label)}</th>{''.join(cells)}</tr>"
    body = [
        f"<tr><th scope='row'>{html.escape(name)}</th>"
        + "".join(f"<td>{number(value)}</td>" for value in values.tolist())
        + "</tr>"
        for name, values in rows.items()
    ]
    return (
        f"<div class='forward-pass' tabindex='0' role='group' aria-label='{html.escape(label)}'>"
        f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _underline(colors: Sequence[str], index: int) -> str:
    return f" style='border-bottom: 3px solid {colors[index]}'" if colors else ""
