"""A line to a server that delays each byte, and that can be cut for a while."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 65536  # bytes


class SlowLine:
    """Passes connections on to a server; all that is sent arrives `seconds` later, in either direction."""

    def __init__(self, server: str, seconds: float) -> None:
        target = urlsplit(server)
        self._host, self._port = target.hostname, target.port
        self._seconds = seconds
        self._is_cut = False
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it in a thread and yield its address."""
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        begun = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._pass_on, "127.0.0.1", 0), self._loop
        )
        listener = begun.result(20)
        try:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        finally:
            asyncio.run_coroutine_threadsafe(self._end(listener), self._loop).result(20)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(20)
            self._loop.close()

    def cut(self) -> None:
        """End all connections, and let none through until `mend`."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._hang_up)

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def _hang_up(self) -> None:
        for connection in tuple(self._connections):
            connection.cancel()

    async def _end(self, listener: asyncio.Server) -> None:
        listener.close()
        connections = tuple(self._connections)
        self._hang_up()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _pass_on(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        to_server = None
        try:
            if self._is_cut:
                return
            server, to_server = await asyncio.open_connection(self._host, self._port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(browser, to_server))
                both.create_task(self._carry(server, to_browser))
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass  # one of the two has gone, or the line was cut
        finally:
            self._connections.discard(task)
            for writer in filter(None, (to_browser, to_server)):
                writer.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Copy until the source ends; then let the target know, after the delay."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(due - self._loop.time())
                if not piece:
                    return
                target.write(piece)
                await target.drain()

        delivery = asyncio.ensure_future(deliver())
        try:
            while True:
                piece = await source.read(PIECE)
                pieces.put_nowait((self._loop.time() + self._seconds, piece))
                if not piece:
                    break
            await delivery
            with suppress(OSError, NotImplementedError):
                target.write_eof()
        finally:
            delivery.cancel()
