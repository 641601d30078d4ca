"""A run that was saved and loaded is the same to the last bit, and goes on to the same bits."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.training import run_arrays, run_file, run_metadata
from tests.attacks.archives import DEFLATED, archive, entries
from tests.attacks.run_archives import GIVEN, arrays_of, fields_of, run_of, saved, with_fields
from tests.attacks.run_archives import run_file as run_with
from tests.experiments import experiments
from tests.runs import DIVERGING, KINDS, TINY, same_run

ROOT = Path(__file__).parents[2]


def loaded(content: bytes) -> pc.Run:
    return pc.Run.load(io.BytesIO(content))


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@pytest.mark.parametrize("steps", [0, 1, 23, 60])
def test_a_run_comes_back_to_the_bit_and_goes_on_to_the_same_bits(kind, steps):
    run = pc.advance(pc.start(KINDS[kind]), steps)
    again = loaded(saved(run))
    assert same_run(again, run)
    assert same_run(pc.advance(again, 20), pc.advance(run, 20))
    assert saved(again) == saved(run)
    assert (again.done, again.best.loss) == (run.done, run.best.loss)


ENDS = {
    "diverged on batches": DIVERGING,
    "diverged on all samples": replace(DIVERGING, batch_size=None),
    "target": replace(TINY, target_loss=0.3, steps=2000),
    "patience": replace(TINY, samples_per_class=3, noise=2.0, hidden=(32, 32), steps=4000, patience=200),
    "stuck": replace(KINDS["l-bfgs"], hidden=(), steps=500),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_run_that_ended_early_comes_back_ended(end):
    run = pc.advance(pc.start(ENDS[end]), 4000)
    again = loaded(saved(run))
    assert run.ended == end.split()[0]
    assert same_run(again, run)
    assert (again.done, again.diverged) == (True, end.startswith("diverged"))
    assert pc.advance(again, 5) is again


def test_a_run_whose_squares_overflowed_comes_back_and_goes_on():
    # values of 1e12, and seven layers whose weights grow by 10 a step: gradients are beyond 1e19 in float32
    far = (pc.Polynomial(1e6, 0, 0, 0), pc.Polynomial(-1e6, 0, 0, 3))
    bad = {"batch_size": 5, "hidden": (64,) * 7, "learning_rate": 10, "standardize": False, "seed": 0}
    run = pc.advance(pc.start(replace(TINY, polynomials=far, x_range=(-100, 100), **bad)), 2)
    assert np.isinf(run.optimizer_state.second_moment).any()
    again = loaded(saved(run))
    assert same_run(again, run)
    assert same_run(pc.advance(again, 5), pc.advance(run, 5))


@settings(max_examples=25, deadline=None)
@given(experiment=experiments, steps=st.integers(0, 4))
def test_whatever_trains_comes_back(experiment, steps):
    try:
        run = pc.advance(pc.start(experiment), steps)
    except pc.PolycoreError:
        return
    again = loaded(saved(run))
    assert same_run(again, run)
    assert same_run(pc.advance(again, 1), pc.advance(run, 1))


@pytest.mark.parametrize("optimizer", ["evolution", "random-search"])
def test_a_search_that_keeps_its_parameters_keeps_its_best_step(optimizer):
    # on one sample of each line, the first change of this seed increases the loss
    lines = {"polynomials": (pc.Polynomial(0), pc.Polynomial(1)), "samples_per_class": 1, "hidden": ()}
    run = pc.start(pc.Experiment(**lines, optimizer=optimizer, learning_rate=1, standardize=False, steps=1))
    here, there = pc.advance(run, 1), pc.advance(loaded(saved(run)), 1)
    assert (here.best_step, there.best_step) == (0, 0)


GOES_ON = """
import sys
from pathlib import Path
import polycore as pc
for path in Path(sys.argv[1]).glob("*.run"):
    pc.advance(pc.Run.load(path), 20).save(path.with_suffix(".on"))
