"""train: train a network and save its best weights."""

import argparse
import json
import math
import os
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from polycore.commands import experiment_source
from polycore.commands.arguments import Parser, add_settings_to, file_to_write, new_command, words_of
from polycore.commands.kept_files import (
    Checkpoint,
    check_paths,
    failure_to_write,
    kept_at,
    run_at,
    same_file,
)
from polycore.commands.process import Interrupted, Interruption, say
from polycore.commands.progress_bar import ProgressBar, clock_text
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.formatting import listing, percent
from polycore.links import link
from polycore.model.model import Model
from polycore.model.path_or_file import is_stream
from polycore.quoting import quoted
from polycore.training.run import Run, advance, start
from polycore.workers.chunk import CHUNK_SECONDS, MAX_DEATHS, MAX_HANGS, Chunk, Pace, chunks, timed
from polycore.workers.processes import HangError, StartError, Workers

_USAGE = """%(prog)s EXPERIMENT [--out FILE] [--run FILE] [--save-every SECONDS] [--json] [settings]
       %(prog)s --resume FILE [--out FILE] [--run FILE] [--save-every SECONDS] [--json]"""
_DESCRIPTION = """Train a network and save its best weights.

In a terminal a bar on standard error shows the progress. Ctrl-C or SIGTERM ends the run within a step or a
fifth of a second, and saves its best weights and the run itself. --resume continues it; the result is the
same to the last bit as without the interruption. Loss and accuracies go to standard output.
"""
_EXAMPLES = """examples:
  %(prog)s recommended --steps 500
  %(prog)s 'polynomials=x^2~x^3-2&hidden=16&steps=500' --seed 7 --out weights.npz
  %(prog)s experiment.json --optimizer lbfgs --steps 100 --json --run run.npz
  %(prog)s --resume run.npz
"""
SAVE_SECONDS = 30


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands,
        train,
        "train an experiment and save its best weights",
        _DESCRIPTION,
        _EXAMPLES,
        usage=_USAGE,
    )
    parser.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help=experiment_source.HELP)
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=file_to_write,
        help="weight file for the best weights, which is replaced if it exists (default: a new file such as "
        "polycore-adam-12.npz in this folder)",
    )
    parser.add_argument(
        "--run",
        metavar="FILE",
        type=file_to_write,
        help="new file for the run itself (default: it is saved only if it is interrupted)",
    )
    parser.add_argument(
        "--resume",
        metavar="FILE",
        help="continue the run in this file, instead of EXPERIMENT and settings",
    )
    parser.add_argument(
        "--save-every",
        metavar="SECONDS",
        type=_seconds,
        default=SAVE_SECONDS,
        help=f"how often the file of --run or --resume is written during training (default: {SAVE_SECONDS})",
    )
    parser.add_argument(
        "--json", action="store_true", help="print loss and accuracies as one JSON object, for programs"
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="begin with the weights in this weight file or run file, instead of initial ones",
    )
    experiment_source.add_data_to(parser)
    add_settings_to(parser)


def train(arguments: argparse.Namespace) -> int:
    """Train, write the files and report. Raises PolycoreError if a file is refused or cannot be written."""
    parser: Parser = arguments.parser
    weights = _weights(parser, arguments)
    run = _initial_run(parser, arguments, weights)
    kept_in = _run_path(parser, arguments)
    out = _free_name(run.experiment, kept_in) if arguments.out is None else arguments.out
    _check_paths(parser, arguments, out, weights)
    with Interruption() as interruption:
        run, stopped = _trained(run, Checkpoint(kept_in, arguments.save_every), interruption)
        saved = _saved(run, out, kept_in, stopped, interruption)
    sys.stdout.write((_json if arguments.json else _summary)(run, saved))
    if saved.failure is not None:
        if saved.run is not None:
            resume = shlex.join(["--resume", str(saved.run), "--out", str(out)])
            say(f"Continue with: {parser.prog} {resume}")
        raise saved.failure
    return 0


