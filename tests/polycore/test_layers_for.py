"""The network that is chosen for a number of points."""

import pytest

from polycore.points.split import layers_for


@pytest.mark.parametrize(
    ("count", "layers"), [(2, (16,)), (64, (16,)), (999, (16,)), (1000, (16, 16)), (16_000, (16, 16))]
)
def test_more_points_have_a_larger_network(count, layers):
    assert layers_for(count) == layers
