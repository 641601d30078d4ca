"""What the lessons train from initial weights, and what is missing until each has shown what it promises."""

import math
from collections.abc import Callable
from dataclasses import replace

from pages.inside import exercise_view, landscape_section, learning_view, network_choice, network_picture
from pages.lessons.situation import INSPECTING, PREDICTING, SetUp, Situation, Task
from pages.models import run_landscape
from pages.plane.referee import best_possible
from pages.predict import asked_point
from pages.run_view import map_view
from pages.state.view import View
from pages.wording.percent import percent
from polycore import INTRODUCTION_POLYNOMIALS, Experiment, Polynomial
from polycore.formatting import loss_text, number_text
from polycore.model.neurons import dead_count

NEAR = 0.05  # distance from the crossing within which a question about a point counts
MANY_STEPS = 20_000  # of random search: enough to see how slow it is
CLEARLY, VISIBLY = 0.2, 0.01  # differences of accuracies
GOOD = 0.9  # an accuracy
REFEREE_MARGIN = 0.02  # within which the network is as good as the referee
OPEN_INSIDE = "Open Inside, and choose neuron after neuron."
CHOOSE_NEURON = "Choose a neuron other than the first: press it in the picture."
OPEN_LEARNING = 'Open "How it learns" on Inside, and press "You compute it".'
COMPUTE = 'Press "You compute it".'
ANSWER_THREE = "Answer its three questions."
COMPUTE_AGAIN = 'The new weight came out wrong. Press "Another point", and try again.'
DRAW_LANDSCAPE = f'Press "{run_landscape.DRAW}".'
OPEN_LANDSCAPE = f'Open Inside, and press "{run_landscape.DRAW}".'
CHOOSE_REFEREE = 'Choose "Referee" or "Differences" for the map.'


def _polynomials(*formulas: str) -> tuple[Polynomial, ...]:
    return tuple(map(Polynomial.parse, formulas))


CROSSING = Experiment(
    polynomials=_polynomials("x", "-x", "x^2 + 0.5"),
    samples_per_class=None,
    noise=0.1,
    hidden=(16,),
    schedule="cosine",
    batch_size=256,
    steps=20_000,
)
SEARCH = replace(Experiment.tutorial(), steps=MANY_STEPS)
GRADIENT = replace(Experiment.tutorial(), optimizer="adam", learning_rate=0.01, steps=10_000)
SCALED = Experiment(
    polynomials=_polynomials("x - 100", "-x + 102", "0.5x - 50", "(x - 101)^2"),
    x_range=(100.0, 102.0),
    hidden=(16,),
    steps=20_000,
)
UNSCALED = replace(SCALED, standardize=False)
# it is watched at 100 steps a second: most are dead after 3 s, and that they stay so is seen within 20
TOO_FAST = Experiment(hidden=(32,), learning_rate=1.0, steps=2000)
SLOWER = replace(TOO_FAST, learning_rate=0.01)
TWO_NEURONS = Experiment(samples_per_class=None, hidden=(2,), batch_size=256, steps=20_000)
MORE_NEURONS = replace(TWO_NEURONS, hidden=(32,))
BY_HEART = Experiment(
    polynomials=_polynomials("x^2", "-x^2 + 1"),
    samples_per_class=50,
    noise=0.3,
    hidden=(64, 64),
    steps=6000,
)
MANY_SAMPLES = replace(BY_HEART, samples_per_class=5000, batch_size=256)
NOISY = Experiment(
    polynomials=_polynomials("x^2", "-x^2 + 1", "x - 1"),
    samples_per_class=None,
    noise=0.2,
    hidden=(16, 16),
    schedule="cosine",
    batch_size=256,
    steps=20_000,
)
STRAIGHT = Experiment(
    polynomials=_polynomials("x^3 + x^2 + 1", "x^3 + x^2", "x^3 + x^2 - 1"),
    samples_per_class=None,
    x_range=(-2.0, 1.0),
    noise=0.1,
    hidden=(),
    learning_rate=0.05,
    schedule="cosine",
    batch_size=128,
    steps=4000,
)
POWERS = replace(STRAIGHT, features=("x", "y", "x2", "x3"))
FOLDED = Experiment(
    polynomials=_polynomials("x^2", "-x^2 + 1", "x - 1"),
    samples_per_class=None,
    hidden=(6,),
    schedule="cosine",
    batch_size=128,
    steps=20_000,
    seed=1,
)
SMOOTH = FOLDED.with_activation("tanh")
LARGE = Experiment(
    polynomials=INTRODUCTION_POLYNOMIALS, samples_per_class=50, noise=1.0, hidden=(64, 64), steps=4000
)
SMALL = replace(LARGE, l2=0.01)
ALL = replace(LARGE, hidden=(256,))
DROPPED = replace(ALL, dropout=0.8)
# a step that is long enough to be seen in the digits of a weight, and short enough to be one of many
TINY = Experiment(
    polynomials=_polynomials("x^2", "x - 1"),
    samples_per_class=50,
    x_range=(-1.0, 2.0),
    hidden=(2,),
    optimizer="sgd",
    momentum=0.0,
    learning_rate=0.3,
    standardize=False,
    steps=400,
)
SOME_OF_TINY = 10  # steps, after which it pauses
# Without hidden neurons the loss has one valley, and noise keeps its lowest point from being infinitely far.
# Of so few steps each is on the landscape: the loss of too long ones repeats itself after some of them.
FITTING_STEPS = Experiment(
    polynomials=_polynomials("x", "x + 0.5"),
    samples_per_class=100,
    noise=0.5,
    hidden=(),
    optimizer="sgd",
    momentum=0.0,
    learning_rate=0.3,
    batch_size=None,
    steps=40,
)
SHORT_STEPS = replace(FITTING_STEPS, learning_rate=0.001)
LONG_STEPS = replace(FITTING_STEPS, learning_rate=10.0)
EVEN = Experiment(
    polynomials=_polynomials("x^3 - 3x", "-x", "x^2 - 2"),
    samples_per_class=None,
    x_range=(-2.2, 2.2),
    hidden=(32, 32),
    schedule="cosine",
    batch_size=128,
    steps=3000,
    sampling="even",
)
PRACTICED = replace(EVEN, sampling="errors")


