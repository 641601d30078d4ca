"""step: a run file in, its next step in words and numbers out."""

import re
import subprocess
from dataclasses import replace

import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.inspection import ParameterIndex, next_step
from tests.commands.terminal import COMMAND, ENVIRONMENT, command, one_line
from tests.runs import KINDS, OWN, TINY


@pytest.fixture
def halfway(folder, run):
    """A folder with halfway.npz, whose run has steps left; and that run."""
    halfway = pc.advance(pc.start(run.experiment), 25)
    halfway.save(folder / "halfway.npz")
    return folder, halfway


def step_of(folder, *arguments):
    done = command("step", *arguments, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_point_that_is_most_wrong_and_its_steepest_weight_are_explained(halfway):
    folder, run = halfway
    explained = next_step(run)
    point = explained.point(int(explained.errors.argmax()))
    text = step_of(folder, "halfway.npz")
    for part in (explained, point, point.slope_text(point.steepest), explained.weight(point.steepest)):
        assert str(part) in text
    assert text.startswith("Step 26 of 40 by Adam, learning rate 0.01, on 200 points.\n")
    # the four parts, in their order
    titles = re.findall(r"^(Forward|Loss|Back|The slope of|The weight from)\b", text, re.MULTILINE)
    assert titles == ["Forward", "Loss", "Back", "The slope of", "The weight from"]


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("1,3,0", ParameterIndex(0, 3, 0)),
        ("2,1,bias", ParameterIndex(1, 1)),
        ("2,0,5", ParameterIndex(1, 0, 5)),
    ],
)
def test_a_point_and_a_weight_can_be_chosen(halfway, typed, index):
    folder, run = halfway
    text = step_of(folder, "halfway.npz", "--point", "7", "--weight", typed)
    explained = next_step(run)
    assert str(explained.point(7)) in text
    assert explained.point(7).slope_text(index) in text
    assert str(explained.weight(index)) in text


def test_the_file_stays_as_it_was(halfway):
    folder, _ = halfway
    before = (folder / "halfway.npz").read_bytes()
    assert step_of(folder, "halfway.npz") == step_of(folder, "halfway.npz")
    assert (folder / "halfway.npz").read_bytes() == before


def test_weights_begin_with_a_fresh_optimizer(folder, model):
    text = step_of(folder, "weights.npz")
    assert text.startswith(
        "A weight file has no state of an optimizer: this step begins with a fresh one.\n\n"
    )
    assert str(next_step(pc.start(model.experiment, model))) in text


def test_a_run_that_is_done_continues(folder):
    text = step_of(folder, "saved.npz")
    assert text.startswith("The run is done. This is the step that it would take if it continued")
    assert "\nStep 41 of 80 by Adam" in text


def test_a_search_has_a_try_and_no_slopes(folder):
    run = pc.advance(pc.start(KINDS["random search"]), 5)
    run.save(folder / "search.npz")
    text = step_of(folder, "search.npz")
    assert "the try is" in text
    assert "Back" not in text
    assert "slope" not in text


def test_weights_of_own_points_are_refused(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    pc.start(OWN).best.save("own.npz")
    assert main(["step", "own.npz"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(
        "polycore: own.npz: got weights without the points that they were trained on; expected"
    )


def test_another_file_is_refused_as_everywhere(folder):
    done = command("step", "points.csv", folder=folder)
    assert done.returncode == 1
    assert one_line(done) == one_line(command("info", "points.csv", folder=folder))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--weight", "1"], "--weight: got '1'; expected LAYER,NEURON,FROM"),
        (["--weight", "0,0,0"], "--weight: got '0,0,0'; expected LAYER,NEURON,FROM"),
        (["--weight", "1,0,0\x1b"], "expected LAYER,NEURON,FROM"),
        (
            ["--weight", "3,0,1"],
            "--weight: got 3,0,1; expected a weight or bias of the network 2→6→2, with layers counted",
        ),
        (["--weight", "2,2,bias"], "--weight: got 2,2,bias; expected a weight or bias of the network 2→6→2"),
        (["--point", "200"], "point: got 200; expected a whole number from 0 to 199"),
        (["--point", "x"], "argument --point: invalid int value: 'x'"),
    ],
)
def test_what_the_run_has_not_is_wrong_usage(halfway, arguments, says):
    folder, _ = halfway
    done = command("step", "halfway.npz", *arguments, folder=folder)
    assert done.returncode == 2
    assert says in one_line(done)
    assert done.stdout == ""


def test_names_of_classes_cannot_steer_a_terminal(folder):
    points = pc.PointSet([[x / 9, (x * 7 % 10) / 9] for x in range(20)], ["<b>", "a 'b'"] * 10)
    pc.start(replace(TINY, noise=0.0).on_points(points)).save(folder / "names.npz")
    text = step_of(folder, "names.npz")
    assert "<b>" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_a_terminal_without_utf_8_shows_formulas_as_in_code(halfway):
    folder, _ = halfway
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*COMMAND, "step", "halfway.npz"], cwd=folder, env=environment, capture_output=True, check=True
    )
    text = done.stdout.decode("ascii")
    assert "new m = beta_1 * m + (1 - beta_1) * g = 0.9 * " in text
    assert "new w = w - rate * corrected m / (sqrt(corrected s) + eps) = " in text
    assert "/ (1 - 0.9^26) = " in text  # the 26th step
    assert "\\" not in text  # nothing is escaped
