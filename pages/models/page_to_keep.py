"""A page to keep: a network as one HTML file, to download."""

import streamlit as st

from pages.plane import plane
from polycore import Model, html_page
from polycore.limits import MAX_COEFFICIENT
from polycore.web import parameters

PREFIX = "page_to_keep"
LARGE = 200_000  # bytes of weights, from which on the help says how many there are
BYTES_EACH = 8 * 4 / 3  # float64 in base64


def draw(model: Model, name: str) -> None:
    """Draw the button that downloads the page of a model; `name` is the file's, without its suffix."""
    st.subheader("A page to keep", anchor=False)
    count = parameters.count_of(model)
    if count > parameters.MOST_PARAMETERS:
        st.caption(
            f"This network has {count:,} weights and biases, too many for a page: it may have "
            f"{parameters.MOST_PARAMETERS:,}. The weight file on Predict has them all."
        )
        return
    if not plane.can_show(model.polynomials):
        st.caption(
            "There is no page of this network: a coefficient of its polynomials is larger than "
            f"{MAX_COEFFICIENT:,.0f}, and no map can show that. The weight file on Predict has the network."
        )
        return
    st.write(
        "One HTML file to send to a friend: it opens in any browser, offline, and its map says what the "
        "network answers at each point."
    )
    st.download_button(
        "Download as HTML",
        lambda: html_page(model).encode(),  # computed at the press
        file_name=f"{name}.html",
        mime="text/html",
        key=f"{PREFIX}.download",
        icon=":material/download:",
        on_click="ignore",
        help=f"The network with its map, and its weights for programs.{_size(count)}",
    )


def _size(count: int) -> str:
    size = BYTES_EACH * count
    return f" The weights take {size / 1e6:.1f} MB." if size > LARGE else ""
