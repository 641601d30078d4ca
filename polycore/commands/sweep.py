"""sweep: many experiments, which did best, and how far that can be trusted."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from polycore.commands import experiment_source, settings
from polycore.commands.argument_parser import Parser
from polycore.commands.interruption import Interrupted, Interruption
from polycore.commands.kept_files import check_writable
from polycore.commands.tally import Tally
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.files.path_or_file import put
from polycore.formatting import counted, percent
from polycore.links import link
from polycore.quoting import quoted
from polycore.sweeps.choices import MAX_EXPERIMENTS, grid, random_choices
from polycore.sweeps.outcomes import outcomes
from polycore.workers import cluster
from polycore.workers.cluster import Cluster
from polycore.workers.processes import Workers, available_cores

if TYPE_CHECKING:
    from pandas import DataFrame

_USAGE = """%(prog)s EXPERIMENT [--seeds N] [--random N] [--table FILE] [--best FILE]
           [--workers N | --scheduler ADDRESS] [settings]"""
_DESCRIPTION = """Train many experiments and tell which did best.

Settings may have several values: every combination is trained, each with as many seeds as --seeds says. A
line tells of each run as it ends. At the end a table has the mean held-out accuracy of each setting, with its
95 % interval over the seeds from low to high (docs/sweeps.md). Ctrl-C keeps what has ended. It needs pandas.
"""
_EXAMPLES = """examples:
  %(prog)s experiment.json --seeds 3 --optimizer adam sgd --learning-rate 0.01 0.03
  %(prog)s experiment.json --hidden 2 4 8 --batch 32 all --random 4 --best best.npz
"""


def add_to(commands: Any) -> None:
    """Add the command to those of argparse."""
    parser = commands.add_parser(
        "sweep",
        help="train many experiments and tell which did best",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    parser.add_argument("experiment", metavar="EXPERIMENT", help=experiment_source.HELP)
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=_count,
        help="so many seeds, from the experiment's own on, for each setting",
    )
    parser.add_argument(
        "--random", metavar="N", type=_count, help="of all combinations, so many drawn at random by the seed"
    )
    parser.add_argument("--table", metavar="FILE", help="a row a run, as CSV")
    parser.add_argument("--best", metavar="FILE", help="the weights with the highest held-out accuracy")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=_count, help="processes (without it, one a core)")
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler, whose workers compute (without it, the one that the variable "
        f"{cluster.VARIABLE} names, if any)",
    )
    settings.add_several_to(parser)
    parser.set_defaults(command=sweep, parser=parser)


def sweep(arguments: argparse.Namespace) -> int:
    """Train, write the files and tell. Raises PolycoreError where that cannot be, or no run succeeded."""
    parser: Parser = arguments.parser
    sweep_table = _sweep_table()
    for name in (arguments.table, arguments.best):
        if name is not None:
            check_writable(parser, Path(name))
    try:
        words = settings.several_of(arguments)
        experiments = _experiments(arguments, words)
    except PolycoreError as error:
        parser.error(str(error))
    several = [name for name, values in words.items() if len(values) > 1]
    tally = Tally(len(experiments), several if "seed" in several else [*several, "seed"])
    with Interruption() as interruption:
        with _executor(arguments, len(experiments)) as executor:
            stopped = _computed(experiments, executor, tally, interruption)
        if tally.outcomes:
            _report(tally, sweep_table, arguments)
    if stopped is not None:
        raise stopped
    if tally.best is None:
        raise PolycoreError("no run succeeded: each line above says why.")
    return 0


def _report(tally: Tally, sweep_table: ModuleType, arguments: argparse.Namespace) -> None:
    """Write the files that were asked for, and tell of all outcomes together."""
    if arguments.table is not None:
        table = sweep_table.table(tally.outcomes).to_csv(index=False, lineterminator="\n")
        put(arguments.table, table.encode(), "table")
    sys.stdout.write(f"\n{_in_words(sweep_table.summary(tally.outcomes))}\n")
    if tally.best is not None and tally.best.model is not None:
        sys.stdout.write(f"\nbest: {tally.words(tally.best.experiment)}\n")
        if arguments.best is not None:
            tally.best.model.save(arguments.best)


def _sweep_table() -> ModuleType:
    """Return the module of tables. Raises PolycoreError, before all computing, where it has no pandas."""
    try:
        from polycore.sweeps import table as sweep_table
    except ModuleNotFoundError as error:
        raise PolycoreError(f"{error} A sweep tells its figures by it.") from error
    return sweep_table


def _experiments(arguments: argparse.Namespace, words: Mapping[str, Sequence[str]]) -> tuple[Experiment, ...]:
    one = {name: values[0] for name, values in words.items() if len(values) == 1}
    base = link.with_words(experiment_source.experiment_from(arguments.experiment), one)
    fields: dict[str, list[Any]] = {}
    for name, values in words.items():
        if len(values) > 1:
            fields[link.field_of(name, values[0])[0]] = [link.field_of(name, value)[1] for value in values]
    if arguments.seeds is not None and "seed" in fields:
        raise PolycoreError("--seeds and --seed both say which seeds: give one of them")
    seeds = fields.pop("seed", range(base.seed, base.seed + (arguments.seeds or 1)))
    if arguments.random is None:
        return grid(base, **fields, seed=seeds)
    drawn = random_choices(base, arguments.random, base.seed, **fields)
    if len(drawn) * len(seeds) > MAX_EXPERIMENTS:
        raise PolycoreError(
            f"these are {len(drawn) * len(seeds):,} experiments; at most {MAX_EXPERIMENTS:,} are allowed. "
            "Take fewer seeds"
        )
    return tuple(replace(experiment, seed=seed) for experiment in drawn for seed in seeds)


@contextmanager
def _executor(arguments: argparse.Namespace, count: int) -> Iterator[Executor]:
    """Yield whatever computes, and tell of it; end it as soon as it is not needed any more."""
    runs = counted(count, "run", "runs")
    address = arguments.scheduler or cluster.address()
    if address is not None and arguments.workers is None:
        with Cluster(address) as executor:
            sys.stderr.write(f"{runs} by the cluster at {address}.\n")
            yield executor
        return
    workers = Workers(arguments.workers or available_cores())
    workers.start()
    sys.stderr.write(f"{runs} by {counted(workers.count, 'worker', 'workers')}.\n")
    try:
        yield workers
    finally:
        workers.kill()


def _computed(
    experiments: Sequence[Experiment], executor: Executor, tally: Tally, interruption: Interruption
) -> BaseException | None:
    """Let the tally take every outcome; return what stopped it before, if anything did."""
    try:
        with interruption.allowed(), closing(outcomes(experiments, executor)) as ending:
            for outcome in ending:
                tally.take(outcome)
    except Interrupted as error:
        told = f"{len(tally.outcomes):,} of {counted(len(experiments), 'run', 'runs')}"
        with suppress(OSError):  # the terminal was closed
            sys.stderr.write(f"Ended by {error.name} after {told}.\n")
        return error
    except PolycoreError as error:
        return error
    return None


def _in_words(summary: "DataFrame") -> str:
    """Return the summary as a table for people; a single run has no interval."""
    formatters = dict.fromkeys(("held_out_accuracy", "low", "high"), percent)
    formatters |= {"loss": "{:.4g}".format, "seconds": "{:.1f}".format}
    return summary.to_string(index=False, formatters=formatters, na_rep="-")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{quoted(text, 20)} is no whole number from 1 to 999,999")
    return int(text)
