"""The settings of an experiment as options, with the names and values of a link."""

import argparse
from collections.abc import Mapping
from typing import NamedTuple

from polycore.experiment.experiment import INITIAL_WEIGHTS
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
from polycore.optimizers.registry import OPTIMIZERS


class _Option(NamedTuple):
    metavar: str
    help: str


def _users_of(setting: str) -> str:
    return ", ".join(name for name, optimizer in OPTIMIZERS.items() if setting in optimizer.uses)


SETTINGS: Mapping[str, _Option] = {
    "polynomials": _Option("P~P", "the classes, separated by ~, such as x^2~x^3-2"),
    "samples": _Option("N", "fixed samples of each polynomial, or fresh for new points every step"),
    "range": _Option("LOW..HIGH", "lowest and highest x, such as 0..2"),
    "noise": _Option("DEVIATION", "standard deviation of the noise on y"),
    "hidden": _Option("N-N", "neurons in each hidden layer, such as 32-32, or none"),
    "learning_rate": _Option("RATE", "learning rate, above 0 and at most 10"),
    "schedule": _Option("NAME", "schedule of the learning rate: constant, cosine or one-cycle"),
    "batch": _Option("N", "points in each step, or 0 for all"),
    "optimizer": _Option("NAME", ", ".join(OPTIMIZERS)),
    "steps": _Option("N", "steps of the run"),
    "seed": _Option("N", "seed of all random numbers"),
    "standardize": _Option("yes|no", "standardize the inputs during training"),
    "momentum": _Option("SHARE", f"momentum of {_users_of('momentum')}, from 0 to below 1"),
    "initial_weights": _Option(
        "NAME",
        f"distribution of the initial weights: {', '.join(INITIAL_WEIGHTS)}; he is replaced by the one that "
        "suits the activation",
    ),
    "nesterov": _Option("yes|no", f"Nesterov momentum, for {_users_of('nesterov')}"),
    "weight_decay": _Option("RATE", f"weight decay, for {_users_of('weight_decay')}"),
    "target_loss": _Option("NATS", "end the run at this training loss, or none"),
    "patience": _Option(
        "STEPS", "end the run if the held-out loss has not fallen for so many steps; 0 for no limit"
    ),
    "sampling": _Option("NAME", "sampling of fresh points: random, even, crossings or errors"),
    "growing_batches": _Option(
        "yes|no", "start with small batches and end with large ones, for fresh points"
    ),
    "activation": _Option("NAME", f"of the hidden neurons: {', '.join(ACTIVATIONS)}"),
    "l1": _Option("STRENGTH", f"L1 penalty on the weights, for {_users_of('l1')}"),
    "l2": _Option("STRENGTH", f"L2 penalty on the weights, for {_users_of('l2')}"),
    "dropout": _Option(
        "SHARE", f"share of the hidden neurons that a step leaves out, up to 0.9, for {_users_of('dropout')}"
    ),
    "features": _Option("N-N", f"input features, such as x-y-x2: {', '.join(NAMES)}"),
    "warmup": _Option("STEPS", "steps over which the learning rate rises to that of the schedule"),
    "held_out": _Option("SHARE", "share of your own points that is held out, from 0.05 to 0.5"),
}


def option(name: str) -> str:
    """Return the option for a part of a link, such as --learning-rate."""
    return f"--{name.replace('_', '-')}"


_VALUES = "one that begins with -, but is no number or range, needs =, as in --polynomials=-x~x^2"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting. A setting without its option stays as the experiment has it."""
    text = f"Values are written as in a link (docs/link.md); {_VALUES}."
    group = parser.add_argument_group("settings that replace the experiment's own", text)
    for name, setting in SETTINGS.items():
        group.add_argument(option(name), dest=name, metavar=setting.metavar, help=setting.help)


def words_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the values of the options that were used, by the names of a link's parts."""
    given = {name: getattr(arguments, name) for name in SETTINGS}
    return {name: value for name, value in given.items() if value is not None}


def add_several_to(parser: argparse.ArgumentParser) -> None:
    """Add an option with one or more values for each setting."""
    text = f"Each has one or more values, written as in a link (docs/link.md); {_VALUES}."
    group = parser.add_argument_group("settings that replace the experiment's own", text)
    for name, setting in SETTINGS.items():
        group.add_argument(
            option(name), dest=name, metavar=setting.metavar, help=setting.help, nargs="+", action="extend"
        )


def several_of(arguments: argparse.Namespace) -> dict[str, list[str]]:
    """Return the values, one or more, of the options that were used."""
    return {name: getattr(arguments, name) for name in SETTINGS if getattr(arguments, name) is not None}
