"""The exponential that NumPy computes fastest on this processor, and its inverse.

On processors with AVX-512 NumPy computes 2^x in half the time of e^x (3.5 us and 6.9 for 14,400 numbers in
float32); on others 2^x is not vectorized. The choice depends on the processor alone, so that runs stay
repeatable.
"""

import math

import numpy as np
from numpy.lib.introspect import opt_func_info

_TARGETS = opt_func_info(func_name="^exp2$", signature="float32")["exp2"]
_IN_BITS = all(not target["current"].startswith("baseline") for target in _TARGETS.values())
UNIT = math.log(2) if _IN_BITS else 1.0  # in nats: what `exponential` counts in
exponential: np.ufunc = np.exp2 if _IN_BITS else np.exp
logarithm: np.ufunc = np.log2 if _IN_BITS else np.log
