"""The exponential in use is e^x in another unit, whatever the processor."""

import importlib

import numpy as np
import pytest
from numpy.lib import introspect

from polycore.network import exponential


@pytest.fixture(params=["X86_V4", "baseline(X86_V2)"], ids=["2^x is fast", "2^x is slow"])
def module(request, monkeypatch):
    """Return the module as it is on a processor that has, or has not, a fast 2^x."""
    with monkeypatch.context() as patch:
        patch.setattr(introspect, "opt_func_info", lambda **_: {"exp2": {"ff": {"current": request.param}}})
        yield importlib.reload(exponential)
    importlib.reload(exponential)


def test_it_is_e_to_the_x_and_the_logarithm_undoes_it(module):
    x = np.linspace(-50, 50, 101)
    assert module.exponential(x / module.UNIT) == pytest.approx(np.exp(x), rel=1e-13)
    assert module.logarithm(np.exp(x)) * module.UNIT == pytest.approx(x, abs=1e-13)


def test_it_follows_the_processor(module):
    fast = introspect.opt_func_info()["exp2"]["ff"]["current"] == "X86_V4"
    assert (module.exponential is np.exp2) == fast