def asked_at_the_crossing(situation: Situation, curves: SetUp) -> Task | None:
    """Return what is missing until a trained network is asked about the point at which two curves cross."""
    if task := situation.to_train(curves):
        return task
    if not situation.shows(curves.experiment):
        if situation.page == PREDICTING:
            return situation.to_choose(f'Another model is in use. Choose the model of "{curves.name}".')
        return situation.to_start(curves)
    if situation.asked is None:
        text = "Ask about the point x = 0, y = 0 on Predict, or press it on the map."
        return situation.once_finished(Task(text, PREDICTING, asked_point.PREFIX), curves)
    if math.hypot(*situation.asked) <= NEAR:
        return None
    x, y = (number_text(value, 3) for value in situation.asked)
    return Task(f"The point is x = {x}, y = {y}. Ask about x = 0, y = 0.", PREDICTING, asked_point.PREFIX)


def gradient_is_ahead(situation: Situation, search: SetUp, adam: SetUp) -> Task | None:
    """Return what is missing until Adam has a lower loss than many steps of random search."""
    if task := situation.to_train(search, MANY_STEPS) or situation.to_train(adam, 1):
        return task
    before, now = (situation.longest_run(one.experiment).loss for one in (search, adam))
    if now < before:
        return None
    losses = f"Adam's loss is {loss_text(now)}, random search's is {loss_text(before)}"
    return situation.further(adam, f"{losses}: it must fall below.")


def most_are_dead(situation: Situation, fast: SetUp, *_: SetUp) -> Task | None:
    """Return what is missing until the page shows a network more than half of whose neurons are dead."""
    view = situation.view_of(fast.experiment)
    if view is None or view.run.step == 0:
        return situation.to_start(fast)
    network, neurons = situation.network, sum(fast.experiment.hidden)
    if network is None or network.experiment is None or not situation.shows(fast.experiment):
        return situation.to_choose(f'This page shows another network. Choose the network of "{fast.name}".')
    dead = dead_count(network.model, network.experiment)
    if dead > neurons / 2:
        return None
    return situation.further(
        fast,
        f"Dead neurons in the network that is shown, {network.name}: {dead} of {neurons}. "
        "More than half must be dead.",
    )


def learned_by_heart(situation: Situation, few: SetUp, *_: SetUp) -> Task | None:
    """Return what is missing until the best possible accuracy is between the two of a network."""
    if task := situation.to_train(few):
        return task
    run, best = situation.longest_run(few.experiment), best_possible(few.experiment) or 0.0
    if run.accuracy > best > run.held_out_accuracy:
        return None
    return situation.further(
        few,
        f"Of its own points {percent(run.accuracy)} are right, of new ones "
        f"{percent(run.held_out_accuracy)}: {percent(best)}, the best possible, must be between them.",
    )


def as_good_as_the_referee(situation: Situation, curves: SetUp) -> Task | None:
    """Return what is missing until the map shows the referee beside a network that is as good."""
    if situation.view_of(curves.experiment) is None:
        return situation.to_start(curves)
    if task := situation.to_train(curves):
        return task
    if situation.session.view.map_view == "Network":
        return situation.once_finished(Task(CHOOSE_REFEREE, key=f"{map_view.KEY}."), curves)
    best = best_possible(curves.experiment) or 0.0
    held_out = situation.longest_run(curves.experiment).held_out_accuracy
    if best - held_out < REFEREE_MARGIN:
        return None
    return situation.further(
        curves,
        f"{percent(held_out)} of new points are right: it must come within two percentage points of "
        f"{percent(best)}, the best possible.",
    )


