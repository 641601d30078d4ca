"""train: a run to its end, the same as the package's; what is kept however it ends."""

import argparse
import json
import re
import signal
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.commands import arguments, kept_files
from polycore.commands.train import advanced
from polycore.links.link import NAMES
from polycore.workers.processes import HangError, Workers
from tests.commands.terminal import command, one_line, program
from tests.links import whole
from tests.waiting import wait_until

# more steps than anybody waits for: it is to be ended
LONG = ("polynomials=x^2~x^3-2&hidden=8", "--steps", "100000000")


@pytest.fixture(scope="module")
def workers():
    with Workers(1) as one:
        yield one


def assert_same_weights(one, other):
    for name in ("weights", "biases"):
        for array, other_array in zip(getattr(one, name), getattr(other, name), strict=True):
            assert np.array_equal(array, other_array)


def test_the_weights_are_those_of_the_package_to_the_last_bit(folder, workers):
    done = command("train", "experiment.json", "--steps", 300, "--seed", 5, "--out", "w.npz", folder=folder)
    assert done.returncode == 0, done.stderr
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(6,), steps=300, seed=5)
    expected = workers.submit(pc.advance, pc.start(experiment), 300).result(60).best
    saved = pc.Model.load(folder / "w.npz")
    assert saved.experiment == experiment
    assert_same_weights(saved, expected)


def test_the_figures_are_those_of_the_file(folder):
    words = ("--optimizer", "lbfgs", "--samples", "20", "--steps", "9", "--json")
    done = command("train", "experiment.json", *words, folder=folder)
    printed = json.loads(done.stdout)
    model = pc.Model.load(folder / printed["weights"])
    assert printed["weights"] == "polycore-lbfgs-2.npz"
    assert (printed["loss"], printed["accuracy"]) == (model.loss, model.accuracy)
    assert printed["held_out_accuracy"] == model.held_out_accuracy
    assert (printed["best_step"], printed["step"]) == (model.metadata["step"], 9)
    assert printed["experiment"] == model.experiment.to_dict()
    assert (model.experiment.optimizer, model.experiment.samples_per_class) == ("lbfgs", 20)


def test_without_a_terminal_one_line_reports_the_run(folder):
    (folder / "polycore-adam-2.npz").write_bytes(b"mine")
    done = command("train", "-", "--steps", 50, folder=folder, stdin="polynomials=x~-x&hidden=4")
    assert done.returncode == 0
    assert re.fullmatch(r"50 steps in \d+:\d\d\.\n", done.stderr)
    held_out, *_, weights = done.stdout.splitlines()
    assert re.fullmatch(r"held-out accuracy  \d+\.\d\d %", held_out)
    # a default name replaces no other file
    assert weights == "weights            polycore-adam-2-2.npz"
    assert (folder / "polycore-adam-2.npz").read_bytes() == b"mine"
    assert pc.Model.load(folder / "polycore-adam-2-2.npz").experiment.steps == 50


def test_a_terminal_has_a_bar_that_is_drawn_over_itself(folder, terminal):
    shown = terminal("train", "experiment.json", "--steps", 3000, "--out", "w.npz", folder=folder)
    assert shown.ended() == 0
    drawn = shown.text.rstrip("\r\n").split("\r")
    assert "\n" not in shown.text.rstrip("\r\n")
    assert "\x1b" not in shown.text
    assert drawn[1].startswith("░░░")
    assert " 0 %  step     0/3,000  loss " in drawn[1]
    assert max(map(len, drawn)) < 80
    # what stood there is covered by spaces
    assert len(drawn[-1]) >= len(drawn[-2].rstrip())
    assert drawn[-1].startswith("3,000 steps in 0:")


@pytest.mark.parametrize(("columns", "variables"), [(20, {"NO_COLOR": "1"}), (0, {"TERM": "dumb"})])
def test_a_bar_fits_a_narrow_terminal(folder, terminal, columns, variables):
    options = {"folder": folder, "columns": columns, "variables": variables}
    shown = terminal("train", "experiment.json", "--steps", 400, "--json", **options)
    assert shown.ended() == 0
    *drawn, last = shown.text.rstrip("\r\n").split("\r")
    assert max(map(len, drawn)) < (columns or 80)
    assert last.startswith("400 steps in ")
    assert json.loads(shown.stdout)["done"] is True


