"""A process that makes one subject ready and then measures it whenever it is asked.

    python -m benchmarks.child package.module:function '{"an": "argument"}'

The function returns what measures. For each line on stdin, the arguments of one measurement as JSON, one line
of JSON comes back. The first line that comes tells the threads that the libraries may use.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, TextIO

from threadpoolctl import threadpool_info


def main(subject: str, arguments: str) -> None:
    """Answer until stdin ends."""
    answers = _own_stdout()
    module, function = subject.split(":")
    measure: Callable[..., Any] = getattr(import_module(module), function)(**json.loads(arguments))
    _answer(answers, max((pool["num_threads"] for pool in threadpool_info()), default=1))
    for line in sys.stdin:
        _answer(answers, measure(**json.loads(line)))


def _own_stdout() -> TextIO:
    """Return stdout for the answers alone: what libraries print goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
