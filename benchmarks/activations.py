"""Each activation beside PyTorch and JAX: steps per second of processor time."""

from collections.abc import Callable
from typing import Any

import polycore as pc
from benchmarks.peers import TorchTraining
from benchmarks.speed import PROCESSOR, Speed, of_kind, speed
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved, ratios
from polycore.network.activations import ACTIVATIONS

TITLE = "Each activation, batches of 256 fresh points"
SHAPES = ((32, 32, 32), (32, 32, 32, 32, 32))
TIMES_TORCH = 2
STEPS = {"polycore": 1024, "PyTorch": 256, "JAX": 1024}
WARM_UP = 64

TEXT = """\
Adam on one thread, in float32, with three and five hidden layers of 32. polycore, PyTorch and JAX draw their
points as in the benchmark of Adam. PyTorch has fused Adam. JAX takes all {jax_steps:,} steps of a round in
one compiled `lax.scan`; its compilation, {compiled} s for each network, is not counted. The speeds are steps
per second of processor time; the last two columns are polycore's divided by the peer's."""
HEAD = ("hidden layers, activation", "polycore", "PyTorch", "JAX", "times PyTorch", "times JAX")

Take = Callable[[int], None]


def measured(quick: bool) -> dict[str, Any]:
    """Return each contender's speeds by network, in rounds."""
    shorter, rounds = (16, 2) if quick else (1, 9)
    networks = [{"hidden": hidden, "activation": name} for hidden in SHAPES for name in ACTIVATIONS]
    contenders = [
        Contender(who, f"{__name__}:contender", {"who": who, "steps": steps // shorter})
        for who, steps in STEPS.items()
    ]
    # an odd number of questions a round, so that every network is measured in both orders
    series = interleaved(contenders, [*networks, networks[0]] * rounds).series
    return {
        "rounds": rounds,
        "networks": [
            network | {"series": {who: speeds[index :: len(networks) + 1] for who, speeds in series.items()}}
            for index, network in enumerate(networks)
        ],
    }


def contender(who: str, steps: int) -> Callable[..., Speed]:
    """Return a measurement of polycore or of a peer on the network that the question gives."""
    prepared: dict[tuple[tuple[int, ...], str], tuple[Take, Speed]] = {
        (hidden, name): _prepared(who, _experiment(hidden, name), steps)
        for hidden in SHAPES
        for name in ACTIVATIONS
    }

    def measure(hidden: list[int], activation: str) -> Speed:
        take, known = prepared[tuple(hidden), activation]
        return speed(take, steps) | known

    return measure


def _experiment(hidden: tuple[int, ...], activation: str) -> pc.Experiment:
    return pc.Experiment(
        samples_per_class=None,
        hidden=hidden,
        batch_size=256,
        learning_rate=0.003,
        steps=10_000_000,
        activation=activation,
    )


def _prepared(who: str, experiment: pc.Experiment, steps: int) -> tuple[Take, Speed]:
    """Return a warm function that takes steps, and the seconds of its compilation, if it has one."""
    match who:
        case "polycore":
            return _own(experiment), {}
        case "PyTorch":
            of_torch = TorchTraining(experiment, adam="fused")
            of_torch.take(WARM_UP)
            return of_torch.take, {}
        case _:
            from benchmarks.jax_peer import JaxTraining

            of_jax = JaxTraining(experiment, steps)
            of_jax.take(steps)
            return of_jax.take, {"compile_seconds": of_jax.compile_seconds}


def _own(experiment: pc.Experiment) -> Take:
    run = pc.advance(pc.start(experiment), WARM_UP)

    def take(steps: int) -> None:
        nonlocal run
        run = pc.advance(run, steps)

    return take


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    seconds = [network["series"]["JAX"][0]["compile_seconds"] for network in result["networks"]]
    text = TEXT.format(jax_steps=STEPS["JAX"], compiled=Spread.of(seconds).shown(1))
    return [text, "", *table(HEAD, map(_row, result["networks"]))]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    slowest = min(result["networks"], key=lambda network: _times(network, "PyTorch").median)
    times = _times(slowest, "PyTorch")
    return [
        (
            "each activation, hidden layers of 32",
            f"{TIMES_TORCH} times PyTorch's steps per s of processor time",
            f"least: {times.shown(1)} times, {_name(slowest)}",
            times.median >= TIMES_TORCH,
        )
    ]


def _row(network: dict[str, Any]) -> list[str]:
    series = of_kind(network["series"], PROCESSOR)
    return [
        _name(network),
        *(Spread.of(speeds).shown() for speeds in series.values()),
        *(_times(network, peer).shown(1) for peer in ("PyTorch", "JAX")),
    ]


def _times(network: dict[str, Any], peer: str) -> Spread:
    series = of_kind(network["series"], PROCESSOR)
    return ratios(series["polycore"], series[peer])


def _name(network: dict[str, Any]) -> str:
    hidden = network["hidden"]
    return f"{len(hidden)} of {hidden[0]}, {ACTIVATIONS[network['activation']].label}"
