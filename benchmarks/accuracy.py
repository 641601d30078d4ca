"""Held-out accuracy over processor time: how good a network is after some seconds on one core."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import groupby, product
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

import polycore as pc
from benchmarks.peers import (
    ScikitTraining,
    TorchOnRecorded,
    TorchTraining,
    Training,
    TrainingOnRecorded,
)
from benchmarks.recorded import recorded
from benchmarks.result import described
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved
from polycore.training.update_rules import rates as update_rates

TITLE = "Held-out accuracy over processor time"
BUDGETS: tuple[float, ...] = (0.5, 1, 2, 5, 10, 30)  # seconds of processor time
SEEDS: tuple[int, ...] = (0, 1, 2, 3, 4)
GOALS = {0.5: 0.994, 1: 0.997, 10: 0.9995}  # of the mean, by budget
WORST_BELOW = 0.001  # how far the worst seed may be below the goal
BUDGETS_AHEAD: tuple[float, ...] = (1, 2, 5, 10, 30)  # at which the mean is to be higher than each peer's

# A peer's settings are chosen with a separate seed, in trials of 2 s for budgets up to 2 s, else of 10 s.
TRIAL_SEED = 100
TRIAL_BUDGETS: tuple[float, ...] = (2, 10)
SHAPES = (pc.Experiment.recommended().hidden, (64, 64), (128, 128))
BATCH_SIZES = (256, 512)
RATES = (0.003, 0.01)
PEERS = ("PyTorch", "scikit-learn", "JAX")
STEPS_BETWEEN_RATES = 16  # after so many steps a peer sets its learning rate by the clock
STEPS_OF_A_SCAN = 64  # the same for JAX, whose calls cost more

OURS = ("polycore", "polycore, points as the peers'")
ON_RECORDED = {"PyTorch": "PyTorch, polycore's points", "JAX": "JAX, polycore's points"}
FACTORS = (0.125, 0.25, 0.5, 1.0)  # of polycore's learning rate
FALLS = ("as polycore's", "cosine")  # how the learning rate falls: the second without a warm-up
LONGEST_RECORDED = 10  # seconds: a run whose points are recorded takes twice as long itself

# polycore's steps are limited, and not its seconds: trials tell how many steps fit. The first trial is
# short; the others have this share of the steps, but take a second at least, or as long as the budget. Their
# median counts: of one alone the speed was wrong by up to a tenth.
FIRST_TRIAL, TRIAL_SHARE, TRIALS = 640, 0.2, 3
AIMED_AT, MOST_OF_BUDGET = 0.99, 1.02  # of the budget: what the steps are chosen for, and what they may use
# A machine's speed can change between the trials and the run. A run that used less than this share of its
# budget, or more than MOST_OF_BUDGET, is repeated with as many steps as fit at its own speed, up to so many
# runs in all.
LEAST_OF_BUDGET, ATTEMPTS = 0.96, 4
SHORT, TURNS = 1, 5  # each run of up to so many seconds has so many turns; the median accuracy counts

HELD_OUT_SEED, HELD_OUT_PER_CLASS = 2_000_000, 2500  # 30,000 points

TEXT = """\
The task has twelve polynomials. Each contender trains on one thread within a budget of processor time, which
counts all its threads. Then the accuracy of its last weights is measured on {points:,} points that were not
trained on; this time is not counted. polycore runs `pc.Experiment.recommended()` with as many steps as fit
{aimed:.0%} of the budget at the median speed of {trials} trials, in batches of 400, with a learning rate of
0.045 · (3000 / steps)^0.3, at most 0.07, that rises over a tenth of the steps; and a second time with points
and batches as the peers have them: uniform in x, and of constant size. Where the machine's speed changed, so
that a run used less than {least:.0%} of its budget or more than {most:.0%}, it is repeated with as many steps
as fit at its own speed. PyTorch (fused Adam), scikit-learn (`partial_fit` with 16 fresh batches per call, its
faster way) and JAX (64 steps in one compiled `lax.scan`, which draws their points) use the best of the
settings below for each budget. They set their learning rate by the clock, so that it falls along a cosine
that ends with the budget. Their networks are created, and JAX's scan is compiled, before the time starts.
Every contender has {turns} turns with each seed and each budget up to {short:g} s, and the run of median
accuracy counts.

