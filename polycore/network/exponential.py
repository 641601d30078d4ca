"""The exponential that NumPy works out fastest on this processor, and the logarithm that undoes it.

On processors with AVX-512 NumPy has 2^x in half the time of e^x (3.5 us beside 6.9 for 14,400 numbers in
float32), elsewhere one by one. Which it is depends on the processor alone, so that runs are repeatable there.
"""

import math

import numpy as np
from numpy.lib.introspect import opt_func_info


def _has_fast_exp2() -> bool:
    targets = opt_func_info(func_name="^exp2$", signature="float32")["exp2"]
    return all(not target["current"].startswith("baseline") for target in targets.values())


_IN_BITS = _has_fast_exp2()
UNIT = math.log(2) if _IN_BITS else 1.0  # nats in what `exponential` takes for 1
exponential: np.ufunc = np.exp2 if _IN_BITS else np.exp
logarithm: np.ufunc = np.log2 if _IN_BITS else np.log
