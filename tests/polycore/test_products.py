"""The products in WebAssembly: the bytes are those of their text, and they compute what NumPy does."""

import numpy as np
import pytest
from wasmtime import Instance, Limits, Memory, MemoryType, Module, Store, wat2wasm

from polycore.web.products_text import text
from polycore.web.scripts import file_of

BYTES = file_of("learning/products.wasm").read_bytes()


def test_the_bytes_are_made_from_the_text():
    assert bytes(wat2wasm(text())) == BYTES
    assert len(BYTES) < 6_000


class Products:
    """The bytes in a memory of their own, in which arrays lie one after another."""

    def __init__(self):
        self.store = Store()
        self.memory = Memory(self.store, MemoryType(Limits(4, None)))
        module = Module(self.store.engine, BYTES)
        self.exports = Instance(self.store, module, [self.memory]).exports(self.store)
        self.end = 0

    def put(self, array):
        """Return the address of an array's copy."""
        start = self.end
        self.memory.write(self.store, array.astype("<f4").tobytes(), start)
        self.end += 4 * array.size
        return start

    def product(self, name, sizes, a, b, factors=None):
        """Return the product as an array of the first two sizes; the third is the number of terms."""
        rows, columns, terms = sizes
        start = self.put(np.full((rows, columns), np.nan))
        places = [self.put(a), 4 * a.shape[1], self.put(b), 4 * b.shape[1], start, 4 * columns]
        self.exports[name](
            self.store, rows, columns, terms, *places, 0 if factors is None else self.put(factors)
        )
        found = self.memory.read(self.store, start, start + 4 * rows * columns)
        return np.frombuffer(found, "<f4").reshape(rows, columns)


def random(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("rows", "columns", "terms"), [(4, 8, 1), (8, 24, 3), (36, 64, 33)])
def test_products_are_those_of_numpy(rows, columns, terms):
    weights, values = random(terms, rows), random(terms, columns)
    outputs = weights.T @ values
    sizes = (rows, columns, terms)
    assert np.allclose(Products().product("forward", sizes, weights, values), outputs, atol=1e-5)
    positive = Products().product("forwardRelu", sizes, weights, values)
    assert np.allclose(positive, np.maximum(outputs, 0), atol=1e-5)

    factors = random(rows, columns)
    back = Products().product("backward", sizes, weights.T.copy(), values, factors)
    assert np.allclose(back, outputs * factors, atol=1e-5)
    masked = Products().product("backwardRelu", sizes, weights.T.copy(), values, factors)
    assert np.allclose(masked, np.where(factors > 0, outputs, 0), atol=1e-5)


@pytest.mark.parametrize(("rows", "columns", "points"), [(4, 4, 8), (36, 12, 8), (8, 32, 120)])
def test_the_product_over_points_is_that_of_numpy(rows, columns, points):
    values, slopes = random(rows, points), random(columns, points)[::-1].copy()
    found = Products().product("gradient", (rows, columns, points), values, slopes)
    assert np.allclose(found, values @ slopes.T, atol=2e-5)
