"""info: describe the content of a weight file or a run file."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from polycore.commands.arguments import new_command
from polycore.commands.kept_files import kept_at
from polycore.experiment.experiment import Experiment
from polycore.formatting import listing, percent
from polycore.links import link
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import PLAIN, label_of
from polycore.quoting import visible
from polycore.training.leg import legs_in, step_in
from polycore.training.run import Run

_DESCRIPTION = "Describe a weight file or a run file: its network, loss, accuracies and experiment."
_EXAMPLES = """examples:
  %(prog)s weights.npz
  %(prog)s weights.npz --json
"""
_MAX_SHOWN = 60  # characters of untrusted text
_CONTINUED = (
    "at step {:,} from earlier training: a run of this experiment or link alone starts from new weights and "
    "does not reproduce it"
)


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(commands, info, "describe a weight file or a run file", _DESCRIPTION, _EXAMPLES)
    parser.add_argument(
        "file", metavar="FILE", help="a weight file or a run file from train or the dashboard"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")


def info(arguments: argparse.Namespace) -> int:
    """Print the description. Raises PolycoreError if the file is refused."""
    facts = _facts(kept_at(arguments.file))
    sys.stdout.write(json.dumps(facts) + "\n" if arguments.json else listing(_rows(facts)))
    return 0


def _facts(kept: Model | Run) -> dict[str, Any]:
    model = kept.best if isinstance(kept, Run) else kept
    experiment, data = model.experiment, model.points_summary
    earlier = kept.earlier if isinstance(kept, Run) else legs_in(kept.metadata.get("earlier"))
    return {
        "kind": "run" if isinstance(kept, Run) else "weights",
        "widths": model.widths,
        "activation": model.activation,
        "features": model.features,
        "loss": model.loss,
        "accuracy": model.accuracy,
        "held_out_accuracy": model.held_out_accuracy,
        "best_step": step_in(model.metadata),
        "step": kept.step if isinstance(kept, Run) else None,
        "ended_because": kept.ended_because if isinstance(kept, Run) else None,
        "earlier": [leg.to_dict() for leg in earlier],
        "experiment": None if experiment is None else experiment.to_dict(),
        "link": None if experiment is None else f"?{urlencode(link.to_query(experiment))}",
        "versions": {} if isinstance(kept, Run) else _versions(model),
        "polynomials": [str(polynomial) for polynomial in model.polynomials],
        "classes": list(model.classes),
        "data": None if data is None else {"count": data.count, "sha256": data.sha256},
    }


def _rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts as text, without those that the file does not have."""
    formats: dict[str, Callable[[Any], str]] = {
        "kind": _KINDS.__getitem__,
        "widths": lambda widths: "-".join(map(str, widths)),
        "activation": lambda name: ACTIVATIONS[name].label,
        "features": lambda names: ", ".join(map(label_of, names)),
        "loss": "{:.6g} nats".format,
        "accuracy": partial(percent, decimals=2),
        "held_out_accuracy": partial(percent, decimals=2),
        "best_step": "{:,}".format,
        "step": "{:,}".format,
        "ended_because": str,
        "earlier": lambda legs: _CONTINUED.format(legs[-1]["end"]),
        "experiment": lambda fields: _phrase(Experiment.from_dict(fields)),
        "link": str,
        "versions": lambda versions: ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    rows = {
        _NAMES.get(name, name): as_text(facts[name])
        for name, as_text in formats.items()
        if facts[name] not in (None, {}, [], PLAIN)  # inputs that are x and y go without saying
    }
    if facts["data"] is not None:
        rows["trained on"] = (
            f"{facts['data']['count']:,} own points, SHA-256 {facts['data']['sha256'][:12]}..."
        )
    rows |= {f"class {label}": name for label, name in enumerate(facts["classes"])}
    return rows | {f"p{label}": f"y = {polynomial}" for label, polynomial in enumerate(facts["polynomials"])}


_KINDS = {"weights": "the weights of a trained network", "run": "a run that can be resumed"}
_NAMES = {
    "earlier": "continued",
    "features": "inputs",
    "kind": "file",
    "widths": "network",
    "held_out_accuracy": "held-out accuracy",
    "best_step": "best step",
    "ended_because": "ended",
    "versions": "written by",
}


def _versions(model: Model) -> dict[str, str]:
    versions = model.metadata.get("versions")
    if not isinstance(versions, dict):
        return {}
    # a file may have anything there
    return {
        name: visible(str(versions[name]).replace("\n", " "))[:_MAX_SHOWN]
        for name in ("polycore", "numpy")
        if name in versions
    }


def _phrase(experiment: Experiment) -> str:
    """Return a summary of an experiment in one line of ASCII, with the values of a link."""
    words = partial(link.written, experiment)
    if experiment.data is None:
        samples = words("samples")
        points = "fresh points" if samples == "fresh" else f"{samples} samples each"
        plane = [f"x from {words('range').replace('..', ' to ')}", f"noise {words('noise')}"]
    else:
        points = f"{len(experiment.data):,} own points in {experiment.data.class_count} classes"
        plane = []
    parts = (
        f"{words('optimizer')} at {words('learning_rate')}, {words('schedule')}",
        f"hidden {words('hidden')}",
        points,
        f"batch {words('batch')}",
        *plane,
        f"{experiment.steps:,} steps",
        f"seed {words('seed')}",
    )
    return "; ".join(parts)
