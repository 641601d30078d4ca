"""The files of a command: none that it reads or writes is lost by another of its paths."""

import os

import pytest

import polycore as pc
from tests.commands.terminal import command, one_line

SETTINGS = ("recommended", "--steps", "5")
SWEEP = ("sweep", "experiment.json", "--steps", "5", "--workers", "1")


@pytest.fixture
def links(folder):
    """The folder with own.csv, with other paths of saved.npz, and with links to files that do not exist."""
    (folder / "own.csv").write_text("0,1,a\n1,0,b\n0,2,a\n2,0,b\n", encoding="utf-8")
    (folder / "below").mkdir()
    try:
        (folder / "link.npz").symlink_to("saved.npz")
        (folder / "new-link.npz").symlink_to("below/new.npz")
        (folder / "folder-link").symlink_to("below", target_is_directory=True)
        os.link(folder / "saved.npz", folder / "hard.npz")
    except OSError:
        pytest.skip("the system has no links, or does not permit them")
    return folder


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "m.npz"), "--run", id="one new file"),
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "./m.npz"), "--run", id="./"),
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "below/../m.npz"), "--run", id=".."),
        pytest.param(
            ("train", *SETTINGS, "--run", "new-link.npz", "--out", "folder-link/new.npz"),
            "--run",
            id="one new file, by two links",
        ),
        pytest.param(("train", "--resume", "saved.npz", "--out", "saved.npz"), "--resume", id="resumed"),
        pytest.param(("train", "--resume", "saved.npz", "--out", "link.npz"), "--resume", id="a link"),
        pytest.param(("train", "--resume", "link.npz", "--out", "saved.npz"), "--resume", id="from a link"),
        pytest.param(("train", "--resume", "saved.npz", "--out", "hard.npz"), "--resume", id="a hard link"),
        pytest.param(
            ("train", "--resume", "saved.npz", "--run", "m.npz", "--out", "saved.npz"),
            "--resume",
            id="resumed and saved elsewhere",
        ),
        pytest.param(
            ("train", "experiment.json", "--steps", "5", "--out", "experiment.json"),
            "EXPERIMENT",
            id="the experiment",
        ),
        pytest.param(
            ("train", *SETTINGS, "--data", "own.csv", "--out", "own.csv"), "--data", id="the points"
        ),
        pytest.param(
            ("train", "experiment.json", "--steps", "5", "--weights", "saved.npz", "--out", "saved.npz"),
            "--weights",
            id="weights of a run file",
        ),
        pytest.param(("film", "saved.npz", "saved.npz"), "RUN", id="a film over its run"),
        pytest.param(("page", "weights.npz", "./weights.npz"), "WEIGHTS", id="a page over its weights"),
        pytest.param((*SWEEP, "--table", "t", "--best", "t"), "--table", id="a sweep's two files"),
        pytest.param((*SWEEP, "--table", "experiment.json"), "EXPERIMENT", id="a sweep's experiment"),
        pytest.param((*SWEEP, "--data", "own.csv", "--best", "own.csv"), "--data", id="a sweep's points"),
    ],
)
def test_a_command_whose_paths_name_one_file_is_wrong_usage(links, arguments, named):
    before = contents(links)
    done = command(*arguments, folder=links)
    assert done.returncode == 2, done.stdout
    line = one_line(done)
    assert f"the same file as {named} " in line
    assert "choose another file" in line
    assert contents(links) == before


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else path.is_symlink()
        for path in folder.rglob("*")
    }


def test_a_weight_file_may_be_continued_in_place(folder):
    words = ("--steps", "5", "--weights", "weights.npz", "--out", "weights.npz")
    done = command("train", "experiment.json", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "of 45" in done.stdout  # after the 40 steps of the fixture's run


def test_the_name_of_unnamed_weights_is_not_that_of_the_run(folder):
    words = ("--steps", "5", "--run", "polycore-adam-2.npz")
    done = command("train", "experiment.json", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert pc.Run.load(folder / "polycore-adam-2.npz").step == 5
    assert pc.Model.load(folder / "polycore-adam-2-2.npz").experiment.steps == 5
