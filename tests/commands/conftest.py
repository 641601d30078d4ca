"""A folder with a trained network, and terminals that are closed at the end."""

import pytest

import polycore as pc
from tests.commands.terminal import Terminal


@pytest.fixture(scope="session")
def run():
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(6,), steps=40)
    return pc.advance(pc.start(experiment), 40)


@pytest.fixture(scope="session")
def model(run):
    return run.best


@pytest.fixture
def folder(tmp_path, run, model):
    """A folder with weights.npz, saved.npz (its run), experiment.json and points.csv."""
    model.save(tmp_path / "weights.npz")
    run.save(tmp_path / "saved.npz")
    (tmp_path / "experiment.json").write_text(model.experiment.to_json(), encoding="utf-8")
    (tmp_path / "points.csv").write_text("x,y\n0,1\n0.5,0.75\n-1,-3\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def terminal():
    opened = []

    def open_terminal(*arguments, **options):
        pytest.importorskip("pty", reason="there are no terminals of this kind here")
        opened.append(Terminal(*arguments, **options))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()
