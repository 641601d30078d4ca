"""A hostile run file is refused at once; whatever is not refused goes on with finite numbers."""

import io
import re
import sys
import time
from collections import Counter

import numpy as np
import pytest

import polycore as pc
from polycore.training.run_refusals import RunReason
from tests.attacks import __main__ as generator
from tests.attacks import run_mutants
from tests.attacks.archives import SECRET
from tests.attacks.broken_runs import REFUSED
from tests.attacks.fixed_texts import run_reasons_of
from tests.attacks.parent import outcomes
from tests.attacks.run_archives import run_of, saved

EACH = 105  # with fourteen seeds, some 1,500 mutants
LOADED = "loaded"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder in which the child works."""
    folder = tmp_path_factory.mktemp("child") / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory, folder):
    """What Run.load in the child came to with each hostile file, by what is wrong with it."""
    if sys.platform != "linux":
        pytest.skip("the limits are Linux's")
    paths = generator.write(tmp_path_factory.mktemp("files"), REFUSED)
    outcome_of = outcomes("polycore.training.run", "Run.load", paths, folder, saved(run_of("l-bfgs")))
    return {paths[path]: outcome for path, outcome in outcome_of.items()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_file_is_refused_within_a_second_and_50_mb_that_is_or_has(name, found):
    outcome = found[name]
    assert (outcome.error, outcome.events) == ("RunFileError", []), outcome.text
    assert outcome.seconds < 1
    assert re.search(REFUSED[name][1], outcome.text), outcome.text


def test_every_refusal_is_one_fixed_text(found):
    for name, outcome in found.items():
        assert len(run_reasons_of(outcome.text)) == 1, f"{name}: {outcome.text}"
        assert 1 <= len(outcome.text) <= 300, name
        assert outcome.text.isprintable(), name
        assert SECRET not in outcome.text, name


def test_every_reason_of_a_run_file_is_reached(found):
    reached = {name for outcome in found.values() for name in run_reasons_of(outcome.text)}
    assert reached >= {reason.name for reason in RunReason}


def test_nothing_ran_and_nothing_is_left(found, folder):
    assert len(found) == len(REFUSED) > 250
    assert list(folder.iterdir()) == []


def test_a_sound_run_loads_in_the_child_that_tells_all_this(tmp_path, folder):
    path = tmp_path / "sound.npz"
    path.write_bytes(saved(run_of("evolution")))
    [outcome] = outcomes(
        "polycore.training.run", "Run.load", [path], folder, saved(run_of("l-bfgs"))
    ).values()
    assert (outcome.error, outcome.events) == (None, [])


def outcome_of(content: bytes) -> str:
    """Return LOADED, the reason of the refusal, or else what is wrong."""
    try:
        run = pc.Run.load(io.BytesIO(content))
    except pc.RunFileError as error:
        reasons = run_reasons_of(str(error))
        return reasons[0] if len(reasons) == 1 else f"wrong: no fixed text is {error}"
    for steps in (0, 1, 20):
        run = pc.advance(run, steps)
        figures = [run.best.loss, run.current.loss, run.best_loss, *run.history.loss, *run.parameters]
        if not np.isfinite(figures).all():
            return f"wrong: not finite behind step {run.step}"
    run.ended_because  # noqa: B018  # a sentence that its numbers must suffice for
    pc.Run.load(io.BytesIO(saved(run)))
    return LOADED


def told(mutant) -> str:
    """Return as `outcome_of`; whatever else is raised is wrong, as is what takes five seconds."""
    started = time.process_time()
    try:
        outcome = outcome_of(mutant.content)
    except Exception as error:  # noqa: BLE001  # what must not come
        outcome = f"wrong: {error!r}"
    seconds = time.process_time() - started
    return outcome if seconds < 5 else f"wrong: {seconds} s"


@pytest.mark.parametrize("kind", run_mutants.SEEDS)
def test_a_mutant_is_refused_or_goes_on_with_finite_numbers_of(kind):
    assert outcome_of(run_mutants.SEEDS[kind].content) == LOADED
    outcomes = Counter()
    for number in range(EACH):
        mutant = run_mutants.mutant(kind, number)
        outcome = told(mutant)
        assert not outcome.startswith("wrong"), f"{outcome}\n{mutant.told}"
        outcomes[outcome] += 1
    # the changes reach all the way in: some leave a run, and the others fail in many ways
    assert outcomes[LOADED] > EACH // 20
    assert len(outcomes) > 12


def test_a_failing_mutant_would_be_told_with_its_change(monkeypatch):
    monkeypatch.setattr(pc, "advance", lambda run, _: {}[run.step])
    assert (
        told(run_mutants.mutants.Mutant(run_mutants.SEEDS["evolution"].content, "")) == "wrong: KeyError(23)"
    )
