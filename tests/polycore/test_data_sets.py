"""What a model is measured on: all points, or of very many some, and then it says so."""

from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.links.compact_weights import compact, model_from
from polycore.model.evaluation import (
    ACCURACY_ON,
    LOSS_ON,
    MOST_MEASURED,
    DataSets,
    measured_count,
    thinned_training_set,
)

SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(4,), samples_per_class=50, steps=20)
CLASSES = len(SMALL.polynomials)
LARGE = replace(SMALL, samples_per_class=3 * MOST_MEASURED // CLASSES, batch_size=64)


@pytest.fixture(scope="module")
def large_run():
    return pc.advance(pc.start(LARGE), 20)


def shares_right(model, points, labels):
    return (model.predict(points) == labels).mean()


def test_a_small_set_is_asked_whole_and_nothing_is_said():
    run = pc.advance(pc.start(SMALL), 20)
    sets = DataSets.of(SMALL)
    found = sets.measured(run.best)
    assert found.accuracy == shares_right(found, *SMALL.training_set())
    assert found.metadata == run.best.metadata
    assert run.best_for_a_page is run.best


def test_of_a_large_set_some_are_asked_evenly_and_the_model_says_how_many(large_run):
    found = DataSets.of(LARGE).measured(large_run.best)
    assert (found.metadata[ACCURACY_ON], found.metadata[LOSS_ON]) == (20_000, 20_000)
    points, labels = thinned_training_set(LARGE)
    assert len(points) == MOST_MEASURED
    assert np.bincount(labels) == pytest.approx(MOST_MEASURED / CLASSES, abs=1)
    everything, _ = LARGE.training_set()
    assert np.array_equal(points[[0, -1]], everything[[0, -1]])
    likelihoods = found.predict_proba(points)[np.arange(len(points)), labels]
    assert found.loss == pytest.approx(-np.log(likelihoods).mean(), rel=1e-9)
    assert found.accuracy == shares_right(found, points, labels)
    assert found.held_out_accuracy == shares_right(found, *LARGE.held_out_set())


def test_who_is_measured_anew_on_all_says_nothing_any_more(large_run):
    found = DataSets.of(LARGE).measured(large_run.best)
    again = DataSets.of(SMALL).measured(found)
    assert not {ACCURACY_ON, LOSS_ON} & again.metadata.keys()


def test_a_page_s_best_has_the_loss_on_all_points_and_its_accuracy_on_some(large_run):
    best = large_run.best_for_a_page
    assert best.loss == large_run.best_loss == pytest.approx(large_run.best.loss, rel=1e-9)
    assert best.accuracy == shares_right(best, *thinned_training_set(LARGE))
    assert best.held_out_accuracy == large_run.best.held_out_accuracy
    assert best.metadata == {**large_run.best.metadata, ACCURACY_ON: 20_000}
    for mine, theirs in zip(best.weights, large_run.best.weights, strict=True):
        assert np.array_equal(mine, theirs)


def test_a_page_s_current_is_measured_on_some_if_its_steps_work_on_batches(large_run):
    current = large_run.current_for_a_page
    points, labels = thinned_training_set(LARGE)
    likelihoods = current.predict_proba(points)[np.arange(len(points)), labels]
    assert current.loss == pytest.approx(-np.log(likelihoods).mean(), rel=1e-9)
    assert current.accuracy == shares_right(current, points, labels)
    assert current.held_out_accuracy == shares_right(current, *LARGE.held_out_set())
    assert current.metadata == {**large_run.current.metadata, ACCURACY_ON: 20_000, LOSS_ON: 20_000}
    for mine, theirs in zip(current.weights, large_run.current.weights, strict=True):
        assert np.array_equal(mine, theirs)


def test_of_a_large_set_that_every_step_works_on_the_current_loss_is_known():
    run = pc.start(replace(LARGE, batch_size=None))
    current = run.current_for_a_page
    assert current.loss == run.loss
    assert current.metadata == {**run.current.metadata, ACCURACY_ON: 20_000}


def test_a_small_set_is_asked_whole_for_the_current_weights_too():
    run = pc.advance(pc.start(SMALL), 20)
    assert run.current_for_a_page is run.current


def test_a_link_s_network_says_that_not_all_samples_were_asked(large_run):
    found = model_from(compact(large_run.best, LARGE, 8000), LARGE)
    assert found.metadata[ACCURACY_ON] == found.metadata[LOSS_ON] < 60_000
    whole = pc.advance(pc.start(SMALL), 20).best
    assert ACCURACY_ON not in model_from(compact(whole, SMALL, 8000), SMALL).metadata


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param(20_000, 20_000, id="some"),
        pytest.param(60_000, 60_000, id="all"),
        pytest.param(60_001, 60_000, id="more than there are"),
        pytest.param(0, 60_000, id="none"),
        pytest.param(True, 60_000, id="yes"),
        pytest.param("20000", 60_000, id="a text"),
        pytest.param([1], 60_000, id="a list"),
    ],
)
def test_what_a_file_says_is_believed_where_it_can_be(large_run, said, found):
    model = replace(large_run.best, metadata={ACCURACY_ON: said})
    assert measured_count(model, ACCURACY_ON, 60_000) == found
    assert measured_count(model, LOSS_ON, 60_000) == 60_000
