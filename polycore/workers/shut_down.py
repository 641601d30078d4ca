"""The exception of executors that were shut down."""


class ShutDownError(RuntimeError):
    """The workers were shut down, as when their server ends."""
