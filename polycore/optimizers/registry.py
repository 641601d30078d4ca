"""All optimizers. To add one, write its file in this folder and add a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from polycore.optimizers.adam import ADAM
from polycore.optimizers.evolution import EVOLUTION
from polycore.optimizers.lbfgs import LBFGS
from polycore.optimizers.optimizer import Optimizer
from polycore.optimizers.random_search import RANDOM_SEARCH
from polycore.optimizers.rmsprop import RMSPROP
from polycore.optimizers.sgd import SGD
from polycore.optimizers.soap import SOAP

# in the order in which pages offer them
OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType(
    {optimizer.name: optimizer for optimizer in (ADAM, SOAP, RMSPROP, SGD, LBFGS, EVOLUTION, RANDOM_SEARCH)}
)
