"""No key in the server's log."""

import logging

import pytest

from pages.channel import address

KEY = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("message", "arguments", "logged"),
    [
        (
            '%s - "WebSocket %s" [accepted]',
            ("::1", f"/live/a/{KEY}"),
            '::1 - "WebSocket /live/a/…" [accepted]',
        ),
        ("< GET %s HTTP/1.1", (f"/demo/live/b/{KEY}/run?x=1",), "< GET /demo/live/b/…/run?x=1 HTTP/1.1"),
        (f"GET /live/a/{KEY}", (), "GET /live/a/…"),
        ("%d connections of %s", (3, "/train"), "3 connections of /train"),
    ],
)
def test_a_key_is_left_out_of_what_uvicorn_logs(message, arguments, logged):
    record = logging.LogRecord("uvicorn.error", logging.INFO, __file__, 1, message, arguments, None)
    assert address.without_keys(record)
    assert record.getMessage() == logged
