"""film: a run file in, an animated GIF out."""

import re
import sys

import pytest
from PIL import Image

from polycore.__main__ import main
from polycore.commands import film as film_command
from tests.commands.terminal import command, one_line


def test_the_film_is_written_and_described(folder):
    done = command("film", "saved.npz", "out.gif", folder=folder)
    assert done.returncode == 0
    # 40 steps: a snapshot of each, and of step 0
    assert re.fullmatch(r"41 frames in 0:\d\d\.\n", done.stderr)
    [film, size] = done.stdout.splitlines()
    assert film.split() == ["film", "out.gif"]
    path = folder / "out.gif"
    assert size.split() == ["size", f"{path.stat().st_size / 1e6:.2f}", "MB"]
    with Image.open(path) as image:
        assert (image.format, image.size, image.n_frames) == ("GIF", (640, 320), 41)


def test_a_terminal_shows_the_progress(folder, terminal):
    opened = terminal("film", "saved.npz", "out.gif", folder=folder)
    assert opened.ended() == 0
    assert "frame 1 of 41" in opened.text
    assert f"{'█' * 30}  frame 41 of 41" in opened.text
    assert re.search(r"\r41 frames in 0:\d\d\. *\r\n$", opened.text)


def test_a_weight_file_has_no_film(folder):
    done = command("film", "weights.npz", "out.gif", folder=folder)
    assert done.returncode == 1
    assert one_line(done).startswith("polycore: weights.npz: ")
    assert not (folder / "out.gif").exists()


def test_a_film_that_cannot_be_written_is_refused_before_it_is_drawn(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["film", "saved.npz", "nowhere/out.gif"]) == 2
    assert "nowhere/out.gif cannot be written" in capsys.readouterr().err


def test_without_pillow_one_line_says_what_to_install(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert main(["film", "saved.npz", "out.gif"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line == (
        "polycore: film needs Pillow, which is not installed. "
        'Install it: pip install pillow, or polycore-playground with its extra "film".'
    )


def test_ctrl_c_leaves_the_file_as_it_was(folder, monkeypatch, capsys):
    def interrupt(_run, progress):
        progress(1, 41)
        raise KeyboardInterrupt

    monkeypatch.setattr(film_command, "film_of", interrupt)
    monkeypatch.chdir(folder)
    (folder / "out.gif").write_bytes(b"yesterday's")
    assert main(["film", "saved.npz", "out.gif"]) == 130
    assert capsys.readouterr().err == "Ended by Ctrl-C: no film is written.\n"
    assert (folder / "out.gif").read_bytes() == b"yesterday's"


@pytest.mark.parametrize("arguments", [["film"], ["film", "saved.npz"]])
def test_both_files_are_needed(arguments, capsys):
    assert main(arguments) == 2
    assert "OUT.gif" in capsys.readouterr().err
