"""The app's own routes: a socket for each tab, the latest frame of a run, weights, scripts, the health."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.channel import address, component
from pages.server import monitoring, server
from pages.server.audience import LiveSocket, Viewer
from pages.server.source import Frame
from polycore import Model, Referee
from polycore.polynomials.window import plane_range
from polycore.web.script_inputs import MOST_PARAMETERS, bytes_of, curves_as_json, inputs_of, shapes_of

# Codes with which a socket is closed. It is accepted first: a browser sees no code of one that was not.
# A tab connects again after the first one alone: channel.js.
FAILED = 1011
FOREIGN_ORIGIN, UNKNOWN_KEY, TOO_FAST, TOO_LARGE, TOO_MANY_SOCKETS = 4403, 4404, 4408, 4413, 4429

MOST_BYTES = 1024  # of a message from a browser
MOST_MESSAGES, IN_SECONDS = 40, 1.0  # a slider that is moved sends up to 16
WAIT_SECONDS = 0.05  # between two frames of a run, at least: a screen would hardly show more
# To all sockets together. With five a second to each of a hundred the server used 0.57 of a core, and a
# newcomer waited 2.2 s for the first chart.
FRAMES_PER_SECOND = 300
# Scripts share the threads in which frames are computed. Among 100 people on one link a script waited for one
# 2 to 6 ms (medians) and at most 37; with a pool for frames alone a newcomer's page came no sooner.
HIDDEN_SECONDS = 5.0  # between two frames for a tab that nobody sees
LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104  # names of hosts, not an address to listen on
NOT_STORED = {"Cache-Control": "no-store"}
GONE = (WebSocketDisconnect, RuntimeError)  # what Starlette raises for a socket that has ended

_logger = logging.getLogger(__name__)


def routes() -> list[BaseRoute]:
    """Return the routes. Streamlit puts its `server.baseUrlPath` before its own, but not before an app's."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    folder = "/".join(["", *filter(None, [base, address.PREFIX])])
    path = f"{folder}/{{replica}}/{{key}}"
    return [
        WebSocketRoute(path, channel),
        Route(f"{path}/{{name}}", latest_frame),
        Route(f"{path}/{{name}}/weights", weights_now),
        Route(f"{folder}/{component.PLOTLYS_NAME}", component.plotlys.answer),
        Route(f"{folder}/{component.FOLDER}/{{file}}", component.script),
        Route(f"{folder}/{monitoring.HEALTH}", monitoring.health),
    ]


async def weights_now(request: Request) -> Response:
    """Answer with the weights of the network whose map has that name on the session's page."""
    viewer = server.current().audience.viewer(request.path_params["key"])
    model_now = None if viewer is None else viewer.model_now(request.path_params["name"])
    content = None if model_now is None else await asyncio.to_thread(lambda: packed(model_now()))
    if content is None:
        return Response(status_code=204, headers=NOT_STORED)  # see latest_frame
    return Response(content, media_type="application/octet-stream", headers=NOT_STORED)


def packed(model: Model | Referee) -> bytes | None:
    """Return what the browser needs to compute answers, as a frame has it; None of a very large network.

    Of a network: header "shapes", the rows and columns of each layer, "activation", its name, and "inputs",
    as `scripts.inputs_of` returns them; blob "weights", its numbers as `scripts.bytes_of` does.
    Of a referee: header "referee", the coefficients of each curve and the noise.
    Of both: header "curves", what place.js needs.
    """
    if isinstance(model, Referee):
        coefficients = [list(polynomial.coefficients) for polynomial in model.polynomials]
        window = (model.x_range, plane_range(model.polynomials, model.x_range))
        header: dict[str, object] = {
            "referee": {"coefficients": coefficients, "noise": model.noise},
            "curves": {"polynomials": coefficients, "noise": model.noise, "window": window},
        }
        return Frame("weights", 0, header).content
    if model.parameter_count > MOST_PARAMETERS:
        return None
    header = {
        "shapes": shapes_of(model),
        "activation": model.activation,
        "inputs": inputs_of(model),
        "curves": curves_as_json(model),
    }
    return Frame("weights", 0, header, {"weights": bytes_of(model)}).content


async def latest_frame(request: Request) -> Response:
    """Answer with the latest frame of a run, for a page whose socket cannot open."""
    viewer = server.current().audience.viewer(request.path_params["key"])
    source = None if viewer is None else viewer.source(request.path_params["name"])
    if viewer is None or source is None:
        # not 404: after a restart that is nothing to report, and browsers would as an error of the page
        return Response(status_code=204, headers=NOT_STORED)
    await asyncio.to_thread(viewer.fetched)
    frame = await asyncio.to_thread(source.frame)
    return Response(frame.content, media_type="application/octet-stream", headers=NOT_STORED)


