"""Sources without a run: what they show is set by hand."""

import json
from collections.abc import Callable, Sequence

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from pages.server import server
from pages.server.source import Frame, IsThere


class Tape:
    """A source that shows a number, and so many bytes of it. What it shows is itself."""

    def __init__(self, name: str = "tape", size: int = 0) -> None:
        self.name = name
        self.subjects = (self,)
        self.looks: list[IsThere] = []
        self.choices: list[object] = []
        self.halts: list[tuple[str, int]] = []
        self.computed = 0
        self._size = size
        self._frame = self._frame_of(0)

    @property
    def number(self) -> int:
        return self._frame.sequence

    def show(self, number: int, *, at_once: bool = False) -> None:
        """Show another number, and wake all who look."""
        self._frame = self._frame_of(number)
        server.current().audience.announce(self.name, at_once=at_once)

    def frame(self) -> Frame:
        self.computed += 1
        return self._frame

    def seen(self, is_there: IsThere) -> None:
        self.looks.append(is_there)

    def choose(self, value: object) -> bool:
        self.choices.append(value)
        return True

    def halt(self, how: str, generation: int) -> None:
        self.halts.append((how, generation))

    def _frame_of(self, number: int) -> Frame:
        blobs = {"map": number.to_bytes(4, "big") * (self._size // 4)} if self._size else {}
        return Frame(self.name, number, {"number": number, "line": f"{number} · ½"}, blobs)


class BrokenTape(Tape):
    """A source whose frames cannot be computed."""

    def frame(self) -> Frame:
        raise RuntimeError("no frame")


def unpacked(data: bytes) -> tuple[dict, dict[str, bytes]]:
    """Return a frame's header and blobs, by the words of source.py; fail if a byte is left over."""
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length].decode("utf-8"))
    rest, blobs = data[4 + length :], {}
    for name, size in header["blobs"]:
        blobs[name], rest = rest[:size], rest[size:]
        assert len(blobs[name]) == size
    assert rest == b""
    return header, blobs


def numbers_until(receive: Callable[[], bytes], last: int) -> Sequence[int]:
    """Return the numbers of the frames that come until one has the number `last`."""
    numbers = []
    while not numbers or numbers[-1] != last:
        numbers.append(unpacked(receive())[0]["number"])
    return numbers


def close_code(connection: ClientConnection) -> int:
    """Return the code with which the server closes a socket; frames before that are skipped."""
    try:
        while True:
            connection.recv(timeout=20)
    except ConnectionClosed as closed:
        return closed.rcvd.code
