"""The arguments of commands: a parser that reports an error in one line, and settings as options."""

import argparse
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from polycore.experiment.settings import SETTINGS
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


def file_to_write(text: str) -> Path:
    """Return a path, for argparse: - is elsewhere a standard stream, and Path("") is this folder."""
    if text in ("", "-"):
        raise argparse.ArgumentTypeError(f"got {text!r}; expected the name of a file")
    return Path(text)


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


def new_command(
    commands: Any,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    description: str,
    examples: str,
    **options: Any,
) -> Parser:
    """Add a command to argparse's subparsers, and return its parser.

    run: what the command does; its name is the command's. options: of the parser.
    """
    parser: Parser = commands.add_parser(
        run.__name__, help=summary, description=description, epilog=examples, **options
    )
    parser.set_defaults(command=run, parser=parser)
    return parser


def add_weights_to(parser: Parser) -> None:
    """Add the argument of a command that uses the weights of a network."""
    parser.add_argument(
        "weights", metavar="WEIGHTS", help="a weight file, or a run file, whose best weights are used"
    )


# --- the settings of an experiment as options, with the names and values of a link ------------

# own points come from a file: `experiment_source` has the option for it
_OFFERED = [setting for setting in SETTINGS.values() if setting.field != "data"]
_VALUES = "one that begins with - but is not a number or a range needs =, as in --polynomials=-x~x^2"


def option(name: str) -> str:
    """Return the option for a part of a link, such as --learning-rate."""
    return f"--{name.replace('_', '-')}"


def add_settings_to(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting. A setting without its option stays as the experiment has it."""
    _add(parser, f"Values are written as in a link (docs/link.md); {_VALUES}.")


def add_several_settings_to(parser: argparse.ArgumentParser) -> None:
    """Add an option with one or more values for each setting."""
    text = f"Each has one or more values, written as in a link (docs/link.md); {_VALUES}."
    _add(parser, text, nargs="+", action="extend")


def _add(parser: argparse.ArgumentParser, text: str, **number: Any) -> None:
    group = parser.add_argument_group("settings that replace the experiment's own", text)
    for setting in _OFFERED:
        text = setting.help.replace("%", "%%")  # argparse formats it
        group.add_argument(
            option(setting.word), dest=setting.word, metavar=setting.kind.metavar, help=text, **number
        )


def words_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the options that were used, by the names of a link's parts.

    Each is a text or, of options with one or more values, a list of texts.
    """
    given = {setting.word: getattr(arguments, setting.word) for setting in _OFFERED}
    return {word: value for word, value in given.items() if value is not None}
