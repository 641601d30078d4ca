"""Held-out accuracy over processor time: how good a network is after some seconds on one core."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import ScikitTraining, TorchTraining, Training
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved

TITLE = "Held-out accuracy over processor time"
RECOMMENDED = pc.Experiment.recommended()
EXPERIMENTS = {
    "polycore": RECOMMENDED,
    # without polycore's way of drawing points: as the peers draw them
    "polycore, points as the peers'": replace(RECOMMENDED, sampling="random", growing_batches=False),
}
BUDGETS: tuple[float, ...] = (1, 2, 5, 10, 30)  # seconds of processor time
SEEDS: tuple[int, ...] = (0, 1, 2, 3, 4)
GOAL_BUDGET, GOAL_OF_WORST, GOAL_OF_MEAN = 10, 0.997, 0.998

# A peer's settings are chosen with a separate seed, in trials of 2 s for budgets up to 2 s, else of 10 s.
TRIAL_SEED = 100
TRIAL_BUDGETS: tuple[float, ...] = (2, 10)
SHAPES = (RECOMMENDED.hidden, (64, 64), (128, 128))
BATCH_SIZES = (256, 512)
RATES = (0.003, 0.01)
PEERS = ("PyTorch", "scikit-learn", "JAX")
STEPS_BETWEEN_RATES = 16  # after so many steps a peer sets its learning rate by the clock
STEPS_OF_A_SCAN = 64  # the same for JAX, whose calls cost more

# polycore's steps are limited, and not its seconds: trials tell how many steps fit.
TRIAL_STEPS, TRIAL_SHARE = 640, 0.2  # of the first trial of its speed, and of the second
AIMED_AT, MOST_OF_BUDGET = 0.98, 1.02  # of the budget: what the steps are chosen for, and what they may use

HELD_OUT_SEED, HELD_OUT_PER_CLASS = 2_000_000, 2500  # 30,000 points

TEXT = """\
The task has twelve polynomials. Each contender trains on one thread within a budget of processor time, which
counts all its threads. Then its accuracy is measured on {points:,} points that were not trained on; this time
is not counted. polycore runs `pc.Experiment.recommended()` with as many steps as fit {aimed:.0%} of the
budget at the speed of a trial of {trial:.0%} as many, and a second time with points and batches as the peers
have them: uniform in x, and of constant size. The start of a run makes a short trial seem slow, so that the
shorter budgets are not used up. PyTorch (fused Adam), scikit-learn (`partial_fit` with 16 fresh
batches per call, its faster way) and JAX (64 steps in one compiled `lax.scan`, which draws their points) use
the best of the settings below for each budget. They set their learning rate by the clock, so that it falls
along a cosine that ends with the budget. Their networks are created, and JAX's scan is compiled, before the
time starts."""
FOOT = """\
The mean of {seeds} seeds, with the worst in brackets. The seconds that the recommended experiment used, by
budget: {used}; its steps: {steps}. A goal counts as reached only if the
seconds are at most {most:.0%} of the budget.

