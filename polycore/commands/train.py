"""train: a run to its end, and its best weights as a file."""

import argparse
import json
import os
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from polycore import link
from polycore.commands import experiment_source, settings
from polycore.commands.chunks import chunks
from polycore.commands.interruption import Interrupted, interruptible
from polycore.commands.listing import listing
from polycore.commands.parser import Parser
from polycore.commands.percent import percent
from polycore.commands.progress_bar import ProgressBar, duration
from polycore.errors import PolycoreError
from polycore.experiment import Experiment
from polycore.model import Model
from polycore.training import Run, start
from polycore.workers import Workers

_DESCRIPTION = """Train a network and write its best weights as a file.

In a terminal a bar on standard error shows how far it is. Ctrl-C or SIGTERM end the run within a step or a
fifth of a second, and what was reached is kept. The figures of the best weights go to standard output.
"""
_EXAMPLES = """examples:
  python -m polycore train recommended --steps 2000
  python -m polycore train 'polynomials=x^2~x^3-2&hidden=16&steps=500' --seed 7 --out weights.npz
  python -m polycore train experiment.json --optimizer lbfgs --steps 100 --json
"""


def add_to(commands: Any) -> None:
    """Add the command to those of argparse."""
    parser = commands.add_parser(
        "train",
        help="train an experiment and keep its best weights",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    parser.add_argument("experiment", metavar="EXPERIMENT", help=experiment_source.HELP)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="where the best weights go, in place of what is there (without it, a new file such as "
        "polycore-adam-12.npz in this folder)",
    )
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object, for programs")
    settings.add_to(parser)
    parser.set_defaults(command=train, parser=parser)


def train(arguments: argparse.Namespace) -> int:
    """Train, write the files and tell. Raises PolycoreError where a file cannot be written."""
    experiment = _experiment(arguments)
    out = Path(arguments.out) if arguments.out else _free_name(experiment)
    _check_writable(arguments.parser, out)
    run, stopped = _trained(start(experiment))
    model = run.best
    model.save(out)
    told = _json if arguments.json else _summary
    sys.stdout.write(told(run, model, out))
    if isinstance(stopped, Interrupted):
        return stopped.exit_code
    if stopped is not None:
        raise stopped
    return 0


def _experiment(arguments: argparse.Namespace) -> Experiment:
    parser: Parser = arguments.parser
    try:
        experiment = experiment_source.experiment_from(arguments.experiment)
        return link.with_words(experiment, settings.words_of(arguments))
    except PolycoreError as error:
        parser.error(str(error))


def _free_name(experiment: Experiment) -> Path:
    """Return a name that no file has: hours of an earlier run may be in one that was not named either."""
    name = f"polycore-{experiment.optimizer}-{len(experiment.polynomials)}"
    names = (Path(f"{name}{number}.npz") for number in ("", *map("-{}".format, range(2, 10**6))))
    return next(path for path in names if not path.exists())


def _check_writable(parser: Parser, path: Path) -> None:
    """End with wrong usage now, where the file could not be written when all is computed."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        parser.error(f"{path} cannot be written: give a file in a folder that is there and can be written to")


def _trained(run: Run) -> tuple[Run, BaseException | None]:
    """Return the run at its end, or where it was stopped and by what."""
    first, began = run.step, monotonic()
    stopped: BaseException | None = None
    workers = Workers(1)  # a process of its own: with one BLAS thread it computes what the dashboard does
    workers.start()  # now: a thread that was interrupted in its start could not be waited for
    bar = ProgressBar(sys.stderr)
    try:
        with interruptible():
            bar.draw(run)
            for reached in chunks(run, workers):
                run = reached
                bar.draw(run)
    except (Interrupted, PolycoreError, MemoryError) as error:
        stopped = error
    finally:
        workers.kill()
    bar.end(_last_line(run, stopped, run.step - first, monotonic() - began))
    return run, stopped


def _last_line(run: Run, stopped: BaseException | None, steps: int, seconds: float) -> str:
    taken = f"{steps:,} steps in {duration(seconds)}."
    if isinstance(stopped, Interrupted):
        return f"Ended by {stopped.name} at step {run.step:,} of {run.experiment.steps:,}: {taken}"
    return f"{run.ended_because} {taken}" if run.ended_because else taken


def _summary(run: Run, model: Model, out: Path) -> str:
    rows = {
        "held-out accuracy": percent(model.held_out_accuracy or 0.0),
        "accuracy": percent(model.accuracy),
        "loss": f"{model.loss:.6g} nats",
        "best step": f"{run.best_step:,} of {run.experiment.steps:,}",
        "weights": str(out),
    }
    return listing(rows)


def _json(run: Run, model: Model, out: Path) -> str:
    values = {
        "held_out_accuracy": model.held_out_accuracy,
        "accuracy": model.accuracy,
        "loss": model.loss,
        "best_step": run.best_step,
        "step": run.step,
        "done": run.done,
        "ended_because": run.ended_because,
        "weights": str(out),
        "experiment": run.experiment.to_dict(),
    }
    return json.dumps(values) + "\n"
