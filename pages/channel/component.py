"""The script with which that of a component begins that keeps an object for its element."""

from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
