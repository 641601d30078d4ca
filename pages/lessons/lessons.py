"""The fifteen short lessons: the set-ups of each, what to do, what to see, and what is missing.

The figures in their texts were measured with these set-ups; tests/pages/test_lessons.py measures them again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pages.lessons import checks, continuing
from pages.lessons.checks import CLEARLY, MANY_STEPS, VISIBLY
from pages.lessons.situation import TRAINING, SetUp, Situation, key_of
from pages.models.shown_network import ShownNetwork
from pages.state.page_links import COMPARE, INSIDE, PREDICT
from pages.state.session_value import Lessons, Session
from polycore import formatting
from polycore.formatting import loss_text
from polycore.model.neurons import dead_count
from polycore.training.history import History

MOST_BROKEN = 12  # networks changed by hand that are remembered


@dataclass(frozen=True)
class PageLink:
    """A link to a page on which the lesson continues."""

    page: str
    label: str
    icon: str


@dataclass(frozen=True)
class Watched:
    """The figure to watch in a lesson: its name, and its text for a network; "" if it is not known."""

    label: str
    text: Callable[[ShownNetwork], str]


@dataclass(frozen=True)
class Lesson:
    """A guided lesson. It begins on Train with the first of its set-ups.

    name: its name in the address.
    about: one sentence for its card.
    do, see: one sentence each for its panel.
    why: the explanation, shown once it has been seen.
    check: takes a situation and the set-ups, and returns what is missing in a sentence or two, or "".
    watched: the figure to watch.
    """

    name: str
    title: str
    icon: str
    about: str
    do: str
    see: str
    why: str
    set_ups: tuple[SetUp, ...]
    check: Callable[..., str]
    watched: Watched
    links: tuple[PageLink, ...] = ()

    def missing(self, situation: Situation) -> str:
        """Return what the user has not done yet in that situation; "" once the lesson has been seen."""
        return self.check(situation, *self.set_ups)


def named(name: str | None) -> Lesson | None:
    """Return the lesson with that name in the address; None if there is none."""
    return next((lesson for lesson in LESSONS if lesson.name == name), None)


def number(lesson: Lesson) -> int:
    """Return the number of the lesson, from 1."""
    return LESSONS.index(lesson) + 1


def noted(now: Session) -> Lessons:
    """Return the lessons with what they need of the networks that the session keeps now.

    Call it whenever a page is drawn, before another network is kept: that may replace one of these.
    """
    situation = Situation(now, page="")
    runs = {key: situation.longest_run(key) for key in map(key_of, EXPERIMENTS)}
    broken = dict.fromkeys((*now.lessons.broken, *situation.changed_by_hand(continuing.WHOLE)))
    return replace(
        now.lessons,
        runs={key: run for key, run in runs.items() if run.steps > 0},
        broken=tuple(broken)[-MOST_BROKEN:],
    )


def earlier_run(now: Session) -> tuple[str, History] | None:
    """Return name and history of the kept run of another set-up of the current lesson; None without one.

    The charts show it beside the present run.
    """
    lesson, view = named(now.lessons.current), now.run_view
    if lesson is None or view is None:
        return None
    situation = Situation(now, TRAINING)
    names = [set_up for set_up in lesson.set_ups if situation.run(set_up.experiment) is None]
    if len(names) == len(lesson.set_ups) or view.run.earlier:
        return None  # a run that continued shows its past itself
    runs = [(set_up.name, situation.kept(set_up.experiment)) for set_up in names]
    histories = ((name, kept.whole_history) for name, kept in runs if kept)
    return next(((name, history) for name, history in histories if history is not None), None)


def _held_out(network: ShownNetwork) -> str:
    held_out = network.model.held_out_accuracy
    return "" if held_out is None or network.loss is None else formatting.percent(held_out)


def _dead_text(network: ShownNetwork) -> str:
    if network.experiment is None:
        return ""
    neurons = sum(network.model.widths[1:-1])
    return f"{dead_count(network.model, network.experiment)} of {neurons}"


def _both(network: ShownNetwork) -> str:
    held_out = _held_out(network)
    return held_out and f"{formatting.percent(network.model.accuracy)} / {held_out}"


HELD_OUT = Watched("Held-out accuracy", _held_out)
LOSS = Watched("Loss", lambda network: "" if network.loss is None else loss_text(network.loss))

LESSONS = (
    Lesson(
        name="crossing",
        title="A point at a crossing",
        icon=":material/alt_route:",
        about="Why nobody can tell which curve a point comes from if two curves meet there.",
        do="Press Start, then ask about the point x = 0, y = 0 on Predict.",
        see="There the probabilities of x and \N{MINUS SIGN}x are about equal, however long the network "
        "trains.",
        why="Both curves pass through that point, so even odds are the right answer. This is why the best "
        "possible accuracy is below 100\u00a0%.",
        set_ups=(SetUp("The three curves", checks.CROSSING),),
        check=checks.asked_at_the_crossing,
        watched=HELD_OUT,
        links=(PageLink(PREDICT, "Ask on Predict", ":material/ads_click:"),),
    ),
    Lesson(
        name="search",
        title="Random search vs. gradient descent",
        icon=":material/trending_down:",
        about="Why random search is slow, and what a gradient adds.",
        do=f"Start random search; after {MANY_STEPS:,} steps load Adam below and start that.",
        see="After a few hundred steps, Adam's loss is below that of random search.",
        why="Random search learns from a step only whether it helped. The gradient says for every weight "
        "in which direction the loss falls, and how steeply.",
        set_ups=(SetUp("Random search", checks.SEARCH), SetUp("Adam", checks.GRADIENT)),
        check=checks.gradient_is_ahead,
        watched=LOSS,
        links=(PageLink(COMPARE, "Race them on Compare", ":material/flag:"),),
    ),
    Lesson(
        name="scaling",
        title="Scaling the inputs",
        icon=":material/straighten:",
        about="How standardized inputs help a network.",
        do="Start with the inputs as they are, then load the standardized ones below and start again.",
        see="Held-out accuracy ends near 43\u00a0% with the inputs as they are, near 98\u00a0% with "
        "standardized ones.",
        why="An x from 100 to 102 hardly varies compared with its size. With mean 0 and standard "
        "deviation 1 both inputs count, and one learning rate suits all weights.",
        set_ups=(SetUp("As they are", checks.UNSCALED), SetUp("Standardized", checks.SCALED)),
        check=checks.better_by(CLEARLY),
        watched=HELD_OUT,
    ),
    Lesson(
        name="dead",
        title="Dead neurons",
        icon=":material/sensors_off:",
        about="How too high a learning rate kills neurons for good.",
        do="Start with a learning rate of 1, and watch the number of dead neurons here.",
        see="More than half of the 32 neurons die within the first few hundred steps.",
        why="Too long a step moves a neuron's fold beyond all points: ReLU then gives 0 everywhere, and "
        "no gradient brings it back. With 0.01 the neurons stay alive.",
        set_ups=(SetUp("Learning rate 1", checks.TOO_FAST), SetUp("0.01", checks.SLOWER)),
        check=checks.most_are_dead,
        watched=Watched("Dead neurons", _dead_text),
    ),
    Lesson(
        name="small",
        title="When a network is too small",
        icon=":material/compress:",
        about="What two hidden neurons cannot do, however long they train.",
        do="Start with two hidden neurons, then load 32 below and start again.",
        see="With two neurons the map has few straight pieces and the accuracy is near 40\u00a0%; 32 reach "
        "about 90\u00a0%.",
        why="Each neuron adds one fold to the map. Two folds cannot follow twelve curves, with any "
        "optimizer and any number of steps.",
        set_ups=(SetUp("2 neurons", checks.TWO_NEURONS), SetUp("32 neurons", checks.MORE_NEURONS)),
        check=checks.better_by(CLEARLY),
        watched=HELD_OUT,
    ),
    Lesson(
        name="by-heart",
        title="Memorizing the data",
        icon=":material/menu_book:",
        about="How a large network learns 100 noisy points by heart, and what that is worth.",
        do="Press Start, and watch how the two accuracies in the chart separate.",
        see="Training accuracy exceeds the best possible, 81.6\u00a0%, and ends at 100\u00a0%; held-out "
        "accuracy stays below it.",
        why="This is overfitting: the network has learned the noise of its 100 points. 10,000 are too "
        "many to learn by heart, so the two accuracies come together.",
        set_ups=(SetUp("100 samples", checks.BY_HEART), SetUp("10,000 samples", checks.MANY_SAMPLES)),
        check=checks.learned_by_heart,
        watched=Watched("Training / held-out accuracy", _both),
    ),
    Lesson(
        name="referee",
        title="Noise and the referee",
        icon=":material/sports:",
        about="How good any answer can be if noise blurs the curves.",
        do='Press Start, then choose "Referee" or "Differences" for the map.',
        see="Held-out accuracy ends within two percentage points of the best possible, 89.7\u00a0%.",
        why="The referee knows the curves and the noise and chooses the most likely curve: no network "
        "does better on new points, and this one is nearly as good.",
        set_ups=(SetUp("Three noisy curves", checks.NOISY),),
        check=checks.as_good_as_the_referee,
        watched=HELD_OUT,
    ),
    Lesson(
        name="folds",
        title="How ReLU folds the plane",
        icon=":material/layers:",
        about="What a hidden neuron is: one straight fold across the plane.",
        do="Press Start, open Inside when the map hardly changes any more, and choose neuron after neuron.",
        see="Each neuron has a line: on its orange side ReLU makes it 0, on its blue side it grows evenly.",
        why="Between the folds the network is linear, so its borders are straight there and bend only at "
        "folds: six folds are enough for these three curves.",
        set_ups=(SetUp("Six neurons", checks.FOLDED),),
        check=checks.folds_are_shown,
        watched=HELD_OUT,
        links=(PageLink(INSIDE, "Look inside", ":material/hub:"),),
    ),
    Lesson(
        name="raise",
        title="A learning rate raised midway",
        icon=":material/speed:",
        about="What happens if the steps become a hundred times longer in the middle of training.",
        do='Press Start; at the end load 0.1 below and press "Continue with these settings".',
        see="The loss jumps up at the mark, then falls below where it was: from 0.15 to less than 0.11.",
        why="Long steps overshoot at first, so the loss rises. With the cosine schedule they become shorter "
        "again, and 5,000 such steps get further than 5,000 more of the short ones, which end near 0.115.",
        set_ups=(
            SetUp("Learning rate 0.001", continuing.SLOW),
            SetUp("0.1, falling", continuing.RAISED),
        ),
        check=continuing.raised,
        watched=LOSS,
    ),
    Lesson(
        name="forget",
        title="Learning this, forgetting that",
        icon=":material/history_toggle_off:",
        about="What a network still knows of two lines after it has learned two parabolas.",
        do='Start with the lines; at the end load the parabolas below and press "Continue with these '
        'settings".',
        see="Accuracy on the lines falls from about 98\u00a0% to about 50\u00a0%, which is guessing, while "
        "the map turns to the parabolas.",
        why="Training changes all weights for the points it sees and protects nothing else. This is called "
        "catastrophic forgetting. To keep both, train on the points of both.",
        set_ups=(
            SetUp("Lines", continuing.LINES),
            SetUp("Parabolas", continuing.PARABOLAS),
        ),
        check=continuing.forgotten,
        watched=Watched("Accuracy on the lines", continuing.lines_text),
    ),
    Lesson(
        name="heal",
        title="A broken weight heals",
        icon=":material/healing:",
        about="What training does about a weight that somebody has spoiled.",
        do='Press Start. At the end change a weight on Inside until the loss is far higher, "Keep this as a '
        'model", then press "Continue from the network in use" on Train.',
        see="The loss begins where you left it, often above 1, and within some hundred steps is below 0.1.",
        why="Training does not know what was changed: it goes downhill from wherever the weights are. The "
        "healed weight seldom returns to its old value; the other weights compensate.",
        set_ups=(SetUp("Three curves", continuing.WHOLE),),
        check=continuing.healed,
        watched=LOSS,
        links=(PageLink(INSIDE, "Change a weight on Inside", ":material/hub:"),),
    ),
    Lesson(
        name="features",
        title="The right features make it linear",
        icon=":material/functions:",
        about="How a network without any hidden layer tells cubic curves apart.",
        do="Start with the inputs x and y, then load the powers below and start again.",
        see="With x and y the borders are straight lines and the accuracy stays near 73\u00a0%; with x² and "
        "x³ it ends near 100\u00a0%.",
        why="Without hidden layers every border is where a weighted sum of the inputs is 0. Of x and y that "
        "is a line; of x, y, x² and x³ it can be exactly the curve between two of these.",
        set_ups=(
            SetUp("x and y", checks.STRAIGHT),
            SetUp("With x² and x³", checks.POWERS),
        ),
        check=checks.better_by(CLEARLY),
        watched=HELD_OUT,
        links=(PageLink(INSIDE, "See the inputs", ":material/hub:"),),
    ),
    Lesson(
        name="smooth",
        title="Smooth or folded",
        icon=":material/waves:",
        about="What the borders of a network look like with tanh in place of ReLU.",
        do="Start with ReLU, then load tanh below and start again.",
        see="With ReLU the borders are straight pieces that meet in corners; with tanh they are smooth "
        "curves.",
        why="A ReLU neuron is linear on both sides of its fold. A tanh neuron bends everywhere, and most "
        "near its zero line. Six neurons of either kind are enough for these three curves.",
        set_ups=(SetUp("ReLU", checks.FOLDED), SetUp("tanh", checks.SMOOTH)),
        check=checks.all_are_good,
        watched=HELD_OUT,
    ),
    Lesson(
        name="weights",
        title="Small weights",
        icon=":material/balance:",
        about="How a penalty on large weights helps against 100 noisy points learned by heart.",
        do="Start without a penalty, then load the L2 penalty below and start again.",
        see="Training accuracy falls from 100\u00a0% to about 90\u00a0%, held-out accuracy rises from about "
        "85\u00a0% to about 90\u00a0%, as much as the noise allows.",
        why="To learn single points by heart a network needs sharp borders, and these need large weights. "
        "The penalty makes them expensive: what is left is the border that most points ask for.",
        set_ups=(
            SetUp("No penalty", checks.LARGE),
            SetUp("L2 penalty 0.01", checks.SMALL),
        ),
        check=checks.better_by(VISIBLY),
        watched=Watched("Training / held-out accuracy", _both),
    ),
    Lesson(
        name="dropout",
        title="Dropping neurons",
        icon=":material/blur_on:",
        about="How leaving out most neurons in every step helps a wide network.",
        do="Start with all 256 neurons in every step, then load dropout below and start again.",
        see="Held-out accuracy ends near 84\u00a0% with all of them, near 88\u00a0% if each step leaves out "
        "four of five.",
        why="A neuron that cannot count on any other must be of use by itself. When all answer, it is as if "
        "many small networks voted, and what only one of them learned by heart is outvoted.",
        set_ups=(SetUp("All neurons", checks.ALL), SetUp("Dropout 0.8", checks.DROPPED)),
        check=checks.better_by(VISIBLY),
        watched=Watched("Training / held-out accuracy", _both),
    ),
)

EXPERIMENTS = frozenset(set_up.experiment for lesson in LESSONS for set_up in lesson.set_ups)