def test_ctrl_c_keeps_the_best_weights_and_ends_at_once(folder, terminal):
    shown = terminal("train", *LONG, "--json", "--out", "w.npz", folder=folder)
    shown.wait_for(" left")
    began = time.monotonic()
    shown.type("\x03")
    assert shown.ended() == 130
    assert time.monotonic() - began < 10
    assert "Traceback" not in shown.text
    assert re.search(r"Ended by SIGINT at step [\d,]+ of 100,000,000: ", shown.text)
    printed = json.loads(shown.stdout)
    assert 0 < printed["step"] < 100_000_000
    model = pc.Model.load(folder / "w.npz")
    assert (model.loss, model.metadata["step"]) == (printed["loss"], printed["best_step"])
    assert printed["run"] == "w.run.npz"
    assert "Continue with: python -m polycore train --resume w.run.npz --out w.npz" in shown.text
    run = pc.Run.load(folder / "w.run.npz")
    assert (run.step, run.experiment.to_dict()) == (printed["step"], printed["experiment"])


def test_ctrl_c_keeps_the_run_beside_those_of_earlier_runs(folder, terminal):
    (folder / "w.run.npz").write_bytes(b"another run, of hours")
    (folder / "w.run-2.npz").symlink_to("not-there")
    shown = terminal("train", *LONG, "--json", "--out", "w.npz", folder=folder)
    shown.wait_for(" left")
    shown.type("\x03")
    assert shown.ended() == 130
    assert json.loads(shown.stdout)["run"] == "w.run-3.npz"
    assert "Continue with: python -m polycore train --resume w.run-3.npz --out w.npz" in shown.text
    assert pc.Run.load(folder / "w.run-3.npz").step == json.loads(shown.stdout)["step"]
    assert (folder / "w.run.npz").read_bytes() == b"another run, of hours"
    assert not (folder / "not-there").exists()


def test_a_run_that_is_resumed_ends_at_the_same_bits(folder, workers):
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(6,), batch_size=32, steps=400)
    begun = workers.submit(pc.advance, pc.start(experiment), 150).result(60)
    begun.save(folder / "run.npz")
    done = command("train", "--resume", "run.npz", "--out", "w.npz", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("250 steps in ")
    expected = workers.submit(pc.advance, pc.start(experiment), 400).result(60)
    assert_same_weights(pc.Model.load(folder / "w.npz"), expected.best)
    kept = pc.Run.load(folder / "run.npz")
    assert kept.done
    assert np.array_equal(kept.parameters, expected.parameters)
    assert np.array_equal(kept.history.loss, expected.history.loss)
    assert json.loads(done.stdout)["run"] == "run.npz"


def test_a_power_cut_leaves_the_run_as_it_was_kept_last(folder, terminal):
    shown = terminal("train", *LONG, "--run", "run.npz", "--save-every", "0", folder=folder)
    wait_until((folder / "run.npz").exists)
    shown.process.kill()
    shown.ended()
    run = pc.Run.load(folder / "run.npz")
    assert run.step > 0
    assert run.experiment.steps == 100_000_000


class Saved(list):
    """A run that notes where it is saved, or cannot be."""

    def save(self, path):
        if str(path) == "full":
            raise pc.PolycoreError("no room is left.")
        self.append(path)


def test_a_run_is_kept_every_so_many_seconds():
    now = iter([0.0, 29.0, 30.0, 30.0, 59.0, 61.0, 62.0])
    kept, run = kept_files.Checkpoint("run.npz", 30.0, now.__next__), Saved()
    lengths = []
    for _ in range(4):  # at 29 s, 30 s (and it is written at 30 s), 59 s, 61 s (written at 62 s)
        kept.offer(run)
        lengths.append(len(run))
    assert lengths == [0, 1, 1, 2]


def test_a_run_that_cannot_be_saved_continues_and_says_so(capsys):
    kept_files.Checkpoint("full", 0.0).offer(Saved())
    assert capsys.readouterr().err == "\npolycore: no room is left. The run continues.\n"
    kept_files.Checkpoint(None, 0.0).offer(Saved())


def test_a_worker_that_dies_is_replaced_and_one_that_always_dies_is_reported():
    class Dying(Executor):
        deaths = ()

        def submit(self, fn, /, *args, **kwargs):
            future = Future()
            if self.deaths:
                future.set_exception(self.deaths.pop()())
            else:
                future.set_result(fn(*args, **kwargs))
            return future

    run = pc.start(pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=5))
    dying = Dying()
    dying.deaths = [BrokenExecutor, HangError]
    *_, last = advanced(run, dying)
    assert last.step == 5
    for deaths, said in ([BrokenExecutor] * 3, "died 3 times after"), ([HangError] * 2, "hung 2 times after"):
        dying.deaths = deaths
        with pytest.raises(pc.PolycoreError, match=f"{said} step 0"):
            next(advanced(run, dying))


