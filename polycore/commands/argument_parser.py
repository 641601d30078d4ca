"""A parser of arguments that reports an error in one line."""

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from polycore.quoting import visible

WRONG_USAGE = 2


def with_dashes(arguments: Iterable[str]) -> list[str]:
    """Return the arguments with dashes for the underscores of options: --learning-rate for --learning_rate.

    So the names of a link's parts work as options, too.
    """
    rest = iter(arguments)
    dashed: list[str] = []
    for argument in rest:
        if argument == "--":  # no option comes after it
            return [*dashed, argument, *rest]
        name, *value = argument.split("=", 1)
        dashed.append("=".join([name.replace("_", "-"), *value]) if name.startswith("--") else argument)
    return dashed


class Parser(argparse.ArgumentParser):
    """argparse's parser with unwrapped help, and without abbreviations, which could become ambiguous."""

    def __init__(self, **options: Any) -> None:
        """Accept the options of argparse's parser."""
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(**options, formatter_class=formatter, allow_abbrev=False)
        # -1e-3 and -1..1 are values too, as they are from Python 3.14 on
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2 and one line on standard error."""
        if message.endswith(("expected one argument", "expected at least one argument")):
            message += "; for a value that begins with - use =, as in --polynomials=-x~x^2"
        text = visible(" ".join(message.split())).rstrip(".")
        self.exit(WRONG_USAGE, f"polycore: {text}. See {self.prog} --help.\n")
