"""sweep: train many experiments and compare them, with confidence intervals."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from polycore.checks import shortened
from polycore.commands import experiment_source
from polycore.commands.arguments import (
    Parser,
    add_several_settings_to,
    file_to_write,
    new_command,
    words_of,
)
from polycore.commands.kept_files import check_paths, failure_to_write
from polycore.commands.process import Interrupted, Interruption, say
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.formatting import counted, percent
from polycore.links import link
from polycore.model.path_or_file import put
from polycore.quoting import quoted
from polycore.workers import cluster
from polycore.workers.choices import MAX_EXPERIMENTS, grid, random_choices
from polycore.workers.cluster import Cluster
from polycore.workers.outcomes import Outcome, best, outcomes
from polycore.workers.processes import Workers, available_cores

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_VALUE_TEXT = 40  # characters of one setting in a line

_USAGE = """%(prog)s EXPERIMENT [--seeds N] [--random N] [--table FILE] [--best FILE]
           [--workers N | --scheduler ADDRESS] [settings]"""
_DESCRIPTION = """Train many experiments and report the best.

Settings may have several values: every combination is trained, each with as many seeds as --seeds says. Each
run is reported in a line as it ends. A table at the end has the mean held-out accuracy of each setting, and
its 95 % interval over the seeds, from low to high (docs/sweeps.md). Ctrl-C keeps the runs that have ended.
This command needs pandas.
"""
_EXAMPLES = """examples:
  %(prog)s experiment.json --seeds 3 --optimizer adam sgd --learning-rate 0.01 0.03
  %(prog)s experiment.json --hidden 2 4 8 --batch 32 all --random 4 --best best.npz
"""


class Tally:
    """The outcomes so far, without models except the best one's."""

    def __init__(self, count: int, names: Sequence[str]) -> None:
        """`count`: of all outcomes. `names`: of the link's parts in which the experiments differ."""
        self.outcomes: list[Outcome] = []
        self.best: Outcome | None = None
        self._count = count
        self._names = names

    def add(self, outcome: Outcome) -> None:
        """Add an outcome and print its line."""
        self.outcomes.append(outcome.without_model())
        self.best = best(one for one in (self.best, outcome) if one is not None)
        width = len(str(self._count))
        progress = f"{len(self.outcomes):>{width}}/{self._count}"
        figures = f"failed: {outcome.error}"
        if outcome.error is None:
            held_out = percent(outcome.held_out_accuracy or 0.0, decimals=2)
            figures = f"held-out {held_out:>8}  loss {outcome.loss:<9.4g}"
        sys.stdout.write(f"{progress}  {figures}  {self.words(outcome.experiment)}\n")
        sys.stdout.flush()  # a pipe is buffered, and its reader should see each line at once

    def words(self, experiment: Experiment) -> str:
        """Return the settings in which the experiments differ, such as "hidden 32-32, seed 2"."""
        return ", ".join(
            f"{name} {shortened(link.written(experiment, name), MAX_VALUE_TEXT)}" for name in self._names
        )


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands, sweep, "train many experiments and report the best", _DESCRIPTION, _EXAMPLES, usage=_USAGE
    )
    parser.add_argument("experiment", metavar="EXPERIMENT", help=experiment_source.HELP)
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=_count,
        help="train each setting with N seeds, from the experiment's own seed on",
    )
    parser.add_argument(
        "--random", metavar="N", type=_count, help="train N random combinations, chosen by the seed"
    )
    parser.add_argument(
        "--table", metavar="FILE", type=file_to_write, help="write a CSV table with a row for each run"
    )
    parser.add_argument(
        "--best",
        metavar="FILE",
        type=file_to_write,
        help="write the weights with the highest held-out accuracy",
    )
    executors = parser.add_mutually_exclusive_group()
    executors.add_argument(
        "--workers", metavar="N", type=_count, help="worker processes (default: one for each core)"
    )
    executors.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="Dask scheduler whose workers compute (default: the environment variable "
        f"{cluster.VARIABLE}, if it is set)",
    )
    experiment_source.add_data_to(parser)
    add_several_settings_to(parser)


