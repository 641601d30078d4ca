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
    """Return stdout, reserved for the answers: what libraries print goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
