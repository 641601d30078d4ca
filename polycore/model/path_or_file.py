"""Reading and writing the bytes of a path or an open binary file."""

import os
import secrets
import stat
from pathlib import Path
from typing import IO

from polycore.checks import described
from polycore.errors import PolycoreError
from polycore.model.refusals import ReadingError, Reason

PIECE = 2**20  # bytes per read: an open file allocates as many as requested, however few it has

PathOrFile = str | os.PathLike[str] | IO[bytes]


def content_of(source: PathOrFile, limit: int) -> bytes:
    """Return the bytes of the file at a path, or of a binary file from its current position.

    At most one byte more than `limit` is read, and none of an ordinary file that is larger. Raises
    ReadingError if there are more, or none, or they cannot be read.
    """
    if source == "":  # Path("") is this folder
        raise ReadingError(Reason.NO_FILE)
    if isinstance(source, str | os.PathLike):
        content = _content_of_path(Path(source), limit)
    elif hasattr(source, "read"):
        content = _content_of_file(source, limit)
    else:
        raise ReadingError(Reason.NO_SOURCE)
    if len(content) > limit:
        raise ReadingError(Reason.TOO_LARGE, limit=limit)
    if not content:
        raise ReadingError(Reason.EMPTY)
    return content


def put(target: PathOrFile, content: bytes, kind: str) -> None:
    """Write `content` to a path, or in one piece to a binary file.

    A file at the path is replaced atomically once everything is written, or else left unchanged; it keeps its
    permissions, and a symbolic link keeps pointing to it. A pipe or a device is written into, as by a shell's
    `>`: a pipe may wait for its reader. Raises PolycoreError if nothing can be written; `kind` names the file
    in its text.
    """
    try:
        if target == "":
            raise FileNotFoundError("got an empty path")
        if isinstance(target, str | os.PathLike):
            _put_at(Path(target), content)
        elif hasattr(target, "write"):
            target.write(content)
        else:
            raise TypeError(f"got {described(target)} instead of a path or file")
    except (OSError, TypeError, ValueError) as error:
        raise PolycoreError(
            f"the {kind} could not be written: {error}. Give a path in a folder with write permission, "
            "or a file opened with mode 'wb'."
        ) from error


def is_stream(path: Path) -> bool:
    """Return whether a path leads to a pipe or a device, such as /dev/null, which `put` writes into."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _content_of_path(path: Path, limit: int) -> bytes:
    try:
        details = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL or a lone surrogate
        raise ReadingError(Reason.NO_FILE) from error
    if not stat.S_ISREG(details.st_mode):
        raise ReadingError(Reason.NO_ORDINARY_FILE)
    if details.st_size > limit:
        raise ReadingError(Reason.TOO_LARGE, limit=limit)
    try:
        with path.open("rb") as file:
            # read() allocates as many bytes as requested
            return file.read(details.st_size + 1)
    except OSError as error:
        raise ReadingError(Reason.UNREADABLE_PATH) from error


def _content_of_file(file: IO[bytes], limit: int) -> bytes:
    pieces = bytearray()
    while len(pieces) <= limit:
        try:
            piece = file.read(min(PIECE, limit + 1 - len(pieces)))
        except (OSError, ValueError) as error:  # ValueError: closed, or a text file of other bytes
            raise ReadingError(Reason.UNREADABLE_FILE) from error
        if not isinstance(piece, bytes):
            raise ReadingError(Reason.NO_BYTES)
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def _put_at(path: Path, content: bytes) -> None:
    if is_stream(path):  # before links are resolved: that of a pipe without a name leads nowhere
        with path.open("wb") as stream:
            stream.write(content)
        return
    file = Path(os.path.realpath(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _replace(file, content, None)
        return
    if not stat.S_ISREG(mode):
        raise OSError("got a folder, a disk or a socket; expected a file, a pipe or another device")
    file.open("r+b").close()  # replacing it would need only the folder's permission
    _replace(file, content, stat.S_IMODE(mode))


def _replace(path: Path, content: bytes, permissions: int | None) -> None:
    temporary = path.parent / f".polycore-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            if permissions is not None:
                temporary.chmod(permissions)  # first: nobody else may read what is written
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