def sweep(arguments: argparse.Namespace) -> int:
    """Train, write the files and report. Raises PolycoreError if that is impossible or no run succeeds."""
    parser: Parser = arguments.parser
    sweep_table = _sweep_table()
    written = {"--table": arguments.table, "--best": arguments.best}
    check_paths(
        parser,
        {name: path for name, path in written.items() if path is not None},
        experiment_source.paths_of(arguments),
    )
    try:
        words = words_of(arguments)
        experiments = _experiments(arguments, words)
    except PolycoreError as error:
        parser.error(link.in_words(str(error)))
    several = [name for name, values in words.items() if len(values) > 1]
    tally = Tally(len(experiments), several if "seed" in several else [*several, "seed"])
    with Interruption() as interruption:
        with _executor(arguments, len(experiments)) as executor:
            stopped = _computed(experiments, executor, tally, interruption)
        failures = _written(tally, sweep_table, arguments, interruption)
    if tally.outcomes:
        sys.stdout.write(f"\n{_in_words(sweep_table.summary(tally.outcomes))}\n")
    if tally.best is not None:
        sys.stdout.write(f"\nbest: {tally.words(tally.best.experiment)}\n")
    for failure in (*failures, stopped):
        if failure is not None:
            raise failure
    if tally.best is None:
        raise PolycoreError("no run succeeded: the lines above say why.")
    return 0


def _written(
    tally: Tally, sweep_table: ModuleType, arguments: argparse.Namespace, interruption: Interruption
) -> list[BaseException | None]:
    """Write the requested files; return for each the exception that prevented it, or None."""
    writers: list[tuple[Callable[[Path], None], Path]] = []
    if arguments.table is not None and tally.outcomes:
        table = sweep_table.table(tally.outcomes).to_csv(index=False, lineterminator="\n").encode()
        writers.append((lambda path: put(path, table, "table"), arguments.table))
    if arguments.best is not None and tally.best is not None and tally.best.model is not None:
        writers.append((tally.best.model.save, arguments.best))
    return [failure_to_write(write, path, interruption) for write, path in writers]


def _sweep_table() -> ModuleType:
    """Import the module of tables. Raises PolycoreError, before anything is computed, without pandas."""
    try:
        from polycore.workers import table as sweep_table
    except ModuleNotFoundError as error:
        raise PolycoreError(f"{error} A sweep makes its tables with it.") from error
    return sweep_table


def _experiments(arguments: argparse.Namespace, words: Mapping[str, Sequence[str]]) -> tuple[Experiment, ...]:
    one = {name: values[0] for name, values in words.items() if len(values) == 1}
    source = experiment_source.with_points(
        experiment_source.experiment_from(arguments.experiment), arguments.data
    )
    base = link.with_words(source, one)
    fields: dict[str, list[Any]] = {}
    for name, values in words.items():
        if len(values) > 1:
            fields[link.field_of(name, values[0])[0]] = [link.field_of(name, value)[1] for value in values]
    if arguments.seeds is not None and "seed" in fields:
        raise PolycoreError("--seeds and --seed both choose seeds: use one of them")
    seeds = fields.pop("seed", range(base.seed, base.seed + (arguments.seeds or 1)))
    if arguments.random is None:
        return grid(base, **fields, seed=seeds)
    drawn = random_choices(base, arguments.random, base.seed, **fields)
    if len(drawn) * len(seeds) > MAX_EXPERIMENTS:
        raise PolycoreError(
            f"got {len(drawn) * len(seeds):,} experiments; expected at most {MAX_EXPERIMENTS:,}. "
            "Use fewer seeds"
        )
    return tuple(replace(experiment, seed=seed) for experiment in drawn for seed in seeds)


@contextmanager
def _executor(arguments: argparse.Namespace, count: int) -> Iterator[Executor]:
    """Yield the executor, after a line on standard error about it, and end it at the end of the context."""
    runs = counted(count, "run")
    address = arguments.scheduler or cluster.address()
    if address is not None and arguments.workers is None:
        with Cluster(address) as executor:
            say(f"{runs} on the cluster at {address}.")
            yield executor
        return
    workers = Workers(arguments.workers or available_cores())
    workers.start()
    say(f"{runs} on {counted(workers.count, 'worker')}.")
    try:
        yield workers
    finally:
        workers.kill()


def _computed(
    experiments: Sequence[Experiment], executor: Executor, tally: Tally, interruption: Interruption
) -> BaseException | None:
    """Add every outcome to the tally; return the exception that ended the sweep early, if any."""
    try:
        with interruption.allowed(), closing(outcomes(experiments, executor)) as ended:
            for outcome in ended:
                tally.add(outcome)
    except Interrupted as error:
        progress = f"{len(tally.outcomes):,} of {counted(len(experiments), 'run')}"
        say(f"Ended by {error.name} after {progress}.")
        return error
    except PolycoreError as error:
        return error
    return None


def _in_words(summary: "DataFrame") -> str:
    """Return the summary as a text table; the interval of a single run is "-"."""
    formatters = dict.fromkeys(("held_out_accuracy", "low", "high"), percent)
    formatters |= {"loss": "{:.4g}".format, "seconds": "{:.1f}".format}
    return summary.to_string(index=False, formatters=formatters, na_rep="-")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"got {quoted(text, 20)}; expected a whole number from 1 to 999,999")
    return int(text)