class TenSteps(Executor):
    """Computes in this process, ten steps in a chunk."""

    def submit(self, fn, advance, run, _steps):
        future = Future()
        future.set_result(fn(advance, run, 10))
        return future


@pytest.mark.parametrize("before", [pytest.param(0, id="new"), pytest.param(15, id="resumed")])
def test_a_run_of_several_chunks_has_the_snapshots_of_all(before):
    experiment = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=40)
    *earlier, last = advanced(pc.advance(pc.start(experiment), before), TenSteps())
    assert len(earlier) >= 2
    assert last.snapshots.step == tuple(range(41))  # of so few steps there is room for all


def test_ctrl_c_while_the_worker_starts_shows_no_traceback(folder, terminal):
    shown = terminal("train", *LONG, folder=folder)
    shown.wait_for(" 0 %")  # it is drawn before the worker is started
    shown.type("\x03")
    assert shown.ended() == 130
    assert "Traceback" not in shown.text
    assert "KeyboardInterrupt" not in shown.text


def test_sigterm_keeps_the_best_weights_too(folder, terminal):
    shown = terminal("train", *LONG, "--out", "w.npz", folder=folder)
    shown.wait_for(" left")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.ended() == 143
    assert "Ended by SIGTERM at step " in shown.text
    assert pc.Model.load(folder / "w.npz").experiment.steps == 100_000_000


def test_a_terminal_that_is_closed_keeps_the_best_weights(folder, terminal):
    shown = terminal("train", *LONG, "--out", "w.npz", folder=folder)
    shown.wait_for(" left")
    shown.hang_up()
    assert shown.process.wait(60) == 129
    assert pc.Model.load(folder / "w.npz").experiment.steps == 100_000_000


