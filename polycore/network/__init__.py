"""A dense network with ReLU between its layers and softmax after the last."""

from polycore.arrays import Floats, Integers
from polycore.network.parameters import Layers, initial_parameters, layers, parameter_count
from polycore.network.plain import (
    accuracy,
    cross_entropy,
    dead_neurons,
    dense,
    forward,
    loss_and_gradient,
    predict_proba,
    relu,
    softmax,
)

__all__ = [
    "Floats",
    "Integers",
    "Layers",
    "accuracy",
    "cross_entropy",
    "dead_neurons",
    "dense",
    "forward",
    "initial_parameters",
    "layers",
    "loss_and_gradient",
    "parameter_count",
    "predict_proba",
    "relu",
    "softmax",
]
