"""The scripts, styles and templates in this folder; the dashboard uses some of the scripts too."""

from pathlib import Path


def file_of(name: str) -> Path:
    """Return the file with that name."""
    return Path(__file__).with_name(name)


def asset(name: str) -> str:
    """Return the text of the file with that name."""
    return file_of(name).read_text(encoding="utf-8")
