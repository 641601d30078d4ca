"""film: draw what a run learned, step by step, as an animated GIF."""

import argparse
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from polycore.commands.arguments import Parser, file_to_write, new_command
from polycore.commands.kept_files import check_paths, run_at
from polycore.commands.progress_bar import ProgressBar, clock_text
from polycore.films.film import film as film_of
from polycore.formatting import counted, listing
from polycore.model.path_or_file import put
from polycore.training.run import Run

_DESCRIPTION = """Draw a film of a run: its map and its loss, step by step, as an animated GIF.

The film is 640 by 320 pixels, at most 3 MB, and repeats forever. It has a frame for each snapshot in the
run file, at most 48, and for the run's present weights, which come last. In a terminal a bar on standard
error shows the progress. This command needs Pillow.
"""
_EXAMPLES = """examples:
  %(prog)s saved.npz film.gif
  %(prog)s saved.npz film.gif 2> /dev/null
"""


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands, film, "draw what a run learned as an animated GIF", _DESCRIPTION, _EXAMPLES
    )
    parser.add_argument("run", metavar="RUN", help="a run file from train --run or the dashboard")
    parser.add_argument(
        "out", metavar="OUT.gif", type=file_to_write, help="the film's file, which is replaced if it exists"
    )


def film(arguments: argparse.Namespace) -> int:
    """Draw and write the film. Raises PolycoreError if the run file is refused or the film not written."""
    parser: Parser = arguments.parser
    out: Path = arguments.out
    check_paths(parser, {"OUT.gif": out}, {"RUN": Path(arguments.run)})
    content = _drawn(run_at(arguments.run))
    put(out, content, "film")
    sys.stdout.write(listing({"film": str(out), "size": f"{len(content) / 1e6:.2f} MB"}))
    return 0


def _drawn(run: Run) -> bytes:
    """Return the film. Shows the progress, and at the end how long it took."""
    bar, began, frames = ProgressBar(sys.stderr), monotonic(), 0

    def show(done: int, count: int) -> None:
        nonlocal frames
        frames = count
        bar.draw_count(done, count, "frame")

    try:
        content = film_of(run, show)
    except KeyboardInterrupt:
        bar.end("Ended by Ctrl-C: no film is written.")
        raise
    bar.end(f"{counted(frames, 'frame')} in {clock_text(monotonic() - began)}.")
    return content
