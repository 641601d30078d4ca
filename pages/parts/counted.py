"""How many of something, in a sentence of a page."""


def counted(number: int, noun: str) -> str:
    """Return such as "1 step" and "2,000 steps"; `noun` takes an s where there are more or none."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
