"""The input for the seed, and a button for a new one."""

import secrets

import streamlit as st

from pages.state import session

NEW_SEEDS = 1_000_000  # new seeds are smaller, so that they are easy to read out


def button(prefix: str) -> None:
    """Draw the button that chooses a new seed."""
    st.button(
        "New seed",
        key=f"{prefix}.new_seed",
        icon=":material/casino:",
        on_click=_renew,
        help="Draws other samples and other initial weights by the same rules, to see how much was luck.",
    )


def _renew() -> None:
    session.change(seed=secrets.randbelow(NEW_SEEDS))