polycore's points depend on the network that learns from them. In two rows PyTorch and JAX train the same
network on points that were recorded from a run of polycore with as many steps as they take; recording and
handing over the points is not counted. Their learning rate is {factors} times polycore's. It
falls as polycore's does, after a warm-up, or along a cosine without one. The combination that was best in
trials of {trial:g} s is used: {chosen_of_recorded}. The batches are polycore's. So these rows differ from
polycore's own by the optimizer, Adam in place of SOAP, by that learning rate, and by points that follow the
errors of another network. From the peers' own rows they differ by the points, by the learning rate, by the
sizes of the batches, and by the network where a peer chose another one."""
FOOT = """\
The mean of {seeds} seeds, with the worst in brackets; recorded points up to {recorded:g} s. The seconds that
the recommended experiment used, by budget: {used}; its steps: {steps}. A goal counts as reached only if the
seconds are at most {most:.0%} of the budget.

The wall time of the runs with a budget of {longest:g} s, in s: {walls}. To create its
network and to compile, JAX took {compiled} s."""
RENEWED = """\
The rows {names} were measured again by themselves, later than the others, with: {machine}."""
TRIED = """\
All combinations of these settings were tried with each peer that draws its own points: hidden layers
{shapes}; batches of {sizes}; highest learning rate {rates}. Chosen: {chosen}."""

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
    of_recorded = _tried_on_recorded(budgets[-1] if quick else TRIAL_BUDGETS[0])
    chosen = {peer: {str(budget): _best(tried[peer], budget) for budget in budgets} for peer in PEERS}
    return {
        "budgets": budgets,
        "seeds": seeds,
        "tried": tried,
        "chosen": chosen,
        "of_recorded": of_recorded,
        "series": _series(chosen, of_recorded, budgets, seeds),
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


def _tried_on_recorded(budget: float) -> dict[str, Settings]:
    """Return the best learning rate of each peer on recorded points: a factor of polycore's, and its fall."""
    settings = [{"factor": factor, "fall": fall} for factor, fall in product(FACTORS, FALLS)]
    questions = [{"seed": TRIAL_SEED, "budget": budget} | each for each in settings]
    contenders = [Contender(peer, f"{__name__}:on_recorded", {"name": peer}) for peer in ON_RECORDED]
    return {
        peer: max(zip(answers, settings, strict=True), key=lambda each: each[0]["accuracy"])[1]
        for peer, answers in interleaved(contenders, questions).series.items()
    }


def _series(
    chosen: dict[str, dict[str, Settings]],
    of_recorded: dict[str, Settings],
    budgets: tuple[float, ...],
    seeds: tuple[int, ...],
) -> dict[str, list[dict[str, Any]]]:
    contenders = [
        *_ours(),
        *(
            Contender(peer, f"{__name__}:chosen_peer", {"name": peer, "chosen": chosen[peer]})
            for peer in PEERS
        ),
        *(
            Contender(name, f"{__name__}:on_recorded", {"name": peer} | of_recorded[peer])
            for peer, name in ON_RECORDED.items()
        ),
    ]
    return _answers(contenders, budgets, seeds)


def _ours() -> list[Contender]:
    return [Contender(name, f"{__name__}:polycore", {"name": name}) for name in OURS]


def _answers(
    contenders: list[Contender], budgets: Iterable[float], seeds: Iterable[int]
) -> dict[str, list[dict[str, Any]]]:
    questions = [
        {"seed": seed, "budget": budget}
        for budget, seed in product(budgets, seeds)
        for _ in range(TURNS if budget <= SHORT else 1)
    ]
    return {
        name: _medians(
            question | answer
            for question, answer in zip(questions, answers, strict=True)
            if answer is not None
        )
        for name, answers in interleaved(contenders, questions).series.items()
    }


