"""page: a weight file or a run file in, one HTML file out."""

import pytest

import polycore as pc
from polycore.__main__ import main
from tests.commands.terminal import command, one_line


@pytest.mark.parametrize("source", ["weights.npz", "saved.npz"])
def test_the_page_is_written_and_described(folder, model, source):
    done = command("page", source, "out.html", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = (folder / "out.html").read_bytes()
    assert written == pc.html_page(model).encode()
    [page, size] = done.stdout.splitlines()
    assert page.split() == ["page", "out.html"]
    assert size.split() == ["size", f"{len(written) / 1000:.0f}", "kB"]


def test_what_is_no_weight_file_is_refused_and_writes_nothing(folder):
    done = command("page", "points.csv", "out.html", folder=folder)
    assert done.returncode == 1
    assert one_line(done).startswith("polycore: points.csv: ")
    assert not (folder / "out.html").exists()


def test_a_page_that_cannot_be_written_is_refused_before_it_is_drawn(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["page", "weights.npz", "nowhere/out.html"]) == 2
    assert "nowhere/out.html cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["page"], ["page", "weights.npz"]])
def test_both_files_are_needed(arguments, capsys):
    assert main(arguments) == 2
    assert "OUT.html" in capsys.readouterr().err
