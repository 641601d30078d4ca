"""A process that prepares one subject and then measures it on request.

    python -m benchmarks.child package.module:function '{"an": "argument"}'

The function returns a measuring function. Each line on stdin has the arguments of one measurement as JSON,
and is answered by one line of JSON. The first line of output is the number of threads that the libraries
may use.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from threadpoolctl import threadpool_info

TASKS = Path("/proc/self/task")
XLA_THREAD = "tf_XLAEigen"


def main(subject: str, arguments: str) -> None:
    """Answer until stdin ends."""
    answers = _own_stdout()
    module, function = subject.split(":")
    measure: Callable[..., Any] = getattr(import_module(module), function)(**json.loads(arguments))
    _answer(answers, _threads())
    for line in sys.stdin:
        _answer(answers, measure(**json.loads(line)))


def _threads() -> int:
    """Return the largest number of threads that any of the libraries may use.

    threadpoolctl does not know XLA, JAX's compiler. Its threads are counted, on Linux.
    """
    of_xla = sum((task / "comm").read_text().strip() == XLA_THREAD for task in TASKS.glob("*"))
    of_pools: list[int] = [pool["num_threads"] for pool in threadpool_info()]
    return max(1, of_xla, *of_pools)


def _own_stdout() -> TextIO:
    """Return stdout, reserved for the answers: what libraries print goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
