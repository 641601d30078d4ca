"""Dropout: in each training step a random part of the hidden neurons is left out, others for each point.

The outputs of the others are scaled up during training, so that nothing changes when the whole network
answers.

References
----------
N. Srivastava et al., Journal of Machine Learning Research 15 (2014), section 4; section 10 for the scaling.
"""

from collections.abc import Callable, Sequence

import numpy as np

from polycore.arrays import Floats

LEVELS = 2**16  # a share is rounded to one of so many: two random bytes decide on a neuron

Masks = tuple[Floats, ...]
# draws masks for so many points: a batch draws for one part after the other, since all may need much memory
Draw = Callable[[int], Masks]


def masks(
    share: float, widths: Sequence[int], rng: np.random.Generator, dtype: type[np.floating], points: int
) -> Masks:
    """Return for each hidden layer the factors (neurons, points) of its outputs: 0, or 1 / (1 - share).

    Parameters
    ----------
    share
        Of the neurons that are left out, 0 to below 1.
    """
    dropped = round(share * LEVELS)
    kept = dtype(LEVELS / (LEVELS - dropped))
    return tuple(
        (rng.integers(0, LEVELS, (neurons, points), np.uint16) >= dropped) * kept for neurons in widths[1:-1]
    )
