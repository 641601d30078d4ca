"""The settings of an experiment as options, with the names and values of a link."""

import argparse
from typing import Any

from polycore.experiment.settings import SETTINGS

# own points come from a file: `experiment_source` has the option for it
_OFFERED = [setting for setting in SETTINGS.values() if setting.field != "data"]
_VALUES = "one that begins with - but is not a number or a range needs =, as in --polynomials=-x~x^2"


def option(name: str) -> str:
    """Return the option for a part of a link, such as --learning-rate."""
    return f"--{name.replace('_', '-')}"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting. A setting without its option stays as the experiment has it."""
    _add(parser, f"Values are written as in a link (docs/link.md); {_VALUES}.")


def add_several_to(parser: argparse.ArgumentParser) -> None:
    """Add an option with one or more values for each setting."""
    text = f"Each has one or more values, written as in a link (docs/link.md); {_VALUES}."
    _add(parser, text, nargs="+", action="extend")


def _add(parser: argparse.ArgumentParser, text: str, **number: Any) -> None:
    group = parser.add_argument_group("settings that replace the experiment's own", text)
    for setting in _OFFERED:
        group.add_argument(
            option(setting.word), dest=setting.word, metavar=setting.kind.metavar, help=setting.help, **number
        )


def words_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the options that were used, by the names of a link's parts.

    Each is a text or, of options with one or more values, a list of texts.
    """
    given = {setting.word: getattr(arguments, setting.word) for setting in _OFFERED}
    return {word: value for word, value in given.items() if value is not None}
