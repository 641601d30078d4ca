"""page: write a network as one HTML file that answers in any browser."""

import argparse
import sys
from pathlib import Path
from typing import Any

from polycore.commands.arguments import Parser, add_weights_to, file_to_write, new_command
from polycore.commands.kept_files import check_paths, model_at
from polycore.formatting import listing
from polycore.model.path_or_file import put
from polycore.web.html_page import html_page

_DESCRIPTION = """Write a network as a page of one HTML file: its map, which answers in any browser.

The page works offline. It has 25 to 110 kB and 11 bytes for each weight and bias: about 100 kB for the
recommended network. A network with more than 250,000 of them is refused.
"""
_EXAMPLES = """examples:
  %(prog)s weights.npz page.html
  %(prog)s saved.npz page.html
"""


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands, page, "write a network as one HTML file that answers in a browser", _DESCRIPTION, _EXAMPLES
    )
    add_weights_to(parser)
    parser.add_argument(
        "out", metavar="OUT.html", type=file_to_write, help="the page's file, which is replaced if it exists"
    )


def page(arguments: argparse.Namespace) -> int:
    """Write the page. Raises PolycoreError if the weights are refused or the page is not written."""
    parser: Parser = arguments.parser
    out: Path = arguments.out
    check_paths(parser, {"OUT.html": out}, {"WEIGHTS": Path(arguments.weights)})
    content = html_page(model_at(arguments.weights)).encode()
    put(out, content, "page")
    sys.stdout.write(listing({"page": str(out), "size": f"{len(content) / 1000:,.0f} kB"}))
    return 0
