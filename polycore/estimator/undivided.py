"""UndividedExperiment: an experiment that trains on all of the user's own points."""

from typing import cast

from polycore.experiment.experiment import Experiment
from polycore.points.point_set import PointSet
from polycore.points.split import Part


class UndividedExperiment(Experiment):
    """An experiment whose own points are all for training: users of an estimator hold out some before.

    The training set stands in for the held-out one, so held-out figures of its runs mean nothing and must not
    be shown. Nor may it be stored: files and links know only experiments that hold out a part.
    """

    @property
    def sample_count(self) -> int:
        """The number of points."""
        return len(self._points)

    @property
    def _parts(self) -> tuple[Part, Part]:
        everything = self._points.points, self._points.labels
        return everything, everything

    @property
    def _points(self) -> PointSet:
        return cast(PointSet, self.data)
