"""Whether the session's run advances."""

from pages.state import session


def is_running() -> bool:
    """Return whether the session's run advances by itself."""
    training = session.current().training
    return training is not None and training.is_active
