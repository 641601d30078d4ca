"""The input for the seed, and a button for a new one."""

import secrets
from dataclasses import replace

import streamlit as st

from pages.setup import setting_input
from pages.state import session, typed
from polycore.experiment.settings import SETTINGS

NEW_SEEDS = 1_000_000  # new seeds are smaller, so that they are easy to read out


def key(prefix: str) -> str:
    """Return the key of the input's widget."""
    return session.current().inputs.key(f"{prefix}.seed", "seed")


def draw(prefix: str) -> None:
    """Draw the input."""
    setting_input.draw(SETTINGS["seed"], session.current().experiment, key(prefix))


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
    typed.note()
    session.load(replace(session.current().experiment, seed=secrets.randbelow(NEW_SEEDS)), "seed")
