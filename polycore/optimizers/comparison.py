"""Whether a changed network has a lower loss: search asks this a million times."""

from polycore.arrays import Floats
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels

# Losses in float32 were up to 5e-7 from those in float64. Two that are closer to each other than this are
# compared in float64.
ROUGH_MARGIN = 1e-6


class LowerOnBatch:
    """Compares losses on one batch, in float32: rounding is far smaller than the noise of a batch."""

    def __init__(self, kernels: Kernels, batch: Batch) -> None:
        self._kernels, self._batch = kernels, batch

    def __call__(self, candidate: Floats, kept: Floats) -> bool:
        """Return whether the candidate's loss is below that of `kept`."""
        return self._kernels.loss(candidate, self._batch) < self._kernels.loss(kept, self._batch)


class LowerOnAll:
    """Compares losses on the whole training set; each answer is the one that float64 gives.

    Float32 is enough for almost all, at a third of the cost. (Rejecting candidates by their logits alone,
    since cross-entropy lies above its tangent, saved nothing: computing tangents cost as much.)
    """

    def __init__(self, kernels: Kernels, exact: Batch, rough: Batch) -> None:
        self._rough_loss, self._exact_loss = kernels.loss_on(rough), kernels.loss_on(exact)
        self._kept: Floats | None = None
        self._loss = 0.0  # of the kept, in float32
        self._exact: float | None = None  # the same in float64, once it was needed

    def __call__(self, candidate: Floats, kept: Floats) -> bool:
        """Return whether the candidate's loss is below that of `kept`."""
        if self._kept is not kept:
            self._kept, self._loss, self._exact = kept, self._rough_loss(kept), None
        loss = self._rough_loss(candidate)
        if loss > self._loss + ROUGH_MARGIN:
            return False
        exact = None
        if not loss < self._loss - ROUGH_MARGIN:
            # as close as that, or not a number
            if self._exact is None:
                self._exact = self._exact_loss(kept)
            exact = self._exact_loss(candidate)
            if not exact < self._exact:
                return False
        self._kept, self._loss, self._exact = candidate, loss, exact
        return True