def test_a_run_that_diverges_says_so_and_keeps_the_best(folder):
    words = ("optimizer=sgd&learning_rate=10&samples=10&batch=all&steps=2000", "--out", "w.npz")
    done = command("train", *words, folder=folder)
    assert done.returncode == 0
    assert done.stderr.startswith("The run diverged at step ")
    assert pc.Model.load(folder / "w.npz").loss < 100


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "EXPERIMENT is missing", id="no experiment"),
        pytest.param(["recommended", "--hiden", "3"], "--hiden", id="an option that is none"),
        pytest.param(["recommended", "--hid", "3"], "--hid", id="an option cut short"),
        pytest.param(["recommended", "--steps", "0"], "steps: got 0", id="no steps"),
        pytest.param(
            ["recommended", "--hidden", "12-x"], "hidden: got 'x'; expected a whole number", id="letters"
        ),
        pytest.param(
            ["recommended", "--polynomials", "-x~x^2"], "--polynomials=-x~x^2", id="a minus without ="
        ),
        pytest.param(
            ["recommended", "--optimizer", "lbfgs", "--samples", "fresh"],
            "Give a number of",
            id="a contradiction",
        ),
        pytest.param(["nowhere.json"], "got 'nowhere.json'; expected a readable file", id="no such file"),
        pytest.param(["experiment.json\x1b[31m"], "\\x1b", id="a name with an escape"),
        pytest.param(["x" * 5000], "...'; expected a readable file", id="an endless name"),
        pytest.param(["recommended", "--out", "nowhere/w.npz"], "cannot be written", id="no such folder"),
        pytest.param(["recommended", "--run", "weights.npz"], "--resume weights.npz", id="a run over a file"),
        pytest.param(
            ["recommended", "--resume", "run.npz"], "without EXPERIMENT and settings", id="two beginnings"
        ),
        pytest.param(
            ["--resume", "run.npz", "--seed", "1"],
            "without EXPERIMENT and settings",
            id="a run with settings",
        ),
        *(
            pytest.param(
                ["recommended", f"--save-every={text}"], f"got '{text}'; expected seconds, 0 or more", id=text
            )
            for text in ("often", "nan", "-1", "inf")
        ),
        pytest.param(["recommended", "--out", "\x1b[2J\n/w.npz"], "\\x1b[2J", id="a path with an escape"),
        pytest.param(["recommended", "--out", "."], "cannot be written", id="a folder as a file"),
    ],
)
def test_wrong_usage_is_reported_on_one_line(folder, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(folder)
    assert main(["train", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    [line] = shown.err.splitlines()
    assert line.startswith("polycore: ")
    assert line.endswith("See python -m polycore train --help.")
    assert says in line
    assert line.isprintable()


def test_a_value_may_begin_with_a_negative_number(folder):
    done = command("train", "experiment.json", "--steps", "1", "--range", "-2..1", "--json", folder=folder)
    assert json.loads(done.stdout)["experiment"]["x_range"] == [-2, 1]


def test_a_file_that_is_not_a_run_file_is_named(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["train", "--resume", "weights.npz"]) == 1
    assert capsys.readouterr().err.startswith("polycore: weights.npz: this is a weight file")


def test_wrong_usage_ends_the_process_with_code_2(folder):
    done = command("train", "recommended", "--steps", "many", folder=folder)
    assert done.returncode == 2
    assert "steps: got 'many'; expected a whole number" in one_line(done)


def test_a_file_that_cannot_be_written_is_reported_on_one_line(folder):
    limited = (
        "import resource, sys\n"
        "from polycore.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "sys.exit(main(['train', 'experiment.json', '--steps', '1', '--out', 'weights.npz']))\n"
    )
    pytest.importorskip("resource", reason="the system cannot limit the size of files")
    before = (folder / "weights.npz").read_bytes()
    done = program(sys.executable, "-c", limited, folder=folder)
    assert done.returncode == 1
    assert "could not be written" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert (folder / "weights.npz").read_bytes() == before


def test_every_part_of_a_link_is_an_option():
    parser = argparse.ArgumentParser()
    arguments.add_settings_to(parser)
    given = [*chain.from_iterable((arguments.option(name), "1") for name in NAMES if name != "points")]
    words = arguments.words_of(parser.parse_args(given))
    assert {*words, "points"} == set(NAMES)  # --data has a file of the points


def test_points_of_a_table_are_trained_on(folder):
    (folder / "own.csv").write_text("x;y;kind\n0,5;1;a\n1;2;b\n2;0,5;a\n3;3;b\n", encoding="utf-8")
    own = ("--data", "own.csv", "--hidden", "4", "--held-out", "0.5")
    words = (*own, "--steps", "40", "--json", "--out", "own.npz", "--run", "run.npz")
    done = command("train", "recommended", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["experiment"]["data"]["names"] == ["a", "b"]
    points = pc.PointSet([[0.5, 1], [1, 2], [2, 0.5], [3, 3]], ["a", "b", "a", "b"])
    experiment = pc.Experiment.recommended().on_points(points, 0.5)
    run = pc.Run.load(folder / "run.npz")
    assert run.experiment == replace(experiment, hidden=(4,), steps=40)
    assert pc.Model.load(folder / "own.npz").classes == ("a", "b")
    words = (*own, "--steps", "10", "--weights", "run.npz", "--run", "more.npz")
    done = command("train", "recommended", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "of 50" in done.stdout
    more = pc.Run.load(folder / "more.npz")
    assert (more.began_at, more.step, len(more.earlier)) == (40, 50, 1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--data", "none.csv"), "none.csv: the file cannot be read"),
        (("--data", "points.csv"), "points.csv: the table: got no column of labels"),
        (("--data", "own.csv", "--noise", "1"), "noise: got 1.0 together with data"),
        (("--weights", "none.npz"), "none.npz: there is no weight file"),
        (("--held-out", "0.3"), "held_out: got 0.3 without data"),
    ],
)
def test_what_cannot_be_trained_on_is_said(folder, words, says):
    (folder / "own.csv").write_text("0,5,a\n1,2,b\n", encoding="utf-8")
    done = command("train", "recommended", *words, folder=folder)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize("option", [arguments.option, "--{}".format])
def test_an_option_says_what_the_links_part_says(folder, monkeypatch, capsys, option):
    experiment = pc.Experiment(
        polynomials=pc.INTRODUCTION_POLYNOMIALS,
        samples_per_class=7,
        x_range=(-2, 0.5),
        noise=0.25,
        hidden=(3, 4),
        optimizer="sgd",
        learning_rate=0.5,
        schedule="cosine",
        batch_size=5,
        steps=2,
        seed=9,
        standardize=False,
        momentum=0.5,
        initial_weights="tutorial",
        nesterov=True,
        weight_decay=0.125,
        target_loss=0.01,
        patience=50,
        sampling="even",
        growing_batches=True,
    )
    monkeypatch.chdir(folder)
    options = [f"{option(name)}={said}" for name, said in whole(experiment).items() if name != "v"]
    assert main(["train", "tutorial", "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out)["experiment"] == experiment.to_dict()
