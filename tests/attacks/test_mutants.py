"""Whatever is changed in a sound file: it is refused, or what it holds gives finite numbers."""

import io
import random
import time
from collections import Counter

import numpy as np
import pytest

import polycore as pc
from polycore.model.model import MAX_COORDINATE
from polycore.model.weight_file import read_npy
from tests.attacks import mutants, run_mutants
from tests.attacks.archives import npy
from tests.attacks.fixed_texts import reasons_of, run_reasons_of
from tests.attacks.run_archives import saved

EACH = 1001  # with ten seeds, 10,010 mutants of weight files
EACH_RUN = 105  # with fourteen seeds, some 1,500 mutants of run files
POINTS = np.array(
    [[0, 0], [0.5, -2], [-1, 1], [1e6, -1e6], [MAX_COORDINATE, 0], [-MAX_COORDINATE, MAX_COORDINATE]]
)
LOADED = "loaded"


def use_model(content):
    model = pc.Model.load(io.BytesIO(content))
    assert isinstance(model.experiment, pc.Experiment | None)
    assert np.isfinite(model.predict_proba(POINTS)).all()


def use_run(content):
    run = pc.Run.load(io.BytesIO(content))
    for steps in (0, 1, 20):
        run = pc.advance(run, steps)
        figures = [run.best.loss, run.current.loss, run.best_loss, *run.history.loss, *run.parameters]
        assert np.isfinite(figures).all(), f"behind step {run.step}"
    run.ended_because  # noqa: B018  # a sentence that its numbers must suffice for
    pc.Run.load(io.BytesIO(saved(run)))


def use_array(content):
    array = read_npy(io.BytesIO(content))
    assert array.ndim <= 2
    assert array.dtype in ("<f8", "<f4")


def outcome_of(use, content, what, error_class, reasons_in, seconds):
    """Return LOADED or the reason of the refusal. It fails for other errors, and if it takes more seconds."""
    started, reasons, text = time.process_time(), [LOADED], ""
    try:
        use(content)
    except error_class as error:
        reasons, text = reasons_in(str(error)), str(error)
    except BaseException as error:
        error.add_note(what)
        raise
    assert time.process_time() - started < seconds, what
    assert len(reasons) == 1, f"no fixed text, or several: {text}\n{what}"
    return reasons[0]


def of_model(content, what=""):
    return outcome_of(use_model, content, what, pc.WeightFileError, reasons_of, 1)


def of_run(content, what=""):
    return outcome_of(use_run, content, what, pc.RunFileError, run_reasons_of, 5)


@pytest.mark.parametrize("seed", mutants.SEEDS)
def test_a_mutant_is_refused_or_predicts_finite_numbers_of(seed):
    assert of_model(mutants.SEEDS[seed].content) == LOADED
    made = (mutants.mutant(seed, number) for number in range(EACH))
    outcomes = Counter(of_model(mutant.content, mutant.description) for mutant in made)
    # the changes reach all the way in: some leave a model, and the others fail in many ways
    assert outcomes[LOADED] > EACH // 50
    assert len(outcomes) > 20


@pytest.mark.parametrize("kind", run_mutants.SEEDS)
def test_a_mutant_is_refused_or_goes_on_with_finite_numbers_of(kind):
    assert of_run(run_mutants.SEEDS[kind].content) == LOADED
    made = (run_mutants.mutant(kind, number) for number in range(EACH_RUN))
    outcomes = Counter(of_run(mutant.content, mutant.description) for mutant in made)
    assert outcomes[LOADED] > EACH_RUN // 20
    assert len(outcomes) > 12


def test_a_mutant_of_a_single_array_is_refused_or_read():
    sources = [npy(array) for array in (np.ones((2, 3)), np.float64(0.5), np.ones(3, np.float32))]
    outcomes = set()
    for number in range(1000):
        rng = random.Random(number)
        content, change = mutants.changed(rng, rng.choice(sources), 90)
        what = f"mutant {number}: {change}"
        outcomes.add(outcome_of(use_array, content, what, pc.WeightFileError, reasons_of, 1))
    assert {LOADED, "ARRAY_HEADER", "BODY_SIZE"} <= outcomes