The wall time of the runs with a budget of {longest:g} s, in s: {walls}. To create its
network and to compile, JAX took {compiled} s."""
TRIED = """\
All combinations of these settings were tried with each peer: hidden layers {shapes};
batches of {sizes}; highest learning rate {rates}. Chosen: {chosen}."""

Settings = dict[str, Any]
Answer = dict[str, float]


def measured(quick: bool) -> dict[str, Any]:
    """Return the accuracies of polycore and each peer by budget, one per seed."""
    budgets, seeds, trials = BUDGETS, SEEDS, TRIAL_BUDGETS
    settings = [
        {"hidden": hidden, "batch_size": size, "learning_rate": rate}
        for hidden, size, rate in product(SHAPES, BATCH_SIZES, RATES)
    ]
    if quick:
        budgets, seeds, trials, settings = (0.5, 1), (0, 1), (0.5,), settings[::5]
    tried = _tried(settings, trials)
    chosen = {peer: {str(budget): _best(tried[peer], budget) for budget in budgets} for peer in PEERS}
    return {
        "budgets": budgets,
        "seeds": seeds,
        "tried": tried,
        "chosen": chosen,
        "series": _series(chosen, budgets, seeds),
    }


def _tried(settings: list[Settings], budgets: tuple[float, ...]) -> dict[str, list[dict[str, Any]]]:
    questions = [
        {"seed": TRIAL_SEED, "budget": budget, "settings": each} for budget in budgets for each in settings
    ]
    contenders = [Contender(peer, f"{__name__}:peer", {"name": peer}) for peer in PEERS]
    series = interleaved(contenders, questions).series
    return {
        peer: [question | answer for question, answer in zip(questions, series[peer], strict=True)]
        for peer in PEERS
    }


def _best(tried: list[dict[str, Any]], budget: float) -> Settings:
    """Return the best settings in the shortest trial that is at least as long as the budget."""
    budgets = sorted({trial["budget"] for trial in tried})
    nearest = next((each for each in budgets if each >= budget), budgets[-1])
    rivals = [trial for trial in tried if trial["budget"] == nearest]
    settings: Settings = max(rivals, key=lambda trial: trial["accuracy"])["settings"]
    return settings


def _series(
    chosen: dict[str, dict[str, Settings]], budgets: tuple[float, ...], seeds: tuple[int, ...]
) -> dict[str, list[dict[str, Any]]]:
    contenders = [
        *(Contender(name, f"{__name__}:polycore", {"name": name}) for name in EXPERIMENTS),
        *(
            Contender(peer, f"{__name__}:chosen_peer", {"name": peer, "chosen": chosen[peer]})
            for peer in PEERS
        ),
    ]
    questions = [{"seed": seed, "budget": budget} for budget in budgets for seed in seeds]
    series = interleaved(contenders, questions).series
    return {
        name: [question | answer for question, answer in zip(questions, answers, strict=True)]
        for name, answers in series.items()
    }


def polycore(name: str) -> Callable[..., Answer]:
    """Return a measurement of one of EXPERIMENTS within a budget."""
    return within_budgets(EXPERIMENTS[name], AIMED_AT)


def within_budgets(experiment: pc.Experiment, share: float) -> Callable[..., Answer]:
    """Return a measurement of an experiment, with as many steps as fit that share of a budget."""
    _trained(experiment, TRIAL_STEPS)  # warm
    return partial(_within_budget, experiment, share)


def _within_budget(experiment: pc.Experiment, share: float, seed: int, budget: float) -> Answer:
    steps = _affordable(experiment, TRIAL_STEPS, share * budget)
    # the speed of a longer trial is closer to that of the run
    steps = _affordable(experiment, round(TRIAL_SHARE * steps), share * budget)
    began, wall = process_time(), perf_counter()
    run = _trained(replace(experiment, seed=seed), steps)
    used = {"seconds": process_time() - began, "wall_seconds": perf_counter() - wall}
    points, labels = held_out()
    return used | {"steps": steps, "accuracy": float((run.best.predict(points) == labels).mean())}


def _affordable(experiment: pc.Experiment, trial: int, budget: float) -> int:
    """Return how many steps fit the budget at the speed of a run of so many."""
    began = process_time()
    _trained(experiment, trial)
    return max(1, round(trial * budget / (process_time() - began)))


def _trained(experiment: pc.Experiment, steps: int) -> pc.Run:
    return pc.advance(pc.start(replace(experiment, steps=steps)), steps)


def peer(name: str) -> Callable[..., Answer]:
    """Return a measurement of one of PEERS with the settings that the question gives."""
    _warm_up(name)
    return partial(_peer, name)


def chosen_peer(name: str, chosen: dict[str, Settings]) -> Callable[..., Answer]:
    """Return a measurement of a peer with the settings that were chosen for a budget."""
    _warm_up(name)

    def measure(seed: int, budget: float) -> Answer:
        return _peer(name, seed, budget, chosen[str(budget)])

    return measure


def _warm_up(name: str) -> None:
    _peer(name, TRIAL_SEED, 0.1, {"hidden": (8,), "batch_size": 64, "learning_rate": RATES[0]})


def _peer(name: str, seed: int, budget: float, settings: Settings) -> Answer:
    experiment = pc.Experiment(**settings, samples_per_class=None, seed=seed, steps=10_000_000)
    began = perf_counter()
    training = _training(name, experiment)
    prepared = perf_counter()
    seconds = _train(training, budget, experiment.learning_rate)
    return {
        "prepared_in_seconds": prepared - began,
        "seconds": seconds,
        "wall_seconds": perf_counter() - prepared,
        "accuracy": training.accuracy(*held_out()),
    }


def _training(name: str, experiment: pc.Experiment) -> Training:
    match name:
        case "PyTorch":
            return TorchTraining(experiment, adam="fused")
        case "scikit-learn":
            return ScikitTraining(experiment, at_once=STEPS_BETWEEN_RATES)
        case _:
            from benchmarks.jax_peer import JaxTraining

            return JaxTraining(experiment, at_once=STEPS_OF_A_SCAN)


def _train(training: Training, budget: float, highest: float) -> float:
    """Train until the budget is used, with the rate falling to 0 along a cosine; return the seconds used."""
    began = process_time()
    while (spent := process_time() - began) < budget:
        training.set_rate(highest * 0.5 * (1 + math.cos(math.pi * spent / budget)))
        training.take(STEPS_BETWEEN_RATES)
    return spent


def held_out() -> tuple[Any, Any]:
    """Return the points (N, 2) and labels (N,) on which every network is measured."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    return pc.sample(pc.TUTORIAL_POLYNOMIALS, HELD_OUT_PER_CLASS, rng)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    return [
        TEXT.format(points=HELD_OUT_PER_CLASS * 12, aimed=AIMED_AT, trial=TRIAL_SHARE),
        "",
        "![Share of held-out points with a wrong answer over processor time](benchmarks-accuracy.svg)",
        "",
        *table(("", *(f"{budget:g} s" for budget in result["budgets"])), _accuracy_rows(result)),
        "",
        FOOT.format(
            seeds=len(result["seeds"]),
            used=", ".join(_seconds(result, budget).shown(2) for budget in result["budgets"]),
            steps=", ".join(_steps(result, budget) for budget in result["budgets"]),
            most=MOST_OF_BUDGET,
            longest=_longest(result),
            walls=_walls(result),
            compiled=Spread.of([each["prepared_in_seconds"] for each in result["series"]["JAX"]]).shown(1),
        ),
        "",
        _tried_text(result),
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    budgets = result["budgets"]
    longest = _longest(result)
    worst, mean = min(_accuracies(result, "polycore", longest)), _mean(result, "polycore", longest)
    ahead = {budget for budget in budgets if _ahead(result, budget)}
    within = {budget for budget in budgets if _within(result, budget)}
    return [
        (
            f"held-out accuracy at {longest:g} s",
            f"{GOAL_OF_WORST:.1%} for the worst seed, {GOAL_OF_MEAN:.1%} on average",
            f"{worst:.2%}, {mean:.2%} in {_seconds(result, longest).median:.2f} s",
            worst >= GOAL_OF_WORST and mean >= GOAL_OF_MEAN and _within(result, longest),
        ),
        (
            "held-out accuracy over time",
            "higher than each peer at each budget",
            f"higher at {len(ahead)} of {len(budgets)}, within the budget at {len(within)}",
            len(ahead & within) == len(budgets),
        ),
    ]


