"""info: what a file holds, and nothing in it that a terminal would obey."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.links.link import from_query
from tests.commands.terminal import command
from tests.runs import TINY, continued


def info_of(folder, *arguments):
    done = command("info", *arguments, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_weight_file_is_described_for_programs(folder, model):
    facts = json.loads(info_of(folder, "weights.npz", "--json"))
    assert facts["widths"] == [2, 6, 2]
    assert facts["polynomials"] == ["-x^2 + 1", "x^3 - 2"]
    assert (facts["loss"], facts["accuracy"]) == (model.loss, model.accuracy)
    assert facts["held_out_accuracy"] == model.held_out_accuracy
    assert (facts["kind"], facts["best_step"]) == ("weights", model.metadata["step"])
    assert facts["experiment"] == model.experiment.to_dict()
    opened = from_query(dict(parse_qsl(facts["link"].removeprefix("?"))))
    assert (opened.experiment, opened.problems) == (model.experiment, ())
    assert facts["versions"] == model.metadata["versions"]


def test_a_weight_file_is_described_for_people(folder, model):
    lines = info_of(folder, "weights.npz").splitlines()
    rows = dict(line.split("  ", 1) for line in lines)
    rows = {name: said.strip() for name, said in rows.items()}
    assert rows["network"] == "2-6-2"
    assert rows["accuracy"] == f"{100 * model.accuracy:.2f} %"
    assert rows["experiment"] == (
        "adam at 0.01, constant; hidden 6; 100 samples each; batch all; x from -1 to 1; noise 0; "
        "40 steps; seed 0"
    )
    assert rows["p1"] == "y = x^3 - 2"
    assert rows["written by"].startswith(f"polycore {pc.__version__}, numpy ")


def test_a_run_file_is_described_and_predicts_like_a_weight_file(folder, model, monkeypatch, capsys):
    run = pc.advance(pc.start(model.experiment), 25)
    run.save(folder / "run.npz")
    monkeypatch.chdir(folder)
    assert main(["info", "run.npz", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["kind"], facts["step"], facts["best_step"]) == ("run", 25, run.best_step)
    assert (facts["loss"], facts["experiment"]) == (run.best.loss, run.experiment.to_dict())
    assert main(["info", "run.npz"]) == 0
    assert "a run that can be resumed\n" in capsys.readouterr().out
    assert main(["predict", "run.npz", "points.csv"]) == 0
    first = capsys.readouterr().out.splitlines()[1].split(",")
    assert float(first[3]) == run.best.predict_proba([[0.0, 1.0]]).max()


@pytest.mark.parametrize("kept", ["the run", "its network"])
def test_a_run_that_continued_says_so(kept, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    run = continued()
    (run if kept == "the run" else run.best).save("continued.npz")
    assert main(["info", "continued.npz"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("continued")]
    assert line.split(maxsplit=1)[1].startswith("at step 30 from earlier training")
    assert main(["info", "continued.npz", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["earlier"] == [
        {"began_at": 0, "end": 30, "experiment": TINY.summary()}
    ]


def test_a_run_that_ended_says_why(folder, monkeypatch, capsys):
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), target_loss=100.0)
    pc.advance(pc.start(experiment), 5).save(folder / "run.npz")
    monkeypatch.chdir(folder)
    assert main(["info", "run.npz"]) == 0
    assert "The loss reached the target of 100 nats at step 1.\n" in capsys.readouterr().out


def test_a_damaged_run_file_is_reported_as_one(folder, model, monkeypatch, capsys):
    path = folder / "run.npz"
    pc.start(model.experiment).save(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"\x93NUMPY") + 200] ^= 1  # within the first array
    path.write_bytes(content)
    monkeypatch.chdir(folder)
    assert main(["info", "run.npz"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("polycore: run.npz: ")
    assert "weight file" not in line


def test_what_a_stranger_wrote_is_shown_as_escapes(folder, model, monkeypatch, capsys):
    evil = {
        "versions": {"polycore": "\x1b]0;evil\x07\n\u202e" * 50, "numpy": ["\x1b[2J"], "\x1b": "\x1b"},
        "step": "\x1b[2J",
        "experiment": {"\x1b[2J": 1},
    }
    replace(model, metadata=evil).save(folder / "evil.npz")
    monkeypatch.chdir(folder)
    for more in ([], ["--json"]):
        assert main(["info", "evil.npz", *more]) == 0
        shown = capsys.readouterr().out
        assert [line for line in shown.splitlines() if not line.isprintable()] == []
        assert len(shown) < 1000


def test_the_tutorials_file_says_less(folder, model, monkeypatch, capsys):
    replace(model, metadata={}, polynomials=(), held_out_accuracy=None).save(folder / "bare.npz")
    monkeypatch.chdir(folder)
    assert main(["info", "bare.npz"]) == 0
    names = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["file", "network", "activation", "loss", "accuracy"]


def test_a_file_that_is_refused_is_named(folder, monkeypatch, capsys):
    (folder / "evil\x1b.npz").write_bytes(b"PK")
    monkeypatch.chdir(folder)
    assert main(["info", "evil\x1b.npz"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("polycore: evil\\x1b.npz: ")
    assert line.isprintable()
    assert main(["info", ""]) == 1
    assert capsys.readouterr().err.startswith("polycore: '': there is no weight file at that path")
