"""The scripts, styles and templates in this folder; the dashboard uses some of the scripts too."""

from pathlib import Path


def file_of(name: str) -> Path:
    """Return the file with that name, or path from here."""
    return Path(__file__).parent / name


def asset(name: str) -> str:
    """Return the text of the file with that name, or path from here."""
    return file_of(name).read_text(encoding="utf-8")
