import pytest

from polycore.formatting import counted


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (40_000, "40,000 steps")]
)
def test_one_is_told_apart_from_many(number, told):
    assert counted(number, "step") == told
