"""The Bayes classifier for known curves and known noise: no method is more accurate.

Pages call it the referee.
"""

from polycore.referee.bayes_classifier import Accuracy, Referee

__all__ = ["Accuracy", "Referee"]