"""


def test_another_process_goes_on_to_the_same_bits(tmp_path):
    for number, kind in enumerate(KINDS):
        run_of(kind).save(tmp_path / f"{number}.run")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", GOES_ON, str(tmp_path)], env=environment, check=True)
    for number, kind in enumerate(KINDS):
        again = pc.Run.load(tmp_path / f"{number}.on")
        assert again.step == run_of(kind).step + 20
        assert same_run(again, pc.advance(run_of(kind), 20)), kind


# What is in the file.


@every_kind
def test_numpy_alone_reads_the_arrays(kind):
    run, arrays = run_of(kind), arrays_of(kind)
    assert arrays["parameters"].tobytes() == run.parameters.tobytes()
    assert arrays["history_step"].tolist() == run.history.step.tolist()
    assert fields_of(kind)["experiment"] == run.experiment.summary()


def test_a_run_from_another_version_loads():
    content = with_fields(versions={"polycore": "0.0.1", "numpy": "1.26.4"})
    assert same_run(loaded(content), run_of("adam on all samples"))


def test_a_field_that_the_experiment_did_not_have_yet_takes_its_default():
    experiment = fields_of("adam on all samples")["experiment"]
    del experiment["patience"]
    assert same_run(loaded(with_fields(experiment=experiment)), run_of("adam on all samples"))


def test_a_file_that_was_packed_anew_loads():
    content = archive(entries(arrays_of("l-bfgs"), DEFLATED)[::-1])
    assert same_run(loaded(content), run_of("l-bfgs"))


@pytest.fixture
def unpacked(monkeypatch):
    """The names of the entries that are unpacked, in that order."""
    names, whole = [], run_file.Entry.unpacked
    monkeypatch.setattr(run_file.Entry, "unpacked", lambda entry: names.append(entry.name) or whole(entry))
    return names


def test_the_experiment_is_known_at_the_price_of_the_metadata(unpacked):
    assert run_file.experiment_of(io.BytesIO(saved(run_of("l-bfgs")))) == KINDS["l-bfgs"]
    assert unpacked == ["metadata"]


def test_no_array_is_unpacked_before_all_are_known_to_be_as_the_experiment_asks(unpacked):
    with pytest.raises(pc.RunFileError, match="history_held_out_accuracy: got shape"):
        loaded(run_with("l-bfgs", history_held_out_accuracy=np.zeros(3)))
    assert unpacked == ["metadata"]


def test_no_points_are_drawn_for_numbers_that_are_none(monkeypatch):
    monkeypatch.delattr(run_file, "task_of")
    with pytest.raises(pc.RunFileError, match="parameters: got a number"):
        loaded(run_with("evolution", parameters=np.full(22, np.nan)))
    with pytest.raises(NameError, match="task_of"):
        loaded(saved(run_of("evolution")))


def test_the_largest_run_fits_the_largest_file():
    # 2→512→507→512→5 is the most that is allowed; with given weights L-BFGS keeps 24 arrays of it
    experiment = pc.Experiment(
        polynomials=tuple(pc.Polynomial(number, 0) for number in range(1, 6)),
        hidden=(512, 507, 512),
        optimizer="lbfgs",
    )
    earlier = run_metadata.from_fields(fields_of(GIVEN)).earlier
    fields = replace(run_metadata.from_fields(fields_of("l-bfgs")), experiment=experiment, pairs=10)
    fields = replace(fields, format=4, earlier=earlier)
    # 2 MB of snapshots have no room for one of so many parameters
    fields = replace(fields, history_entries=400, snapshots=0)
    sizes = [np.dtype(one.type).itemsize * np.prod(one.shape) for one in run_arrays.specs(fields).values()]
    assert sum(sizes) == 24 * 8 * 524_288 + 8 * 10 + 4 * 8 * 400
    assert sum(sizes) + 4 * 2**18 + len(sizes) * 1000 < run_file.MAX_BYTES


# Where it goes, and where it comes from.


def test_a_path_is_taken_as_it_is_and_what_stood_there_is_replaced(tmp_path):
    path = tmp_path / "tomorrow"
    path.write_bytes(b"before")
    run_of("evolution").save(path)
    assert same_run(pc.Run.load(str(path)), run_of("evolution"))
    assert [file.name for file in tmp_path.iterdir()] == ["tomorrow"]


def test_what_cannot_be_written_is_said_and_changes_nothing(tmp_path):
    with pytest.raises(pc.PolycoreError, match="the run file could not be written"):
        run_of("evolution").save(tmp_path / "nowhere" / "run")
    with pytest.raises(pc.PolycoreError, match="the run file could not be written"):
        run_of("evolution").save(io.StringIO())
    with pytest.raises(pc.PolycoreError, match="could not be written: got an empty path"):
        run_of("evolution").save("")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("nowhere/at/all", "there is no run file at that path", id="no file"),
        pytest.param("", "there is no run file at that path", id="no path"),
        pytest.param(os.sep, "the run file's path is a folder or a device", id="a folder"),
        pytest.param(io.BytesIO(), "the run file is empty", id="empty"),
        pytest.param(io.StringIO("run"), "the run file does not return bytes", id="a text file"),
        pytest.param(b"bytes", "the run file: expected a path or an open binary file", id="bytes"),
    ],
)
def test_what_is_no_file_is_refused(source, reason):
    with pytest.raises(pc.RunFileError, match=reason):
        pc.Run.load(source)


def test_a_file_larger_than_the_limit_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "run"
    path.touch()
    os.truncate(path, run_file.MAX_BYTES + 1)
    monkeypatch.delattr(Path, "open")
    with pytest.raises(pc.RunFileError, match=r"more than 104,857,600 bytes; expected .* in a run file"):
        pc.Run.load(path)


# Neither kind of file is taken for the other.


def test_the_run_with_the_most_arrays_comes_back_and_is_no_weight_file():
    before = pc.advance(pc.start(KINDS["soap where it errs"], weights=run_of("soap where it errs").best), 9)
    run = pc.advance(pc.start(before.experiment, weights=before), 9)
    assert same_run(loaded(saved(run)), run)
    with pytest.raises(pc.WeightFileError, match="this is a run file, not a weight file"):
        pc.Model.load(io.BytesIO(saved(run)))


def test_a_weight_file_is_no_run_file_and_a_run_file_no_weight_file():
    wide = pc.Experiment(hidden=(3,) * 7)  # with as many entries as a weight file may have
    for run in (run_of("adam on all samples"), pc.start(wide)):
        file = io.BytesIO()
        run.best.save(file)
        with pytest.raises(pc.RunFileError, match="this is a weight file, not a run file") as raised:
            loaded(file.getvalue())
        assert "Model.load" in str(raised.value)
        with pytest.raises(pc.WeightFileError, match="this is a run file, not a weight file") as raised:
            pc.Model.load(io.BytesIO(saved(run)))
        assert "Run.load" in str(raised.value)


def test_the_metadata_of_the_other_kind_does_not_make_a_run():
    text = json.dumps({"format": 1, "polynomials": [[1, 0], [2, 0]]})
    with pytest.raises(pc.RunFileError, match="kind: got none or another one"):
        loaded(archive(entries(arrays_of("evolution", metadata=np.array(text)))))
