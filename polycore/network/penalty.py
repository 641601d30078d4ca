"""L1 and L2 regularization: penalties on large weights, added to the loss that steps minimize."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from polycore.arrays import Floats
from polycore.network.parameters import layers, parameter_count


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
