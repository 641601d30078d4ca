"""Where bytes go: a file is replaced, a pipe or a device is written into, and nothing else is touched."""

import os
import socket
import stat
import threading

import pytest

from polycore.errors import PolycoreError
from polycore.model.path_or_file import put
from tests.waiting import Reader

CONTENT = bytes(range(256)) * 1000  # more than a pipe holds

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices have other paths there")


def device(path, minor):
    """Create a node of a memory device at the path."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        path.open("ab").close()
    except PermissionError:
        pytest.skip("only root makes devices, and only where the file system has them")
    return path


@pytest.mark.parametrize("name", ["pipe", "link"])
def test_a_named_pipe_is_written_into(tmp_path, name):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    reader = Reader(pipe)
    put(tmp_path / name, CONTENT, "film")
    assert reader.all() == CONTENT
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


def test_a_pipe_without_a_name_is_written_into():
    """As a shell's >(...), whose path is a link to no file."""
    if not os.path.isdir("/dev/fd"):  # noqa: PTH112
        pytest.skip("open files have no paths here")
    reading, writing = os.pipe()
    put(f"/dev/fd/{writing}", b"content", "film")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"content"


def test_a_pipe_whose_reader_has_gone_is_said(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def read_a_byte():
        with pipe.open("rb", buffering=0) as file:
            file.read(1)

    threading.Thread(target=read_a_byte, daemon=True).start()
    with pytest.raises(PolycoreError, match=r"the film could not be written: .*Broken pipe"):
        put(pipe, CONTENT, "film")


def test_a_device_is_written_into(tmp_path):
    null = device(tmp_path / "null", 3)  # Linux, Documentation/admin-guide/devices.txt
    put(null, CONTENT, "film")
    assert stat.S_ISCHR(null.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [null]


def test_a_device_that_takes_no_more_is_said(tmp_path):
    full = device(tmp_path / "full", 7)
    with pytest.raises(PolycoreError, match=r"the film could not be written: .*No space left"):
        put(full, CONTENT, "film")
    assert stat.S_ISCHR(full.lstat().st_mode)


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(path))  # a socket's path has at most some 100 characters


def a_disk(path):
    try:
        os.mknod(path, stat.S_IFBLK | 0o666, os.makedev(1, 15))
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize("make", [os.mkdir, a_socket, a_disk], ids=["a folder", "a socket", "a disk"])
def test_what_is_neither_stays_and_is_refused(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "other"
    make(path)
    before = path.lstat()
    with pytest.raises(PolycoreError, match="got a folder, a disk or a socket; expected a file"):
        put(path, CONTENT, "film")
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_itself_stays_and_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PolycoreError, match="could not be written"):
        put(tmp_path / "loop", CONTENT, "film")
    assert (tmp_path / "loop").is_symlink()


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, mode):
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    path.chmod(mode)
    put(path, CONTENT, "film")
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write every file")
def test_a_file_that_may_not_be_written_stays(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"precious")
    path.chmod(0o444)
    with pytest.raises(PolycoreError, match="Permission denied"):
        put(path, CONTENT, "film")
    assert path.read_bytes() == b"precious"
