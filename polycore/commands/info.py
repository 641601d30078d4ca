"""info: what a file of polycore holds."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from polycore.commands.descriptions import listing, phrase
from polycore.commands.kept_files import kept_at
from polycore.experiment.experiment import MAX_STEPS, Experiment
from polycore.formatting import percent
from polycore.links import link
from polycore.model.model import Model
from polycore.quoting import visible
from polycore.training.run import Run

_DESCRIPTION = "Say what a weight file or a run file holds: a network, its figures, and where it comes from."
_EXAMPLES = """examples:
  %(prog)s weights.npz
  %(prog)s weights.npz --json
"""
_MOST_SHOWN = 60  # characters of what a stranger wrote


def add_to(commands: Any) -> None:
    """Add the command to those of argparse."""
    parser = commands.add_parser(
        "info", help="say what a weight file or a run file holds", description=_DESCRIPTION, epilog=_EXAMPLES
    )
    parser.add_argument("file", metavar="FILE", help="as train or the dashboard writes it")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object, for programs")
    parser.set_defaults(command=info, parser=parser)


def info(arguments: argparse.Namespace) -> int:
    """Tell. Raises PolycoreError where the file is refused."""
    facts = _facts(kept_at(arguments.file))
    sys.stdout.write(json.dumps(facts) + "\n" if arguments.json else listing(_rows(facts)))
    return 0


def _facts(kept: Model | Run) -> dict[str, Any]:
    model = kept.best if isinstance(kept, Run) else kept
    experiment = model.experiment
    return {
        "kind": "run" if isinstance(kept, Run) else "weights",
        "widths": model.widths,
        "loss": model.loss,
        "accuracy": model.accuracy,
        "held_out_accuracy": model.held_out_accuracy,
        "best_step": _step(model),
        "step": kept.step if isinstance(kept, Run) else None,
        "ended_because": kept.ended_because if isinstance(kept, Run) else None,
        "experiment": None if experiment is None else experiment.to_dict(),
        "link": None if experiment is None else f"?{urlencode(link.to_query(experiment))}",
        "versions": {} if isinstance(kept, Run) else _versions(model),
        "polynomials": [str(polynomial) for polynomial in model.polynomials],
    }


def _rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts in words, by names; what the file does not say is not there."""
    words: dict[str, Callable[[Any], str]] = {
        "kind": _KINDS.__getitem__,
        "widths": lambda found: "-".join(map(str, found)),
        "loss": "{:.6g} nats".format,
        "accuracy": partial(percent, decimals=2),
        "held_out_accuracy": partial(percent, decimals=2),
        "best_step": "{:,}".format,
        "step": "{:,}".format,
        "ended_because": str,
        "experiment": lambda found: phrase(Experiment.from_dict(found)),
        "link": str,
        "versions": lambda found: ", ".join(f"{name} {version}" for name, version in found.items()),
    }
    rows = {
        _NAMES.get(name, name): say(facts[name])
        for name, say in words.items()
        if facts[name] not in (None, {})
    }
    return rows | {f"p{label}": f"y = {found}" for label, found in enumerate(facts["polynomials"])}


_KINDS = {"weights": "the weights of a trained network", "run": "a run that can go on"}
_NAMES = {
    "kind": "file",
    "widths": "network",
    "held_out_accuracy": "held-out accuracy",
    "best_step": "best step",
    "ended_because": "ended",
    "versions": "written by",
}


def _step(model: Model) -> int | None:
    found = model.metadata.get("step")
    return found if type(found) is int and 0 <= found <= MAX_STEPS else None


def _versions(model: Model) -> dict[str, str]:
    found = model.metadata.get("versions")
    if not isinstance(found, dict):
        return {}
    return {name: _shown(found[name]) for name in ("polycore", "numpy") if name in found}


def _shown(found: object) -> str:
    """Return what a stranger may have written as a few characters that can all be seen."""
    return visible(str(found).replace("\n", " "))[:_MOST_SHOWN]
