"""The command line: python -m polycore train | predict | sweep | film | page | info | step | dashboard."""

from polycore.commands.process import ended_by_ctrl_c

with ended_by_ctrl_c():  # NumPy and what needs it take a third of a second or more
    import os
    import sys
    import traceback
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from polycore.commands import dashboard, film, info, page, predict, step, sweep, train
    from polycore.commands.arguments import Parser, with_dashes
    from polycore.commands.process import Interrupted, open_closed_streams, say, write_as_in_code
    from polycore.errors import PolycoreError
    from polycore.quoting import quoted, visible
    from polycore.version import __version__

DONE, FAILED = 0, 1
INTERRUPTED, BROKEN_PIPE = 130, 141  # the shell's codes for processes ended by SIGINT and SIGPIPE

_DESCRIPTION = "Train networks that learn which polynomial a point lies on, and use them to predict."
_EPILOG = """
Options and examples of a command: %(prog)s train --help

exit codes:
  0    success
  1    failure; one line on standard error says why
  2    wrong usage; one line on standard error says how to correct it
  130  ended by Ctrl-C (143: by SIGTERM, 129: by a closed terminal); results so far are saved
  141  the reader of its output has closed the pipe
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (None: the process's), and return the exit code."""
    open_closed_streams()
    write_as_in_code(sys.stdout, sys.stderr)
    try:
        code = _run_command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
        code = BROKEN_PIPE
    except OSError as error:  # the disk is full, or the terminal was closed
        code = _failed(f"standard output cannot be written: {error.strerror}.")
        _silence(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return code


def playground() -> int:
    """Run `polycore dashboard` with the process's arguments, as the command `polycore-playground`."""
    return main(["dashboard", *sys.argv[1:]])


def _silence(stream: TextIO) -> None:
    """Discard what could not be written: Python tries again at exit, and would report an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run_command(arguments: Sequence[str] | None) -> int:
    try:
        typed = sys.argv[1:] if arguments is None else arguments
        parsed, unknown = _parser().parse_known_args(with_dashes(typed))
        if unknown:
            parsed.parser.error(f"there is no option or argument {quoted(unknown[0], 40)}")
        code: int = parsed.command(parsed)
    except SystemExit as end:  # from the parser, after help or wrong usage
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
        return _failed("there is not enough memory. Use fewer samples or neurons.")
    except Exception as error:  # noqa: BLE001  # the user gets one line, with what to report
        frame = traceback.extract_tb(error.__traceback__)[-1]
        line = f"{Path(frame.filename).name}, line {frame.lineno}"
        return _failed(f"internal error, please report it: {type(error).__name__} in {line}: {error}")
    return code


def _failed(text: str) -> int:
    say(f"polycore: {visible(' '.join(text.split()))}")
    return FAILED


def _parser() -> Parser:
    # as the user has called it, in help and errors
    called_as = "polycore" if Path(sys.argv[0]).stem == "polycore" else "python -m polycore"
    parser = Parser(prog=called_as, description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"polycore {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (train, predict, sweep, film, page, info, step, dashboard):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
