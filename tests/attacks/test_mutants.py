"""Whatever is changed in a sound file: it is refused, or its model predicts finite numbers."""

import io
import random
import time
from collections import Counter

import numpy as np
import pytest

from polycore.errors import WeightFileError
from polycore.experiment.experiment import Experiment
from polycore.model.model import MAX_COORDINATE, Model
from polycore.model.weight_file import read_npy
from tests.attacks import mutants
from tests.attacks.archives import npy
from tests.attacks.fixed_texts import reasons_of

EACH = 1001  # with ten seeds, 10,010 mutants
POINTS = np.array(
    [[0, 0], [0.5, -2], [-1, 1], [1e6, -1e6], [MAX_COORDINATE, 0], [-MAX_COORDINATE, MAX_COORDINATE]]
)
LOADED = "loaded"


def outcome_of(content: bytes) -> str:
    """Return LOADED, the reason of the refusal, or else what is wrong."""
    try:
        model = Model.load(io.BytesIO(content))
    except WeightFileError as error:
        reasons = reasons_of(str(error))
        return reasons[0] if len(reasons) == 1 else f"wrong: no fixed text is {error}"
    assert isinstance(model.experiment, Experiment | None)
    probabilities = model.predict_proba(POINTS)
    if not np.isfinite(probabilities).all():
        return f"wrong: predictions are {probabilities}"
    return LOADED


def told(mutant: mutants.Mutant) -> str:
    """Return as `outcome_of`; whatever else is raised is wrong, as is what takes a second."""
    started = time.process_time()
    try:
        outcome = outcome_of(mutant.content)
    except Exception as error:  # noqa: BLE001  # what must not come
        outcome = f"wrong: {error!r}"
    seconds = time.process_time() - started
    return outcome if seconds < 1 else f"wrong: {seconds} s"


@pytest.mark.parametrize("seed", mutants.SEEDS)
def test_a_seed_is_sound(seed):
    assert outcome_of(mutants.SEEDS[seed].content) == LOADED


@pytest.mark.parametrize("seed", mutants.SEEDS)
def test_a_mutant_is_refused_or_predicts_finite_numbers_of(seed):
    outcomes = Counter()
    for number in range(EACH):
        mutant = mutants.mutant(seed, number)
        outcome = told(mutant)
        assert not outcome.startswith("wrong"), f"{outcome}\n{mutant.told}"
        outcomes[outcome] += 1
    # the changes reach all the way in: some leave a model, and the others fail in many ways
    assert outcomes[LOADED] > EACH // 50
    assert len(outcomes) > 20


def outcome_of_array(content: bytes) -> str:
    """Return as `outcome_of`, of an .npy file by itself."""
    try:
        found = read_npy(io.BytesIO(content))
    except WeightFileError as error:
        reasons = reasons_of(str(error))
        return reasons[0] if len(reasons) == 1 else f"wrong: no fixed text is {error}"
    return LOADED if found.ndim <= 2 and found.dtype in ("<f8", "<f4") else f"wrong: {found}"


def test_a_mutant_of_a_single_array_is_refused_or_read():
    sources = [npy(array) for array in (np.ones((2, 3)), np.float64(0.5), np.ones(3, np.float32))]
    outcomes = Counter()
    for number in range(1000):
        rng = random.Random(number)
        content, change = mutants.changed(rng, rng.choice(sources), 90)
        outcome = outcome_of_array(content)
        assert not outcome.startswith("wrong"), f"{outcome}\nmutant {number}: {change}"
        outcomes[outcome] += 1
    assert {LOADED, "ARRAY_HEADER", "BODY_SIZE"} <= set(outcomes)


def test_there_are_10000_mutants_and_hardly_one_twice():
    assert len(mutants.SEEDS) * EACH >= 10_000
    found = [mutants.mutant(seed, number) for seed in mutants.SEEDS for number in range(100)]
    assert len({mutant.content for mutant in found}) > 0.9 * len(found)


def test_a_mutant_comes_back_from_its_seed_and_number():
    for seed in mutants.SEEDS:
        for number in range(20):
            assert mutants.mutant(seed, number) == mutants.mutant(seed, number)


def test_a_failing_mutant_would_be_told_with_its_change(monkeypatch):
    monkeypatch.setattr(Model, "predict_proba", lambda *_: np.array([[np.nan, 1.0]]))
    sound = mutants.Mutant(mutants.SEEDS["stored"].content, "")
    assert told(sound).startswith("wrong: predictions are")
    monkeypatch.setattr(Model, "load", lambda _: {}["loss"])
    assert told(sound) == "wrong: KeyError('loss')"
    change = mutants.Change(7, 2, b"\x0a\xff")
    assert (str(change), change.of(b"0123456789")) == ("[7: 2 bytes become 0aff]", b"0123456\x0a\xff9")
