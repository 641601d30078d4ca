"""info: what a file of polycore holds."""

import argparse
import json
import sys
from typing import Any
from urllib.parse import urlencode

from polycore import link
from polycore.commands.listing import listing
from polycore.commands.percent import percent
from polycore.commands.phrase import phrase
from polycore.commands.weights import model_at
from polycore.experiment import MAX_STEPS
from polycore.model import Model
from polycore.visible import visible

_DESCRIPTION = (
    "Say what a weight file holds: a network, its figures and polynomials, and where it comes from."
)
_EXAMPLES = """examples:
  python -m polycore info weights.npz
  python -m polycore info weights.npz --json
"""
_MOST_SHOWN = 60  # characters of what a stranger wrote


def add_to(commands: Any) -> None:
    """Add the command to those of argparse."""
    parser = commands.add_parser(
        "info", help="say what a weight file holds", description=_DESCRIPTION, epilog=_EXAMPLES
    )
    parser.add_argument("file", metavar="FILE", help="a weight file, as train or the dashboard writes it")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object, for programs")
    parser.set_defaults(command=info, parser=parser)


def info(arguments: argparse.Namespace) -> int:
    """Tell. Raises PolycoreError where the file is refused."""
    model = model_at(arguments.file)
    told = json.dumps(_facts(model)) + "\n" if arguments.json else listing(_rows(model))
    sys.stdout.write(told)
    return 0


def _facts(model: Model) -> dict[str, Any]:
    experiment = model.experiment
    return {
        "widths": model.widths,
        "polynomials": [str(polynomial) for polynomial in model.polynomials],
        "held_out_accuracy": model.held_out_accuracy,
        "accuracy": model.accuracy,
        "loss": model.loss,
        "step": _step(model),
        "experiment": None if experiment is None else experiment.to_dict(),
        "link": None if experiment is None else f"?{urlencode(link.to_query(experiment))}",
        "versions": _versions(model),
    }


def _rows(model: Model) -> dict[str, str]:
    """Return what the file says, by names; what it does not say is not there."""
    facts = _facts(model)
    rows = {
        "network": "-".join(map(str, model.widths)),
        "loss": f"{model.loss:.6g} nats",
        "accuracy": percent(model.accuracy),
    }
    if model.held_out_accuracy is not None:
        rows["held-out accuracy"] = percent(model.held_out_accuracy)
    if facts["step"] is not None:
        rows["step"] = f"{facts['step']:,}"
    if model.experiment is not None:
        rows |= {"experiment": phrase(model.experiment), "link": facts["link"]}
    if facts["versions"]:
        rows["written by"] = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return rows | {f"p{label}": f"y = {found}" for label, found in enumerate(facts["polynomials"])}


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
