"""Which pages may open a socket of the live channel: those that may open Streamlit's own."""

from urllib.parse import urlsplit

import streamlit as st

LOCAL = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104  # names of hosts, not an address to listen on


def is_allowed(origin: str | None, host: str | None) -> bool:
    """Return whether a page of that origin may connect to this server, which it called by that host.

    Browsers always send an origin; a program that sends none needs a key all the same.
    """
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    parts = urlsplit(origin)
    if parts.netloc == host:
        return True
    named = [urlsplit(allowed).hostname for allowed in st.get_option("server.corsAllowedOrigins") or ()]
    return parts.hostname in (*LOCAL, st.get_option("browser.serverAddress"), *filter(None, named))