def _medians(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answer of median accuracy of each budget and seed, whose answers are side by side."""
    groups = groupby(answers, key=lambda answer: (answer["budget"], answer["seed"]))
    ordered = [sorted(group, key=lambda answer: answer["accuracy"]) for _, group in groups]
    return [group[len(group) // 2] for group in ordered]


def renewed(result: dict[str, Any], machine: dict[str, str]) -> dict[str, Any]:
    """Return the result with the rows of OURS measured again, on `machine`, and the peers' as they were."""
    ours = _answers(_ours(), result["budgets"], result["seeds"])
    return result | {"series": result["series"] | ours, "renewed": machine}


def polycore(name: str) -> Callable[..., Answer]:
    """Return a measurement of one of OURS within a budget."""
    return within_budgets(pc.Experiment.recommended if name == OURS[0] else _with_points_as_peers)


def _with_points_as_peers(steps: int) -> pc.Experiment:
    return replace(pc.Experiment.recommended(steps), sampling="random", growing_batches=False)


def within_budgets(experiment_of: Callable[[int], pc.Experiment]) -> Callable[..., Answer]:
    """Return a measurement of the experiment of so many steps, with as many as fit AIMED_AT of a budget."""

    def seconds(steps: int) -> float:
        began = process_time()
        _trained(experiment_of(steps))
        return process_time() - began

    def trained(seed: int, steps: int) -> Answer:
        began, wall = process_time(), perf_counter()
        run = _trained(replace(experiment_of(steps), seed=seed))
        used = {"seconds": process_time() - began, "wall_seconds": perf_counter() - wall}
        points, labels = held_out()
        return used | {"steps": steps, "accuracy": float((run.current.predict(points) == labels).mean())}

    def measure(seed: int, budget: float) -> Answer:
        return fitting(partial(trained, seed), _affordable(seconds, AIMED_AT * budget), budget)

    seconds(FIRST_TRIAL)  # warm
    return measure


def fitting(measure: Callable[[int], Answer], steps: int, budget: float) -> Answer:
    """Return the answer of the run, of so many steps at first, that used its budget.

    If none of ATTEMPTS did, it is the one whose seconds were nearest to what the steps were chosen for.
    """
    answers: list[Answer] = []
    while len(answers) < ATTEMPTS:
        answers.append(measure(steps))
        used = answers[-1]["seconds"] / budget
        if LEAST_OF_BUDGET <= used <= MOST_OF_BUDGET:
            return answers[-1]
        steps = max(1, round(steps * AIMED_AT / used))
    return min(answers, key=lambda answer: abs(answer["seconds"] / budget - AIMED_AT))


def _affordable(seconds: Callable[[int], float], budget: float) -> int:
    """Return how many steps fit the budget; `seconds` takes so many steps, and returns how long it took."""
    steps = round(FIRST_TRIAL * budget / seconds(FIRST_TRIAL))
    trial = max(1, round(steps * max(TRIAL_SHARE, min(1, 1 / budget))))
    return max(1, round(trial * budget / median(seconds(trial) for _ in range(TRIALS))))


def _trained(experiment: pc.Experiment) -> pc.Run:
    return pc.advance(pc.start(experiment), experiment.steps)


def on_recorded(name: str, factor: float = 1.0, fall: str = FALLS[0]) -> Callable[..., Answer | None]:
    """Return a measurement of a peer on points recorded from polycore; None of too long a budget.

    factor: of polycore's learning rate. fall: one of FALLS. A question may have its own.
    """

    def measure(seed: int, budget: float, factor: float = factor, fall: str = fall) -> Answer | None:
        if budget > LONGEST_RECORDED:
            return None
        seconds = partial(_seconds_on_recorded, name)
        steps = _affordable(seconds, AIMED_AT * budget)
        return fitting(partial(_on_recorded, name, seed, factor, fall), steps, budget)

    _seconds_on_recorded(name, FIRST_TRIAL)  # warm
    return measure


def _seconds_on_recorded(name: str, steps: int) -> float:
    return _on_recorded(name, TRIAL_SEED, 1, FALLS[0], steps)["seconds"]


def _on_recorded(name: str, seed: int, factor: float, fall: str, steps: int) -> Answer:
    experiment = replace(pc.Experiment.recommended(steps), seed=seed)
    training, rates = _training_on_recorded(name, experiment), _rates(experiment, fall)
    used, wall, step = 0.0, 0.0, 0
    for batches in recorded(experiment, STEPS_OF_A_SCAN):
        training.give(batches)
        began, wall_began = process_time(), perf_counter()
        training.take(factor * rates[step])
        used, wall = used + process_time() - began, wall + perf_counter() - wall_began
        step += len(batches)
    accuracy = training.accuracy(*held_out())
    return {"seconds": used, "wall_seconds": wall, "steps": steps, "accuracy": accuracy}


def _rates(experiment: pc.Experiment, fall: str) -> list[float]:
    """Return the learning rate of each step."""
    if fall == FALLS[0]:
        return list(update_rates(experiment, 0, experiment.steps))
    return [experiment.learning_rate * _cosine(step / experiment.steps) for step in range(experiment.steps)]


def _training_on_recorded(name: str, experiment: pc.Experiment) -> TrainingOnRecorded:
    if name == "PyTorch":
        return TorchOnRecorded(experiment)
    from benchmarks.jax_peer import JaxOnRecorded

    return JaxOnRecorded(experiment)


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
        training.set_rate(highest * _cosine(spent / budget))
        training.take(STEPS_BETWEEN_RATES)
    return spent


def _cosine(progress: float) -> float:
    """Return the share of the highest learning rate at a progress from 0 to 1."""
    return 0.5 * (1 + math.cos(math.pi * progress))


def held_out() -> tuple[Any, Any]:
    """Return the points (N, 2) and labels (N,) on which every network is measured."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    return pc.sample(pc.TUTORIAL_POLYNOMIALS, HELD_OUT_PER_CLASS, rng)


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    return [
        TEXT.format(
            points=HELD_OUT_PER_CLASS * 12,
            aimed=AIMED_AT,
            trials=TRIALS,
            least=LEAST_OF_BUDGET,
            most=MOST_OF_BUDGET,
            turns=TURNS,
            short=SHORT,
            factors=" or ".join(f"{factor:g}" for factor in FACTORS),
            trial=TRIAL_BUDGETS[0],
            chosen_of_recorded="; ".join(
                f"{peer} {each['factor']:g} and {each['fall']}"
                for peer, each in result["of_recorded"].items()
            ),
        ),
        "",
        "![Share of held-out points with a wrong answer over processor time](benchmarks-accuracy.svg)",
        "",
        *table(("", *(f"{budget:g} s" for budget in result["budgets"])), _accuracy_rows(result)),
        "",
        *_renewed_lines(result),
        FOOT.format(
            seeds=len(result["seeds"]),
            recorded=LONGEST_RECORDED,
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
    reached = [_goal(result, budget) for budget in result["budgets"] if budget in GOALS]
    compared = [budget for budget in result["budgets"] if budget in BUDGETS_AHEAD]
    ahead = [budget for budget in compared if _ahead(result, budget) and _within(result, budget)]
    return [
        *reached,
        (
            "held-out accuracy over time",
            f"higher than each peer's own at {', '.join(f'{budget:g}' for budget in compared)} s",
            f"higher within the budget at {len(ahead)} of {len(compared)}",
            ahead == compared,
        ),
    ]


def _goal(result: dict[str, Any], budget: float) -> tuple[str, str, str, bool]:
    goal, accuracies = GOALS[budget], _accuracies(result, OURS[0], budget)
    worst, mean = min(accuracies), sum(accuracies) / len(accuracies)
    return (
        f"held-out accuracy at {budget:g} s",
        f"{100 * goal:g}% on average, the worst seed within {100 * WORST_BELOW:g}",
        f"{mean:.2%}, the worst {worst:.2%}, in {_seconds(result, budget).median:.2f} s",
        mean >= goal and worst >= goal - WORST_BELOW and _within(result, budget),
    )


def _ahead(result: dict[str, Any], budget: float) -> bool:
    peers = max(_mean(result, peer, budget) for peer in PEERS)
    return _mean(result, OURS[0], budget) > peers


def _within(result: dict[str, Any], budget: float) -> bool:
    return _seconds(result, budget).median <= MOST_OF_BUDGET * budget


def _longest(result: dict[str, Any]) -> float:
    """Return the longest budget with a goal."""
    with_goals: list[float] = [budget for budget in result["budgets"] if budget in GOALS]
    return max(with_goals)


def _walls(result: dict[str, Any]) -> str:
    longest = _longest(result)
    spreads = {
        name: Spread.of([each["wall_seconds"] for each in answers if each["budget"] == longest])
        for name, answers in result["series"].items()
    }
    return "; ".join(f"{name} {spread.shown(1)}" for name, spread in spreads.items())


def _seconds(result: dict[str, Any], budget: float) -> Spread:
    """Return the processor time that the recommended experiment used."""
    answers = result["series"][OURS[0]]
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
            *(_shown(_accuracies(result, name, budget)) for budget in result["budgets"]),
        ]
        for name in result["series"]
    ]


def _shown(accuracies: list[float]) -> str:
    return f"{sum(accuracies) / len(accuracies):.2%} ({min(accuracies):.2%})" if accuracies else ""


def _steps(result: dict[str, Any], budget: float) -> str:
    answers = result["series"][OURS[0]]
    return f"{median(answer['steps'] for answer in answers if answer['budget'] == budget):,.0f}"


def _renewed_lines(result: dict[str, Any]) -> list[str]:
    """Return what is to be said of rows that were measured again; nothing if none were."""
    machine = result.get("renewed")
    return (
        []
        if machine is None
        else [
            RENEWED.format(names=" and ".join(f'"{name}"' for name in OURS), machine=described(machine)),
            "",
        ]
    )


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
