"""sweep: many runs, a line each, and what they say together."""

import argparse
import csv
import re
import signal
import subprocess
import sys
import time
from itertools import chain

import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.commands import arguments, sweep
from polycore.commands.sweep import Tally
from polycore.experiment.settings import SETTINGS
from polycore.workers.outcomes import Outcome
from polycore.workers.processes import Workers
from tests.commands.terminal import COMMAND, ENVIRONMENT, command, one_line, program
from tests.signals import restore_signals

FLAT_LINES = "0.000000001x~0.000000002x"


class Here(Workers):
    """Computes in this process, at once."""

    def __init__(self, count):
        super().__init__(count)
        self.killed = False

    def start(self):
        pass

    def submit(self, fn, /, *args, **kwargs):
        from concurrent.futures import Future

        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def kill(self):
        self.killed = True


@pytest.fixture
def here(monkeypatch, folder):
    """The executors that sweeps in this process made."""
    made = []
    monkeypatch.setattr(sweep, "Workers", lambda count: made.append(Here(count)) or made[-1])
    monkeypatch.delenv("POLYCORE_SCHEDULER", raising=False)
    monkeypatch.chdir(folder)
    return made


def table_in(folder):
    return list(csv.DictReader((folder / "runs.csv").read_text(encoding="utf-8").splitlines()))