async def channel(socket: WebSocket) -> None:
    """Send a tab the frames of its runs, until it goes or its key is revoked."""
    try:
        await socket.accept()
    except OSError:  # the tab has gone meanwhile
        return
    viewer = server.current().audience.viewer(socket.path_params["key"])
    if not is_allowed(socket.headers.get("origin"), socket.headers.get("host")):
        await _close(socket, FOREIGN_ORIGIN)
    elif viewer is None:
        await _close(socket, UNKNOWN_KEY)
    else:
        await _serve(socket, viewer)


def is_allowed(origin: str | None, host: str | None) -> bool:
    """Return whether a page of that origin may open a socket of this server, which it called by that host.

    The pages that may open Streamlit's own socket may. Browsers always send an origin; a program that sends
    none still needs a key.
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
    # the settings may name hosts with or without a scheme
    named = (st.get_option("browser.serverAddress"), *(st.get_option("server.corsAllowedOrigins") or ()))
    addresses = (one.strip() for one in named if one)
    hosts = {urlsplit(one if "://" in one else f"//{one}").hostname for one in addresses}
    return parts.netloc == host or name in LOCAL or name in hosts


async def _serve(socket: WebSocket, viewer: Viewer) -> None:
    live_socket = LiveSocket()
    if not viewer.add(live_socket):
        await _close(socket, TOO_MANY_SOCKETS)
        return
    try:
        await asyncio.to_thread(viewer.seen)
        code = await _first_of(_read(socket, viewer, live_socket), _write(socket, viewer, live_socket))
        if code is not None:
            await _close(socket, code)
    finally:
        viewer.remove(live_socket)


async def _close(socket: WebSocket, code: int) -> None:
    with suppress(*GONE):
        await socket.close(code)


async def _first_of(*coroutines: Coroutine[Any, Any, int | None]) -> int | None:
    """Return the result of the first to end, and cancel the other.

    A task that only wrote would never learn that its browser has gone.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return next((code for code in map(_code, done) if code is not None), None)


def _code(task: asyncio.Task[int | None]) -> int | None:
    """Return what a task has returned, or the code for its exception, which is logged."""
    error = task.exception()
    if error is None:
        return task.result()
    _logger.error("A frame could not be computed.", exc_info=error)
    return FAILED


async def _read(socket: WebSocket, viewer: Viewer, live_socket: LiveSocket) -> int | None:
    """Take what a tab reports. Return the code to close the socket with; None if the tab has gone."""
    arrivals: deque[float] = deque(maxlen=MOST_MESSAGES)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        content = message.get("bytes") or b"" if text is None else text.encode()
        now = monotonic()
        if len(content) > MOST_BYTES:
            return TOO_LARGE
        if len(arrivals) == MOST_MESSAGES and now - arrivals[0] < IN_SECONDS:
            return TOO_FAST
        arrivals.append(now)
        await _take(_parsed(content), viewer, live_socket)


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        message = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


async def _take(message: dict[str, Any], viewer: Viewer, live_socket: LiveSocket) -> None:
    match message.get("hidden"):
        case bool(is_hidden):
            live_socket.hide() if is_hidden else live_socket.show()
            # hidden or not: a tab that is there keeps its runs awake. In a thread: runs may begin then
            await asyncio.to_thread(viewer.seen)
    match message.get("choose"):
        case [str(name), choice]:
            viewer.choose(name, choice)
    match message.get("halt"):
        case [str(name), "pause" | "stop" as how, int(generation)]:
            viewer.halt(name, how, generation)


async def _write(socket: WebSocket, viewer: Viewer, live_socket: LiveSocket) -> int | None:
    """Send each run's latest frame when there is another. Return the code to close the socket with."""
    sent: dict[str, tuple[int, bool]] = {}
    audience = server.current().audience
    while not viewer.is_revoked:
        sources = viewer.sources
        sent = {source.name: sent[source.name] for source in sources if source.name in sent}
        for source in sources:
            frame = await asyncio.to_thread(source.frame)
            latest = frame.sequence, not live_socket.is_hidden
            if latest > sent.get(source.name, (-1, False)):
                # this waits while the browser is slow: what changes meanwhile is in the frame after
                try:
                    await socket.send_bytes(frame.without_blobs if live_socket.is_hidden else frame.content)
                except GONE:
                    return None
                sent[source.name] = latest
        await live_socket.wait(max(WAIT_SECONDS, audience.sockets / FRAMES_PER_SECOND), HIDDEN_SECONDS)
    return UNKNOWN_KEY
