"""Where the live channel is: below the app's own address, with the replica that has a tab's session.

The address of a tab's channel ends with its key, which must not be in the server's log. uvicorn logs the path
of each request and socket: `streamlit run` does not, but `uvicorn` by itself does.
"""

import logging
import os
import re
from typing import Any

PREFIX = "live"
VARIABLE = "POLYCORE_REPLICA"  # its name, by which a proxy finds it; a server alone needs none
LOGGERS = ("uvicorn.access", "uvicorn.error")  # of requests, and of sockets and errors
_KEY = re.compile(rf"(/{PREFIX}/[^/\s]*/)[^/\s?]+")


def of_this_server() -> str:
    """Return the address of this server's channel, relative to the app's; a tab's key follows it."""
    name = os.environ.get(VARIABLE, "")
    return f"{PREFIX}/{name if name.isascii() and name.isalnum() else 'a'}"


def keep_keys_out_of_the_log() -> None:
    """Keep keys out of the server's log from now on."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(without_keys)


def without_keys(record: logging.LogRecord) -> bool:
    """Replace the keys in what is logged."""
    record.msg = _without(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_without, record.args))
    return True


def _without(value: Any) -> Any:
    return _KEY.sub(r"\1…", value) if isinstance(value, str) else value