def test_every_run_has_its_line_and_its_row_and_the_best_is_kept(folder):
    words = ("--seeds", 2, "--hidden", "3", "5-4", "--steps", 30, "--workers", 2)
    done = command(
        "sweep", "experiment.json", *words, "--table", "runs.csv", "--best", "b.npz", folder=folder
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "4 runs on 2 workers.\n"
    lines, summary, best = done.stdout.strip().split("\n\n")
    line = r"\d/4  held-out +\d+\.\d\d %  loss [\d.e-]+ +hidden (3|5-4), seed [01]"
    assert [each for each in lines.splitlines() if not re.fullmatch(line, each)] == []
    assert [each.split()[0] for each in lines.splitlines()] == ["1/4", "2/4", "3/4", "4/4"]
    assert [each.split()[:3] for each in summary.splitlines()[1:]] == [["3", "2", "0"], ["5-4", "2", "0"]]
    rows = table_in(folder)
    assert [(row["hidden"], row["seed"], row["steps"]) for row in rows] == [
        ("3", "0", "30"),
        ("3", "1", "30"),
        ("5-4", "0", "30"),
        ("5-4", "1", "30"),
    ]
    model = pc.Model.load(folder / "b.npz")
    top = max(float(row["held_out_accuracy"]) for row in rows)
    assert model.held_out_accuracy == top
    hidden = "-".join(map(str, model.experiment.hidden))
    assert best == f"best: hidden {hidden}, seed {model.experiment.seed}"
    [own] = [row for row in rows if (row["hidden"], row["seed"]) == (hidden, str(model.experiment.seed))]
    assert float(own["loss"]) == model.loss


def rows_of(folder, *arguments):
    assert main(["sweep", "experiment.json", "--steps", "2", "--table", "runs.csv", *arguments]) == 0
    return table_in(folder)


def test_some_combinations_are_drawn_each_with_all_seeds(folder, here, capsys):
    several = ("--hidden", "2", "3", "4", "--batch", "10", "all", "--random", "2", "--seeds", "3")
    rows = rows_of(folder, *several, "--seed", "7")
    assert len(rows) == 6
    assert len({(row.get("hidden"), row.get("batch_size")) for row in rows}) == 2
    assert [row["seed"] for row in rows] == ["7", "8", "9"] * 2
    assert rows_of(folder, *several, "--seed", "7")[0]["loss"] == rows[0]["loss"]
    assert here[0].killed
    assert "6 runs on " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("activation", ["relu", "tanh"]),
        ("l1", ["0", "0.1"]),
        ("l2", ["0", "0.1"]),
        ("dropout", ["0", "0.1"]),
        ("gradient_clipping", ["0", "0.1"]),
        ("warmup", ["1", "50%"]),  # of 3 steps
        ("features", ["x-y", "x-y-x2"]),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_links_leave_out_at_its_default_may_vary(option, values, capsys):
    words = ["--polynomials", "x~-x", "--samples", "5", "--batch", "all", "--hidden", "3", "--steps", "3"]
    assert main(["sweep", "recommended", *words, "--seeds", "1", f"--{option}", *values]) == 0
    printed = capsys.readouterr().out
    assert [f"{option} {value}" in printed for value in values] == [True, True]


def test_seeds_may_be_named(folder, here):
    assert [row["seed"] for row in rows_of(folder, "--seed", "5", "99")] == ["5", "99"]
    assert len(here) == 1


def test_an_option_that_is_given_again_adds_its_values():
    parser = argparse.ArgumentParser()
    arguments.add_several_settings_to(parser)
    # points come from a file
    words = [setting.word for setting in SETTINGS.values() if setting.field != "data"]
    given = chain.from_iterable((option, "1", option, "2", "3") for option in map(arguments.option, words))
    assert arguments.words_of(parser.parse_args([*given])) == {word: ["1", "2", "3"] for word in words}


@pytest.mark.usefixtures("here")
def test_a_sweep_of_one_run_has_no_interval(capsys):
    assert main(["sweep", "experiment.json", "--steps", "2", "--optimizer", "lbfgs"]) == 0
    _, summary, best = capsys.readouterr().out.strip().split("\n\n")
    [header, row] = summary.splitlines()
    assert dict(zip(header.split(), row.replace(" %", "%").split(), strict=True))["low"] == "-"
    assert best == "best: seed 0"


def test_a_run_that_fails_is_reported_and_the_others_count(here, capsys):
    # with the scaling of the flat lines folded into them, weights would pass what a file can hold
    lines = ("--polynomials", FLAT_LINES, "x~2x")
    assert main(["sweep", "experiment.json", "--steps", "2", *lines]) == 0
    shown = capsys.readouterr()
    assert "failed: standardize: got True" in shown.out
    assert "2/2  held-out" in shown.out
    assert len(here) == 1


def test_a_sweep_whose_runs_all_fail_has_failed(here, capsys):
    assert main(["sweep", "experiment.json", "--steps", "2", "--polynomials", FLAT_LINES]) == 1
    assert "polycore: no run succeeded" in capsys.readouterr().err
    assert len(here) == 1


def test_ctrl_c_writes_and_reports_what_has_ended(folder):
    long = ("--steps", 200, "--seeds", 5000, "--workers", 1, "--table", "runs.csv", "--best", "best.npz")
    with subprocess.Popen(
        [*COMMAND, "sweep", "experiment.json", *map(str, long)],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=restore_signals,
    ) as process:
        out = process.stdout.readline()
        assert out.startswith("   1/5000  held-out ")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        # `communicate` would not see lines that were read together with the first one
        out, err = out + process.stdout.read(), process.stderr.read()
        assert process.wait(timeout=60) == 130
        assert time.monotonic() - began < 20
    ended = int(
        re.fullmatch(r"5,000 runs on 1 worker\.\nEnded by SIGINT after (\d+) of 5,000 runs\.\n", err)[1]
    )
    assert out.count("/5000  held-out") == ended
    assert len((folder / "runs.csv").read_text(encoding="utf-8").splitlines()) == ended + 1
    assert pc.Model.load(folder / "best.npz").experiment.steps == 200


def test_a_scheduler_computes_where_one_is_named(monkeypatch, here):
    asked = []

    def cluster(address):
        asked.append(address)
        return Here(1)

    monkeypatch.setattr(sweep, "Cluster", cluster)
    assert main(["sweep", "experiment.json", "--steps", "1", "--scheduler", "tcp://a:1"]) == 0
    monkeypatch.setenv("POLYCORE_SCHEDULER", "tcp://b:2")
    assert main(["sweep", "experiment.json", "--steps", "1"]) == 0
    assert asked == ["tcp://a:1", "tcp://b:2"]
    assert here == []
    assert main(["sweep", "experiment.json", "--steps", "1", "--workers", "3"]) == 0
    assert [each.count for each in here] == [3]


def test_a_missing_pandas_is_reported_before_anything_is_computed(folder):
    code = (
        "import sys; sys.modules['pandas'] = None; from polycore.__main__ import main\n"
        "sys.exit(main(['sweep', 'experiment.json', '--seeds', '5000']))"
    )
    done = program(sys.executable, "-c", code, folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install pandas, or polycore-playground with its extra "tables"' in one_line(done)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--seeds", "0"], "got '0'; expected a whole number from 1", id="no seeds"),
        pytest.param(["--seeds", "2", "--seed", "1", "2"], "--seeds and --seed", id="seeds twice"),
        pytest.param(["--hidden", "3", "3"], "the same experiment", id="a value twice"),
        pytest.param(["--hidden", "3", "x"], "hidden: got 'x'; expected a whole number", id="letters"),
        pytest.param(["--hidden", "3", "9999"], "9999", id="too wide"),
        pytest.param(["--random", "3", "--hidden", "3", "4"], "expected 1 to 2", id="more than there are"),
        pytest.param(
            ["--random", "2", "--hidden", "3", "4", "--seeds", "9999"], "19,998 experiments", id="too many"
        ),
        pytest.param(["--seeds", "10001"], "seed: got too many", id="too many seeds"),
        pytest.param(["--workers", "2", "--scheduler", "tcp://a:1"], "not allowed with", id="two executors"),
        pytest.param(["--table", "nowhere/runs.csv"], "cannot be written", id="no such folder"),
        pytest.param(["--best", "."], "cannot be written", id="a folder as a file"),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_computed(here, capsys, arguments, says):
    assert main(["sweep", "experiment.json", *arguments]) == 2
    shown = capsys.readouterr()
    [line] = shown.err.splitlines()
    assert says in line
    assert (shown.out, here) == ("", [])


def test_long_settings_are_cut_in_a_line(capsys):
    polynomials = tuple(pc.Polynomial(1.0, number) for number in range(24))
    experiment = pc.Experiment(polynomials=polynomials)
    Tally(1, ["polynomials"]).add(Outcome(0, experiment, None, 0, 0.0, None, "It failed."))
    shown = "x~x+1~x+2~x+3~x+4~x+5~x+6~x+7~x+8~x+9..."
    assert len(shown) == 40
    assert capsys.readouterr().out == f"1/1  failed: It failed.  polynomials {shown}\n"


def test_values_that_cannot_be_used_are_named_as_they_are_typed(folder):
    done = command("sweep", "experiment.json", "--batch", "5", "200000", folder=folder)
    assert done.returncode == 2
    assert one_line(done).startswith(
        "polycore: batch=200000, seed=0 is not a valid experiment: batch: got 200000; expected a whole "
        "number from 1 to 100,000, or 0 for all samples. See "
    )


@pytest.mark.usefixtures("here")
def test_a_table_that_cannot_be_written_costs_neither_the_best_weights_nor_the_summary(
    folder, monkeypatch, capsys
):
    def full(*_):
        raise pc.PolycoreError("no room is left.")

    monkeypatch.setattr(sweep, "put", full)
    words = ("--steps", "5", "--table", "runs.csv", "--best", "best.npz")
    assert main(["sweep", "experiment.json", *words]) == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1] == "polycore: no room is left."
    assert "best: seed 0" in shown.out
    assert pc.Model.load(folder / "best.npz").experiment.steps == 5
