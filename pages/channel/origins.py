"""Which pages may open a socket of the live channel: those that may open Streamlit's own."""

from urllib.parse import urlsplit

import streamlit as st

LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104  # names of hosts, not an address to listen on


def is_allowed(origin: str | None, host: str | None) -> bool:
    """Return whether a page of that origin may connect to this server, which it called by that host.

    Browsers always send an origin; a program that sends none needs a key all the same.
    """
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    try:
        parts = urlsplit(origin)
        name = parts.hostname
    except ValueError:
        return False
    if name is None:  # "null", as a sandboxed page has it
        return False
    return parts.netloc == host or name in LOCAL or name in _named_hosts()


def _named_hosts() -> set[str | None]:
    """Return the hosts that the server's settings name, with or without a scheme."""
    named = (st.get_option("browser.serverAddress"), *(st.get_option("server.corsAllowedOrigins") or ()))
    return {_hostname(address.strip()) for address in named if address}


def _hostname(address: str) -> str | None:
    return urlsplit(address if "://" in address else f"//{address}").hostname
