"""The scripts, styles and templates in this folder. The dashboard's maps use some of the scripts too."""

from pathlib import Path


def asset(name: str) -> str:
    """Return the text of the file with that name."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
