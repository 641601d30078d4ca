"""The settings of an experiment as options, in the words of a link."""

import argparse
from collections.abc import Mapping
from typing import NamedTuple

from polycore.links import link
from polycore.optimizers.registry import OPTIMIZERS


class _Told(NamedTuple):
    metavar: str
    help: str


def _users_of(setting: str) -> str:
    return ", ".join(name for name, optimizer in OPTIMIZERS.items() if setting in optimizer.uses)


SETTINGS: Mapping[str, _Told] = {
    "polynomials": _Told("P~P", "what is to be told apart, with ~ between, such as x^2~x^3-2"),
    "samples": _Told("N", "fixed samples a polynomial, or fresh: new points every step"),
    "range": _Told("LOW..HIGH", "lowest and highest x, such as 0..2"),
    "noise": _Told("DEVIATION", "standard deviation of the noise on y"),
    "hidden": _Told("N-N", "neurons of each hidden layer, such as 32-32, or none"),
    "learning_rate": _Told("RATE", "how far a step goes, above 0, at most 10"),
    "schedule": _Told("NAME", "of the learning rate: constant, cosine or one-cycle"),
    "batch": _Told("N", "points a step, or all"),
    "optimizer": _Told("NAME", ", ".join(OPTIMIZERS)),
    "steps": _Told("N", "how many the run has"),
    "seed": _Told("N", "decides every random number"),
    "standardize": _Told("yes|no", "scale the inputs while training"),
    "momentum": _Told("SHARE", f"of {_users_of('momentum')}, 0 to below 1"),
    "initial_weights": _Told("NAME", "he or tutorial"),
    "nesterov": _Told("yes|no", f"of {_users_of('nesterov')}: look ahead to where momentum leads"),
    "weight_decay": _Told("RATE", f"of {_users_of('weight_decay')}"),
    "target_loss": _Told("NATS", "end at this loss on the training set, or none"),
    "patience": _Told("STEPS", "end where the held-out loss has not fallen for so many, or none"),
    "sampling": _Told("NAME", "of fresh points: random, even or crossings"),
    "growing_batches": _Told("yes|no", "with fresh points: small batches first, large ones last"),
}


def option(name: str) -> str:
    """Return the option of a link's part, such as --learning-rate."""
    return f"--{name.replace('_', '-')}"


_JOINED = "a value that begins with - is joined by =, such as --range=-1..1"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting; one that is not given stays the experiment's own."""
    text = f"The words are a link's (docs/link.md); {_JOINED}."
    group = parser.add_argument_group("settings, in place of the experiment's own", text)
    for name, told in SETTINGS.items():
        group.add_argument(option(name), dest=name, metavar=told.metavar, help=told.help)


def words_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the words of the settings that were given, by the names of a link's parts."""
    given = {name: getattr(arguments, name) for name in link.NAMES}
    return {name: words for name, words in given.items() if words is not None}


def add_several_to(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting that takes one value or several."""
    text = f"Each takes one value or several, in a link's words (docs/link.md); {_JOINED}."
    group = parser.add_argument_group("settings, in place of the experiment's own", text)
    for name, told in SETTINGS.items():
        group.add_argument(
            option(name), dest=name, metavar=told.metavar, help=told.help, nargs="+", action="extend"
        )


def several_of(arguments: argparse.Namespace) -> dict[str, list[str]]:
    """Return the words, one or several, of the settings that were given."""
    return {name: getattr(arguments, name) for name in link.NAMES if getattr(arguments, name) is not None}
