"""Regularization: dropout, and penalties on large weights.

L1 and L2 penalties are added to the loss that steps minimize. With dropout, each training step leaves out a
random part of the hidden neurons, others for each point. The outputs of the others are scaled up during
training, so that nothing changes when the whole network answers.

References
----------
Dropout: N. Srivastava et al., Journal of Machine Learning Research 15 (2014), section 4; section 10 for the
scaling.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from polycore.arrays import Floats
from polycore.network.parameters import layers, parameter_count

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


@dataclass(frozen=True, eq=False)
class Penalty:
    """The penalty `l1·Σ|w| + l2/2·Σw²`, in nats, over the weights of all layers; biases are free.

    With half of the squares, L2 is the same as weight decay in plain SGD (arXiv:1711.05101, section 2).

    Attributes
    ----------
    l1
        (P,), the strength for each parameter: 0 for a bias.
    l2
        (P,), likewise.
    """

    l1: Floats
    l2: Floats

    @classmethod
    def of(cls, l1: float, l2: float, widths: Sequence[int], dtype: DTypeLike) -> "Penalty | None":
        """Return the penalty of these strengths for a network of these widths; None if both are 0."""
        if not (l1 or l2):
            return None
        is_weight = np.zeros(parameter_count(widths), dtype)
        for weights, _ in layers(is_weight, widths):
            weights[:] = 1
        return cls(is_weight * is_weight.dtype.type(l1), is_weight * is_weight.dtype.type(l2))

    def gradient(self, parameters: Floats) -> Floats:
        """Return its gradient with respect to the parameters (P,); that of `|w|` at 0 is 0."""
        slopes: Floats = self.l1 * np.sign(parameters) + self.l2 * parameters
        return slopes