def _ahead(result: dict[str, Any], budget: float) -> bool:
    peers = max(_mean(result, peer, budget) for peer in PEERS)
    return _mean(result, "polycore", budget) > peers


def _within(result: dict[str, Any], budget: float) -> bool:
    return _seconds(result, budget).median <= MOST_OF_BUDGET * budget


def _longest(result: dict[str, Any]) -> float:
    """Return the budget of the goals, or the longest one below it."""
    budgets: list[float] = result["budgets"]
    return max(budget for budget in budgets if budget <= GOAL_BUDGET)


def _walls(result: dict[str, Any]) -> str:
    longest = _longest(result)
    spreads = {
        name: Spread.of([each["wall_seconds"] for each in answers if each["budget"] == longest])
        for name, answers in result["series"].items()
    }
    return "; ".join(f"{name} {spread.shown(1)}" for name, spread in spreads.items())


def _seconds(result: dict[str, Any], budget: float) -> Spread:
    """Return the processor time that the recommended experiment used."""
    answers = result["series"]["polycore"]
    return Spread.of([answer["seconds"] for answer in answers if answer["budget"] == budget])


def _accuracies(result: dict[str, Any], name: str, budget: float) -> list[float]:
    return [answer["accuracy"] for answer in result["series"][name] if answer["budget"] == budget]


def _mean(result: dict[str, Any], name: str, budget: float) -> float:
    accuracies = _accuracies(result, name, budget)
    return sum(accuracies) / len(accuracies)


def _accuracy_rows(result: dict[str, Any]) -> list[list[str]]:
    return [
        [
            name,
            *(
                f"{_mean(result, name, budget):.2%} ({min(_accuracies(result, name, budget)):.2%})"
                for budget in result["budgets"]
            ),
        ]
        for name in result["series"]
    ]


def _steps(result: dict[str, Any], budget: float) -> str:
    answers = result["series"]["polycore"]
    return f"{median(answer['steps'] for answer in answers if answer['budget'] == budget):,.0f}"


def _tried_text(result: dict[str, Any]) -> str:
    settings = [trial["settings"] for trial in result["tried"][PEERS[0]]]
    chosen = [
        f"{peer} at {budget} s: {_shape(each)}, batch {each['batch_size']}, rate {each['learning_rate']:g}"
        for peer in PEERS
        for budget, each in result["chosen"][peer].items()
    ]
    return TRIED.format(
        shapes=" or ".join(sorted({_shape(each) for each in settings})),
        sizes=" or ".join(sorted({str(each["batch_size"]) for each in settings})),
        rates=" or ".join(sorted({f"{each['learning_rate']:g}" for each in settings})),
        chosen="; ".join(chosen),
    )


def _shape(settings: Settings) -> str:
    return "-".join(map(str, settings["hidden"]))