class _Saved(NamedTuple):
    """The files that were written, and the exception that ended the command early, if any."""

    weights: Path | None
    run: Path | None
    failure: BaseException | None


def _check_paths(
    parser: Parser, arguments: argparse.Namespace, out: Path, weights: Model | Run | None
) -> None:
    read = experiment_source.paths_of(arguments)
    runs = {"--run": arguments.run, "--resume": arguments.resume}
    written = {name: Path(path) for name, path in runs.items() if path is not None}
    if arguments.run is not None and arguments.resume is not None:
        read["--resume"] = written.pop("--resume")
    if isinstance(weights, Run):  # a weight file may be replaced by what its weights become
        read["--weights"] = Path(arguments.weights)
    check_paths(parser, {**written, "--out": out}, read)


def _weights(parser: Parser, arguments: argparse.Namespace) -> Model | Run | None:
    try:
        return None if arguments.weights is None else kept_at(arguments.weights)
    except PolycoreError as error:
        parser.error(str(error))


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (seconds := float(text)) < math.inf:
            return seconds
    raise argparse.ArgumentTypeError(f"got {quoted(text, 20)}; expected seconds, 0 or more")


def _initial_run(parser: Parser, arguments: argparse.Namespace, weights: Model | Run | None) -> Run:
    words = words_of(arguments)
    if arguments.resume is not None:
        if arguments.experiment is not None or words or arguments.data or arguments.weights:
            parser.error(
                "--resume continues a run unchanged: use it without EXPERIMENT and settings. To change "
                "settings, give the run file to --weights"
            )
        return run_at(arguments.resume)
    if arguments.experiment is None:
        parser.error("EXPERIMENT is missing: name one, such as recommended, or use --resume with a run file")
    try:
        experiment = experiment_source.experiment_from(arguments.experiment)
        experiment = experiment_source.with_points(experiment, arguments.data)
        return start(link.with_words(experiment, words), weights)
    except PolycoreError as error:
        parser.error(str(error))


def _run_path(parser: Parser, arguments: argparse.Namespace) -> Path | None:
    if arguments.run is None:
        return None if arguments.resume is None else Path(arguments.resume)
    path: Path = arguments.run
    if os.path.exists(path):  # noqa: PTH110  # a path that no file can have is refused later
        parser.error(f"{path} exists already: continue its run with --resume {path}, or choose another file")
    return path


def _free_name(experiment: Experiment, kept_in: Path | None) -> Path:
    """Return a new file name, so that the unnamed file of an earlier run, perhaps of hours, is not lost."""
    return next(
        path
        for path in _numbered(Path(_default_name(experiment)))
        if not os.path.lexists(path) and not (kept_in is not None and same_file(path, kept_in))
    )


def _numbered(path: Path) -> Iterator[Path]:
    """Yield name.npz, name-2.npz, name-3.npz and so on, for the `path` without its suffix."""
    return (path.with_name(f"{path.name}{number}.npz") for number in chain([""], map("-{}".format, count(2))))


def _default_name(experiment: Experiment) -> str:
    return f"polycore-{experiment.optimizer}-{experiment.class_count}"


def _trained(
    run: Run, checkpoint: Checkpoint, interruption: Interruption
) -> tuple[Run, BaseException | None]:
    """Return the run when it ended, and the exception that stopped it early, if any."""
    first, began = run.step, monotonic()
    stopped: BaseException | None = None
    workers = Workers(
        1
    )  # a separate process: with one BLAS thread it computes the same bits as the dashboard
    bar = ProgressBar(sys.stderr)
    bar.begin(run)
    try:
        workers.start()
        with interruption.allowed():
            for latest in advanced(run, workers):
                run = latest
                bar.draw(run)
                checkpoint.offer(run)
    except (Interrupted, PolycoreError, MemoryError) as error:
        stopped = error
    finally:
        workers.kill()
    bar.end(_last_line(run, stopped, run.step - first, monotonic() - began))
    return run, stopped


