"""What a signal does in a process that a test starts, however the tests themselves were started."""

import signal


def restore_signals() -> None:
    """Let Ctrl-C and a closed terminal end the process; pass this as `preexec_fn`.

    Under `nohup`, or behind a shell's `&`, the tests and all that they start ignore these signals.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
