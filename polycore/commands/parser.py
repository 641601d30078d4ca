"""A parser of arguments that tells what is wrong with them on one line."""

import argparse
from typing import Any, NoReturn

from polycore.visible import visible

WRONG_USAGE = 2


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
