"""Where a command writes a file, looked at before it computes."""

import os
from pathlib import Path

from polycore.commands.parser import Parser


def check_writable(parser: Parser, path: Path) -> None:
    """End with wrong usage where a file could not be written at the path."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        parser.error(f"{path} cannot be written: give a file in a folder that is there and can be written to")
