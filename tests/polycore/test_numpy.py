"""What everything else rests on: products in NumPy. These tests run first: others would fail strangely."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OF_ITSELF, OF_A_COPY = (lambda array: array.T), (lambda array: array.T.copy())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(4, 5), (300, 672)], ids=str)
@pytest.mark.parametrize(
    "transposed",
    [
        # NumPy computes the first by another function of BLAS, SYRK: numpy issue 31776 was in that one
        pytest.param(OF_ITSELF, id="an array and its own transpose"),
        pytest.param(OF_A_COPY, id="two arrays"),
    ],
)
def test_a_product_is_what_counting_says(dtype, shape, transposed):
    rows, columns = shape
    # row i begins with i + 1 ones: rows i and j have min(i, j) + 1 of them in common, exact in either type
    array = np.tri(rows, columns, dtype=dtype)
    expected = [[min(i, j) + 1 for j in range(rows)] for i in range(rows)]
    assert (array @ transposed(array)).tolist() == expected
    assert array.dot(transposed(array), np.empty((rows, rows), dtype)).tolist() == expected


def test_a_numpy_with_wrong_products_is_not_installed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [numpy] = [one for one in map(Requirement, project["dependencies"]) if one.name == "numpy"]
    versions = ["1.26.4", "2.0.0", "2.4.6", "2.5.0", "2.5.1", "2.5.2", "2.5.5"]
    assert [one for one in versions if one in numpy.specifier] == ["2.0.0", "2.4.6", "2.5.2", "2.5.5"]
