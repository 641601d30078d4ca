"""The command line as a user has it: from its arguments to its output, or as a process in a terminal."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import polycore.__main__
from tests.signals import restore_signals

ROOT = Path(__file__).parents[2]
# without Python's buffer a write that was cut short, as by a reader that goes, is taken for a whole one
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
COMMAND = [sys.executable, "-W", "error", "-m", "polycore"]


def command(*arguments, folder, stdin=""):
    """Run a command as its process would, but in this one, which has imported all that it needs.

    Return it as ended, with its output as text. That it ends a process likewise is seen with the examples.
    """
    typed, out, errors = (_text_stream(content) for content in (stdin.encode(), b"", b""))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", [polycore.__main__.__file__])
        for name, stream in (("stdin", typed), ("stdout", out), ("stderr", errors)):
            patch.setattr(sys, name, stream)
        code = polycore.__main__.main([*map(str, arguments)])
    written = [stream.buffer.getvalue().decode() for stream in (out, errors)]
    return subprocess.CompletedProcess(arguments, code, *written)


def _text_stream(content):
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", write_through=True)


def program(*arguments, folder):
    """Return the process of a program when it has ended, with its output as text."""
    return subprocess.run(
        [*map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT,
        input="",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def one_line(done):
    """Return the one line on standard error of a command that could not do its work."""
    [line] = done.stderr.splitlines()
    assert line.startswith("polycore: ")
    assert len(line) < 600
    return line


class Terminal:
    """A command in a terminal of so many columns; `stdout` goes elsewhere, as behind a `>`."""

    def __init__(self, *arguments, folder, columns=80, variables=None):
        import fcntl
        import pty
        import struct
        import termios

        def take_terminal():
            restore_signals()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal

        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=folder,
            env={**ENVIRONMENT, **(variables or {})},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(theirs)
        self.text = ""

    def wait_for(self, words, seconds=60):
        """Read until the terminal has shown the words."""
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, self.text
            assert self._read(), self.text

    def type(self, text):
        os.write(self._ours, text.encode())

    def hang_up(self):
        """Close the terminal, as a window is closed."""
        os.close(self._ours)
        self._ours = None

    def ended(self):
        """Return the exit code when the command has ended; all that it wrote is then in `text`."""
        while self._read():
            pass
        code = self.process.wait(60)
        self.stdout = self.process.stdout.read().decode()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)
        self.process.stdout.close()
        if self._ours is not None:
            os.close(self._ours)

    def _read(self):
        try:
            piece = os.read(self._ours, 65536)
        except OSError as error:  # Linux says so when nobody has the other end open
            assert error.errno == errno.EIO  # noqa: PT017
            return False
        self.text += piece.decode()
        return bool(piece)
