"""Names and what is to be said of them, one a line, in two columns."""

from collections.abc import Mapping


def listing(rows: Mapping[str, str]) -> str:
    """Return a line for each row, what is said all at the same column."""
    width = max(map(len, rows))
    return "".join(f"{name:<{width}}  {said}\n" for name, said in rows.items())
