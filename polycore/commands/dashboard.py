"""dashboard: start the dashboard's server, and open it in a browser."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from polycore.commands.arguments import new_command
from polycore.errors import PolycoreError

_DESCRIPTION = """Start the dashboard's server, and open it in a browser. Ctrl-C ends it.

Options are passed on to `streamlit run`; `streamlit run --help` lists them.
"""
_EXAMPLES = """examples:
  %(prog)s
  %(prog)s --server.port 9000
  %(prog)s --server.headless true --server.address 0.0.0.0
"""
# the command that does this alone: `uvx` starts the one with the name of the distribution
_ALONE = "polycore-playground"
_PACKAGE = Path(__file__).parents[1]
# in an installed package, and in a clone
_PLACES = (_PACKAGE / "dashboard/streamlit_app.py", _PACKAGE.parent / "streamlit_app.py")
_NEEDED = ("streamlit", "plotly", "pandas")


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands,
        dashboard,
        "start the dashboard in a browser",
        _DESCRIPTION,
        _EXAMPLES,
        # as the user has called it; None: as the others are called
        prog=_ALONE if Path(sys.argv[0]).stem == _ALONE else None,
        usage="%(prog)s [OPTION ...]",
        # no option is read here, not even --help among others: what begins with a dash is passed on as it is
        prefix_chars="\0",
        add_help=False,
    )
    parser.add_argument("options", nargs="*", metavar="OPTION", help="an option of `streamlit run`")


def dashboard(arguments: argparse.Namespace) -> int:
    """Become the server, or wait for its end. Raises PolycoreError if a package that it needs is missing."""
    if arguments.options in (["--help"], ["-h"]):
        arguments.parser.print_help()
        return 0
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise PolycoreError(
            f"the dashboard needs {missing[0]}, which is not installed. "
            'Install polycore-playground with its extra "dashboard", or in a clone the packages of '
            "requirements.txt."
        )
    # -P: a file streamlit.py in the folder of the user is not the server
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(_app_file()), *arguments.options]
    if os.name == "nt":  # exec would return to the shell at once
        return subprocess.run(command).returncode  # noqa: S603  # this Python, and a file of ours
    sys.stdout.flush()
    return os.execv(sys.executable, command)  # noqa: S606  # as above; signals then reach the server itself


def _app_file() -> Path:
    for place in _PLACES:
        if place.exists():
            return place
    raise PolycoreError(
        f"dashboard: got a package without {_PLACES[0]}; expected its pages there. "
        'Install polycore-playground again, with its extra "dashboard".'
    )
