"""The Bayes classifier of known curves and known noise: the best that any method can do.

On pages it is called the referee.
"""

from polycore.referee.bayes_classifier import Accuracy, Referee

__all__ = ["Accuracy", "Referee"]
