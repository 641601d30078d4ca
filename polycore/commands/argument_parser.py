"""A parser of arguments that tells what is wrong with them on one line."""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from polycore.quoting import visible

WRONG_USAGE = 2


def with_dashes(arguments: Iterable[str]) -> list[str]:
    """Return the arguments with each option's underscores as dashes: --learning_rate is --learning-rate.

    So the words of a link name options as they are.
    """
    rest = iter(arguments)
    found: list[str] = []
    for argument in rest:
        if argument == "--":  # what comes after is no option
            return [*found, argument, *rest]
        name, *value = argument.split("=", 1)
        found.append("=".join([name.replace("_", "-"), *value]) if name.startswith("--") else argument)
    return found


class Parser(argparse.ArgumentParser):
    """As argparse's own, with help as it is written, and without options cut short: scripts outlive them."""

    def __init__(self, **options: Any) -> None:
        """Take what argparse's own takes."""
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(**options, formatter_class=formatter, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2 and one line on standard error."""
        if message.endswith(("expected one argument", "expected at least one argument")):
            message += "; one that begins with - is joined by =, such as --range=-1..1"
        text = visible(" ".join(message.split())).rstrip(".")
        self.exit(WRONG_USAGE, f"polycore: {text}. See {self.prog} --help.\n")
