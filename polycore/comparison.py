"""Whether a changed network's loss is lower: what search asks a million times."""

import math

import numpy as np

from polycore.batch import Batch
from polycore.network import Floats
from polycore.workspace import HIGHEST_SURPRISE, Buffers, Workspace, exponentials, total_surprise

# A loss in float32 was never further than a tenth of this from the one in float64; losses nearer to each
# other than this are told apart in float64.
ROUGH_MARGIN = 2e-6

# Refused in a row from which on a tangent costs less than it spares: half of all candidates are lower at the
# start of the tutorial's search, and a twentieth at its end.
WORTH_A_TANGENT = 2


class LowerLoss:
    """Compares losses on the whole training set: in float32 wherever that is enough to decide.

    Many candidates are refused by their logits alone. Cross-entropy is convex in the logits, so it lies above
    its tangent at the kept parameters' logits; where the tangent already rises, the loss does. Only the
    clipping of what is very unlikely breaks that: it is not used where a surprise might come near the bound.
    """

    def __init__(self, workspace: Workspace, exact: Batch, rough: Batch) -> None:
        self._workspace, self._exact, self._rough = workspace, exact, rough
        self._tangent = _Tangent() if workspace.is_one_part(rough) else None
        self._refused = 0  # candidates since one was lower

    def __call__(self, candidate: Floats, kept: Floats, loss: float) -> float | None:
        """Return the candidate's loss where it is below `loss`, that of `kept`; else None.

        What it returns is float32's, and always below `loss`.
        """
        if self._tangent is None:
            return self._decided(self._workspace.loss(candidate, self._rough), candidate, kept, loss)
        buffers = self._workspace.forward(candidate, self._rough)
        self._refused += 1
        if self._tangent.parameters is kept and self._tangent.rises(buffers.logits):
            return None
        exponentials(buffers)
        found = total_surprise(self._rough, buffers) / len(self._rough)
        lower = self._decided(found, candidate, kept, loss)
        if lower is not None:
            if self._refused > WORTH_A_TANGENT:
                self._tangent.move(candidate, self._rough, buffers)
            self._refused = 0
        return lower

    def _decided(self, found: float, candidate: Floats, kept: Floats, loss: float) -> float | None:
        if found > loss + ROUGH_MARGIN:
            return None
        if found < loss - ROUGH_MARGIN:
            return found
        # two losses so near each other, or one that is no number
        if self._workspace.loss(candidate, self._exact) < self._workspace.loss(kept, self._exact):
            return min(found, math.nextafter(loss, -math.inf))
        return None


class LowerLossOnBatch:
    """Compares losses on one batch; the kept's loss on another tells nothing."""

    def __init__(self, workspace: Workspace, batch: Batch) -> None:
        self._workspace, self._batch = workspace, batch

    def __call__(self, candidate: Floats, kept: Floats, _loss: float) -> float | None:
        """Return the candidate's loss on the batch where it is below that of `kept`; else None."""
        found = self._workspace.loss(candidate, self._batch)
        return found if found < self._workspace.loss(kept, self._batch) else None


class _Tangent:
    """The loss, on the points of a batch, as a function of their logits: its slopes at one place."""

    def __init__(self) -> None:
        self.parameters: Floats | None = None
        self._logits = self._slopes = self._difference = np.empty((0, 0), np.float32)
        self._reach = 0.0

    def move(self, parameters: Floats, batch: Batch, buffers: Buffers) -> None:
        """Lay it at the logits of `parameters`, whose exponentials stand in the buffers."""
        if self.parameters is None:
            self._logits, self._slopes, self._difference = (np.empty_like(buffers.logits) for _ in range(3))
        self.parameters = parameters
        np.copyto(self._logits, buffers.logits)
        np.divide(buffers.exponentials, buffers.totals, out=self._slopes)
        self._slopes -= batch.one_hot
        # no surprise grows by more than twice the largest change of a logit
        highest = float(np.maximum.reduce(buffers.surprises))
        self._reach = max(HIGHEST_SURPRISE - highest, 0.0) / 2

    def rises(self, logits: Floats) -> bool:
        """Return whether the mean loss at these logits is surely higher, by more than rounding."""
        difference = np.subtract(logits, self._logits, out=self._difference).ravel()
        rise = self._slopes.ravel().dot(difference)
        return bool(
            rise > ROUGH_MARGIN * logits.shape[1] and difference.dot(difference) < self._reach * self._reach
        )
