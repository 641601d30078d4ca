"""The command line: python -m polycore train | predict | sweep | info."""

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from polycore.commands import info, predict, sweep, train
from polycore.commands.argument_parser import Parser, with_dashes
from polycore.commands.interruption import Interrupted
from polycore.commands.streams import open_closed_streams
from polycore.errors import PolycoreError
from polycore.quoting import quoted, visible
from polycore.version import __version__

DONE, FAILED = 0, 1
INTERRUPTED, NOBODY_READS = 130, 141  # as of processes that SIGINT and SIGPIPE ended

_DESCRIPTION = "Train networks that learn which polynomial a point lies on, and ask them."
_EPILOG = """
%(prog)s train --help and so on say more, with examples.

exit codes, of every command:
  0    done
  1    failed; one line on standard error says why
  2    called wrongly; one line says how to do better
  130  ended by Ctrl-C (143: by SIGTERM, 129: by its terminal); what was reached is kept
  141  whoever read its output has gone
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (None: the process's own) name, and return the exit code."""
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # of a process's own streams
    try:
        code = _code_of(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
        code = NOBODY_READS
    except OSError as error:  # no room on the disk that it goes to, or a terminal that was closed
        code = _failed(f"standard output cannot be written: {error.strerror}.")
        _silence(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return code


def _silence(stream: TextIO) -> None:
    """Let what was not written go nowhere: at the end Python tries once more, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _code_of(arguments: Sequence[str] | None) -> int:
    try:
        given = sys.argv[1:] if arguments is None else arguments
        parsed, unknown = _parser().parse_known_args(with_dashes(given))
        if unknown:
            parsed.parser.error(f"there is no option or argument {quoted(unknown[0], 40)}")
        code: int = parsed.command(parsed)
    except SystemExit as end:  # by the parser, after help or wrong usage
        return DONE if end.code is None else int(end.code)
    except BrokenPipeError:
        raise
    except Interrupted as error:
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except (PolycoreError, OSError) as error:
        return _failed(str(error))
    except MemoryError:
        return _failed("there is not enough memory for this. Take fewer samples or neurons.")
    except Exception as error:  # noqa: BLE001  # a person gets one line, with what to report
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return _failed(f"a fault of its own, please report it: {type(error).__name__} in {where}: {error}")
    return code


def _failed(text: str) -> int:
    with suppress(OSError):  # the terminal was closed
        sys.stderr.write(f"polycore: {visible(' '.join(text.split()))}\n")
    return FAILED


def _parser() -> Parser:
    parser = Parser(prog=_called_as(), description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"polycore {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (train, predict, sweep, info):
        command.add_to(commands)
    return parser


def _called_as() -> str:
    """Return the command that the user typed, for help and errors to repeat."""
    return "polycore" if Path(sys.argv[0]).stem == "polycore" else "python -m polycore"


if __name__ == "__main__":
    sys.exit(main())
