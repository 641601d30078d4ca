"""How long something takes, in a word or two."""


def duration(seconds: float) -> str:
    """Return whole seconds, from 100 s on minutes, from 100 min on hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"
