from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from polycore.arrays import read_only


@dataclass(frozen=True)
class Pair:
    first: Any
    second: Any = None


@pytest.mark.parametrize(
    "shared",
    [
        pytest.param(lambda array: array, id="itself"),
        pytest.param(lambda array: ("word", array), id="in a tuple"),
        pytest.param(lambda array: Pair(1, array), id="in a field"),
        pytest.param(lambda array: Pair((None, Pair(array))), id="deep within"),
    ],
)
def test_an_array_cannot_be_changed_any_more(shared):
    array = np.zeros(2)
    value = shared(array)
    assert read_only(value) is value
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_what_has_no_arrays_stays_as_it_is():
    assert read_only((1, "word", None)) == (1, "word", None)
