"""Keeps the keys of the live channel out of the server's log.

uvicorn logs the path of each request and socket. `streamlit run` shows none of that, `uvicorn` by itself all.
"""

import logging
import re
from typing import Any

from pages.channel import address

LOGGERS = ("uvicorn.access", "uvicorn.error")  # of requests, and of sockets and errors
_KEY = re.compile(rf"(/{address.PREFIX}/[^/\s]*/)[^/\s?]+")


def apply() -> None:
    """Keep keys out of the log from now on."""
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
