"""Whether a changed network's loss is lower: what search asks a million times."""

from polycore.arrays import Floats
from polycore.network.batch import Batch
from polycore.network.kernels import Workspace

# Losses in float32 were up to 5e-7 from those in float64; two that are nearer to each other than this are
# told apart in float64.
ROUGH_MARGIN = 1e-6


class LowerOnBatch:
    """Compares losses on one batch, in float32: what it loses is far less than a batch leaves to chance."""

    def __init__(self, workspace: Workspace, batch: Batch) -> None:
        self._workspace, self._batch = workspace, batch

    def __call__(self, candidate: Floats, kept: Floats) -> bool:
        """Return whether the candidate's loss is below that of `kept`."""
        return self._workspace.loss(candidate, self._batch) < self._workspace.loss(kept, self._batch)


class LowerOnAll:
    """Compares losses on the whole training set; each answer is the one that float64 gives.

    Float32 is enough for almost all, at a third of the cost. (To refuse candidates by their logits alone,
    since cross-entropy lies above its tangent, spared nothing: laying tangents cost as much.)
    """

    def __init__(self, workspace: Workspace, exact: Batch, rough: Batch) -> None:
        self._rough_loss, self._exact_loss = workspace.loss_on(rough), workspace.loss_on(exact)
        self._kept: Floats | None = None
        self._loss = 0.0  # of the kept, in float32
        self._exact: float | None = None  # and in float64, once it was asked for

    def __call__(self, candidate: Floats, kept: Floats) -> bool:
        """Return whether the candidate's loss is below that of `kept`."""
        if self._kept is not kept:
            self._kept, self._loss, self._exact = kept, self._rough_loss(kept), None
        found = self._rough_loss(candidate)
        if found > self._loss + ROUGH_MARGIN:
            return False
        exact = None
        if not found < self._loss - ROUGH_MARGIN:
            # so near each other, or no number
            if self._exact is None:
                self._exact = self._exact_loss(kept)
            exact = self._exact_loss(candidate)
            if not exact < self._exact:
                return False
        self._kept, self._loss, self._exact = candidate, found, exact
        return True