def advanced(run: Run, executor: Executor) -> Iterator[Run]:
    """Yield the run after every chunk of about 0.2 s, until it is done.

    Raises PolycoreError if workers die or hang repeatedly or cannot start, and MemoryError if one has not
    enough memory.
    """

    def compute(run: Run, pace: Pace) -> Chunk:
        steps = pace.next_steps(CHUNK_SECONDS)
        return executor.submit(timed, advance, run.without_snapshots(), steps).result()

    try:
        for chunk, _ in chunks(run, compute, Pace()):
            run = chunk.run.after(run)
            yield run
    except StartError as error:
        raise PolycoreError(
            f"{error} Close other programs, or raise the limits on memory and processes, and try again."
        ) from error
    except HangError as error:
        raise PolycoreError(f"the worker process hung {MAX_HANGS} times after step {run.step:,}.") from error
    except BrokenExecutor as error:
        raise PolycoreError(
            f"the worker process died {MAX_DEATHS} times after step {run.step:,}: "
            "there may be too little memory. Use fewer samples or neurons."
        ) from error


def _saved(
    run: Run, out: Path, kept_in: Path | None, stopped: BaseException | None, interruption: Interruption
) -> _Saved:
    """Write the weights, and the run if it has a file or needs one to be continued."""
    if stopped is not None:
        kept_in = kept_in or _run_beside(out, run.experiment)
    not_kept = None if kept_in is None else failure_to_write(run.save, kept_in, interruption)
    unwritten = failure_to_write(run.best.save, out, interruption)
    if not_kept is not None or (unwritten is not None and kept_in is None):  # what was trained is in no file
        kept_in = _rescued(run, out, interruption)
    return _Saved(out if unwritten is None else None, kept_in, unwritten or not_kept or stopped)


def _rescued(run: Run, out: Path, interruption: Interruption) -> Path | None:
    """Write the run beside its weights, or here if that folder is gone or full; return its path, if any."""
    for weights in (out, Path(f"{_default_name(run.experiment)}.npz")):
        path = _run_beside(weights, run.experiment)
        if failure_to_write(run.save, path, interruption) is None:
            return path
    return None


def _run_beside(out: Path, experiment: Experiment) -> Path:
    """Return a new path for the run of the weights in `out`: beside it, or here if it is a pipe or device."""
    weights = Path(_default_name(experiment) + ".npz") if is_stream(out) else out
    return next(path for path in _numbered(weights.with_suffix(".run")) if not os.path.lexists(path))


def _last_line(run: Run, stopped: BaseException | None, steps: int, seconds: float) -> str:
    work = f"{steps:,} steps in {clock_text(seconds)}."
    if isinstance(stopped, Interrupted):
        return f"Ended by {stopped.name} at step {run.step:,} of {run.last_step:,}: {work}"
    return f"{run.ended_because} {work}" if run.ended_because else work


def _summary(run: Run, saved: _Saved) -> str:
    model = run.best
    files = {"weights": saved.weights, "run": saved.run}
    rows = {
        "held-out accuracy": percent(model.held_out_accuracy or 0.0, decimals=2),
        "accuracy": percent(model.accuracy, decimals=2),
        "loss": f"{model.loss:.6g} nats",
        "best step": f"{run.best_step:,} of {run.last_step:,}",
    }
    return listing(rows | {name: str(path) for name, path in files.items() if path is not None})


def _json(run: Run, saved: _Saved) -> str:
    model = run.best
    values = {
        "held_out_accuracy": model.held_out_accuracy,
        "accuracy": model.accuracy,
        "loss": model.loss,
        "best_step": run.best_step,
        "step": run.step,
        "done": run.done,
        "ended_because": run.ended_because,
        "weights": None if saved.weights is None else str(saved.weights),
        "run": None if saved.run is None else str(saved.run),
        "experiment": run.experiment.summary(),
    }
    return json.dumps(values) + "\n"
