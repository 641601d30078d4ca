"""The bytes of a session's arrays."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

import polycore as pc
from pages.runs.training import Training
from pages.server.array_bytes import array_bytes
from pages.state.session_value import Session
from pages.state.uploads import UploadedPoints


def test_arrays_and_bytes_are_counted_wherever_they_are():
    array = np.zeros((10, 2))
    assert array_bytes(array) == 160
    assert array_bytes({"a": (array, [np.zeros(3, np.float32)]), "b": b"1234"}) == 160 + 12 + 4
    assert array_bytes(Session(points=UploadedPoints(array, np.zeros(10, np.int64)))) == 160 + 80


def test_what_is_shared_counts_once_and_a_view_as_all_that_it_keeps():
    array = np.zeros(1000)
    assert array_bytes((array, array, array[:10])) == 8000
    assert array_bytes(array[:10]) == 8000


def test_a_value_that_contains_itself_is_counted():
    circle = [np.zeros(2)]
    circle.append(circle)
    assert array_bytes(circle) == 16


def test_what_is_not_ours_is_left_alone():
    @dataclass
    class Strange:
        array = np.zeros(10)

    assert array_bytes((Strange(), "text", 3, None, len, np)) == 0


def test_a_run_has_the_bytes_of_its_parameters_and_not_those_of_its_workers():
    run = pc.advance(pc.start(pc.Experiment(hidden=(64, 64), steps=20)), 20)
    with ThreadPoolExecutor(1) as workers:
        workers.array = np.zeros(10_000_000)
        session = Session(training=Training(run, workers, pc.advance))
        size = array_bytes(session)
        without = replace(session, training=None).with_undo("The run went.", session)
        assert array_bytes(without) == array_bytes((session, without)) == size
    assert run.parameters.nbytes * 2 < size < 1_000_000
