"""Where the set-up's polynomials cross, in a table, and which of them never do."""

from functools import partial

import pandas as pd
import streamlit as st

from pages.plane import crossings
from pages.state import session
from polycore.formatting import number_text

PREFIX = "polynomials"
HEIGHT = 420  # pixels: it scrolls inside
_number = partial(number_text, digits=6)
NEVER, ALIKE = "Never cross here: {}.", "Equal here up to rounding: {}."


def draw() -> None:
    """Draw the crossings of each pair within the range of x."""
    experiment = session.current().experiment
    low, high = experiment.x_range
    table = crossings.table_of(experiment.polynomials, experiment.x_range)
    st.subheader("Where they cross", anchor=False)
    span = f"{_number(low)} to {_number(high)}"
    st.caption(f"For x from {span}. Near a crossing even the best network is unsure.")
    if table.rows:
        rows = [(crossings.name_of(pair), x, y) for pair, x, y in table.rows]
        st.dataframe(
            # with a true minus sign; sorted as numbers all the same
            pd.DataFrame(rows, columns=["pair", "x", "y"]).style.format(_number, subset=["x", "y"]),
            key=f"{PREFIX}.crossings",
            hide_index=True,
            height=min(HEIGHT, 35 * (len(rows) + 1) + 3),
            alt="The crossings: pair, x and y.",
        )
    if table.apart:
        st.caption(NEVER.format(crossings.names_of(table.apart)))
    if table.alike:
        st.caption(ALIKE.format(crossings.names_of(table.alike)))
