"""Keeps a plot in view on a phone, above the inputs or the chart that belong to it."""

import streamlit as st


def keep(container: str, below: str = "") -> str:
    """Return the style that puts a plot first on a phone, and keeps it at the top while its columns scroll.

    container: the key of the plot's container, alone in a column of two. below: the key of a container whose
    plot is as high as this one, so that both fit in a screen; "" for none.

    The elements below the plot in its column scroll away: on a phone the column has no box of its own. A
    figure has the height of its container.
    """
    light, dark = (st.get_option(f"theme.{scheme}.backgroundColor") for scheme in ("light", "dark"))
    plot = _class_of(container)
    column = f'[data-testid="stColumn"]:has({plot})'
    plots = ", ".join(f"{_class_of(key)} :has(.polycore-live)" for key in (container, below) if key)
    return f"""<style>
@media (max-width: 640px) {{
  {column}, {column} > [data-testid="stVerticalBlock"] {{ display: contents; }}
  {column} > [data-testid="stVerticalBlock"] > * {{ flex: 0 0 100%; }}
  {column} > [data-testid="stVerticalBlock"] > :has({plot}) {{
    order: -1; position: sticky; top: 0; z-index: 90;
    background: Canvas; background: light-dark({light}, {dark});
  }}
  {plot} .polycore-live-legend {{ display: none; }}
  {plots} {{ height: 280px !important; flex: 0 0 280px !important; }}
}}
</style>"""


def _class_of(key: str) -> str:
    return f".st-key-{key.replace('.', '-')}"
