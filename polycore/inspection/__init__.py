"""The inside of a network: forward pass, one step of training, fold lines, report, and loss landscape."""

from polycore.formula import Line
from polycore.inspection.parameter_index import ParameterIndex, WeightChange
from polycore.inspection.point_slopes import LayerSlopes, PointSlopes
from polycore.inspection.step import Losses, NextStep, next_step

__all__ = [
    "LayerSlopes",
    "Line",
    "Losses",
    "NextStep",
    "ParameterIndex",
    "PointSlopes",
    "WeightChange",
    "next_step",
]
