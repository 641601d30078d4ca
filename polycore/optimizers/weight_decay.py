"""Weight decay, decoupled from the gradient."""

from polycore.arrays import Floats


def decayed(parameters: Floats, learning_rate: float, weight_decay: float) -> Floats:
    """Return the parameters, each shrunk by learning_rate·weight_decay of itself.

    Source: arXiv:1711.05101 (AdamW), Algorithms 1 and 2.
    """
    share = learning_rate * weight_decay
    return parameters * (1 - share) if share else parameters