def folds_are_shown(situation: Situation, six: SetUp) -> Task | None:
    """Return what is missing until another neuron than the first is chosen on Inside."""
    if task := situation.to_train(six):
        return task
    if situation.page != INSPECTING:
        return situation.once_finished(Task(OPEN_INSIDE, INSPECTING, network_picture.KEY), six)
    if not situation.shows(six.experiment):
        return situation.to_choose(f'Inside shows another network. Choose the network of "{six.name}".')
    if situation.session.view.neuron == View().neuron:
        return Task(CHOOSE_NEURON, INSPECTING, network_picture.KEY)
    return None


def slope_is_descended(situation: Situation, short: SetUp, fitting: SetUp, long: SetUp) -> Task | None:
    """Return what is missing until steps of one length got lowest, and the landscape of a run is drawn."""
    for set_up in (short, fitting, long):
        if task := situation.to_train(set_up, FITTING_STEPS.steps):
            return task
    losses = [situation.longest_run(one.experiment).loss for one in (short, fitting, long)]
    if losses[1] > min(losses):
        others = " and ".join(loss_text(loss) for loss in (losses[0], losses[2]))
        is_at = f'"{fitting.name}" is at {loss_text(losses[1])}, the others at {others}'
        return situation.further(fitting, f"{is_at}: it must be lowest.")
    landscape = situation.session.drawings.landscape
    if landscape is not None and landscape.view.result is not None:
        return None
    text = DRAW_LANDSCAPE if situation.page == INSPECTING else OPEN_LANDSCAPE
    task = Task(text, INSPECTING, landscape_section.DRAW_KEY)
    return situation.once_finished(task, short, fitting, long)


def all_are_good(situation: Situation, *set_ups: SetUp) -> Task | None:
    """Return what is missing until networks of all set-ups know the curves."""
    for set_up in set_ups:
        if task := situation.to_train(set_up):
            return task
        held_out = situation.longest_run(set_up.experiment).held_out_accuracy
        if held_out <= GOOD:
            is_at = f'"{set_up.name}" is at {percent(held_out)}'
            return situation.further(set_up, f"{is_at}: more than {percent(GOOD)} is needed.")
    return None


def _compared(is_met: Callable[[float, float], bool], needed: str) -> Callable[..., Task | None]:
    """Return the check of a lesson that compares the held-out accuracies of two set-ups."""

    def missing(situation: Situation, first: SetUp, second: SetUp) -> Task | None:
        if task := situation.to_train(first) or situation.to_train(second):
            return task
        one, other = (situation.longest_run(each.experiment).held_out_accuracy for each in (first, second))
        if is_met(one, other):
            return None
        are_at = f'"{first.name}" is at {percent(one)}, "{second.name}" at {percent(other)}'
        return situation.to_train(first, first.experiment.steps) or situation.further(
            second, f"{are_at}: it must {needed}. Let both train to their ends."
        )

    return missing


def better_by(difference: float) -> Callable[..., Task | None]:
    """Return the check of a lesson whose second set-up has a held-out accuracy higher by that difference."""
    needed = f"be better by more than {100 * difference:g} percentage points"
    return _compared(lambda one, other: other - one > difference, needed)


mistakes_are_halved = _compared(
    lambda one, other: 1 - other < (1 - one) / 2, "make less than half as many mistakes"
)


def new_weight_is_computed(situation: Situation, tiny: SetUp) -> Task | None:
    """Return what is missing until the user has computed a new weight of a network that has learned a bit."""
    if task := situation.to_train(tiny, SOME_OF_TINY):
        return task
    view, run = situation.session.view, situation.view_of(tiny.experiment)
    if run is not None and run.is_active:
        return situation.once_finished(Task(OPEN_LEARNING))
    if situation.page != INSPECTING or view.inside_view != "How it learns":
        return Task(OPEN_LEARNING, INSPECTING, f"{network_choice.VIEW.name}.")
    if not situation.shows(tiny.experiment):
        return situation.to_choose(f'Inside shows another network. Choose the network of "{tiny.name}".')
    exercise = view.learning.exercise
    if exercise is None:
        return Task(COMPUTE, INSPECTING, exercise_view.COMPUTE_KEY)
    if exercise.is_over and exercise.right[-1]:
        return None
    text = COMPUTE_AGAIN if exercise.is_over else ANSWER_THREE
    is_asked = exercise.answer is None  # the verdict pushes it down
    return Task(text, INSPECTING, learning_view.TEXT_KEY if is_asked else exercise_view.NEXT_KEY)
