"""The short lessons: the set-ups of each, what it asks, what to do, what to see, and what is missing.

The figures in their texts were measured with these set-ups; tests/pages/test_lessons.py measures them again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pages.inside import landscape_section, learning_view, network_choice, network_picture, neuron_map
from pages.lessons import checks, continuing, questions
from pages.lessons.checks import CLEARLY, VISIBLY
from pages.lessons.question import Questions
from pages.lessons.situation import INSPECTING, TRAINING, SetUp, Situation, Task, key_of, others
from pages.models import from_link, model_in_use
from pages.models.shown_network import ShownNetwork
from pages.predict import prediction
from pages.run_view import map_view
from pages.run_view.progress import ACCURACY_KEY, LOSS_KEY, Compared
from pages.runs.pacing import UNPACED, Pacing
from pages.setup.controls import CONTINUE, START_NEW
from pages.state.page_links import COMPARE, INSIDE, PREDICT, VIEWS
from pages.state.session_value import Lessons, Session
from pages.state.setup import READY_MADE
from pages.state.view import MapLayer
from polycore import Experiment, formatting
from polycore.formatting import loss_text
from polycore.model.neurons import dead_count

MOST_BROKEN = 12  # networks changed by hand that are remembered


@dataclass(frozen=True)
class PageLink:
    """A link to a page on which the lesson continues.

    figure: the key of the figure there that the lesson is about; "" for none.
    view: that the page shows, by its value in the address; None for the one that it has shown last.
    """

    page: str
    label: str
    icon: str
    figure: str = ""
    view: str | None = None


@dataclass(frozen=True)
class Watched:
    """The figure to watch in a lesson.

    label: its name. text: returns its text for a network; "" if it is not known.
    figure: the key of the part of Train in which one sees it.
    """

    label: str
    text: Callable[[ShownNetwork], str]
    figure: str


@dataclass(frozen=True)
class Lesson:
    """A guided lesson. It begins on Train with the first of its set-ups.

    name: its name in the address.
    title, about: for its card; about is one sentence.
    do: what to do, in one sentence or two. Neither this nor title and about say what comes of it.
    see, why: what comes of it, in one sentence, and the explanation. They are to be read after a guess.
    questions: what it asks before Start, and at its end.
    check: takes a situation and the set-ups, and returns what to do next, or None.
    watched: the figure to watch.
    layers: what lies on the map as it begins.
    pacing: how its runs go unless the user chooses otherwise.
    at_pause: what to do when a run pauses by itself, and the lesson ends with it; "" to resume it.
    """

    name: str
    title: str
    icon: str
    about: str
    do: str
    see: str
    why: str
    questions: Questions
    set_ups: tuple[SetUp, ...]
    check: Callable[..., Task | None]
    watched: Watched
    links: tuple[PageLink, ...] = ()
    layers: tuple[MapLayer, ...] = ()
    pacing: Pacing = UNPACED
    at_pause: str = ""

    def task(self, situation: Situation) -> Task | None:
        """Return what the user does next in that situation; None once the lesson has been seen."""
        task: Task | None = self.check(replace(situation, set_ups=self.set_ups), *self.set_ups)
        if task is None or not task.page == situation.page == INSPECTING:
            return task
        view = next(VIEWS[INSIDE][one.view] for one in self.links if one.page == INSIDE and one.view)
        if view == situation.session.view.inside_view:
            return task
        return Task(f'Choose "{view}".', INSPECTING, f"{network_choice.VIEW.name}.")


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
    view, name, closed = now.run_view, now.lessons.current, now.lessons.closed
    has_begun = view is not None and now.has_run_of_lesson and (view.is_active or view.run.step > 0)
    if name is not None and (has_begun or from_link.is_of_set_up(now)):
        closed = closed | {name}
    situation = Situation(now, page="")
    # of all others nothing is known
    known = {key_of(one.experiment) for one in now.models.kept if one.experiment} | set(now.lessons.runs)
    runs = {key: situation.longest_run(key) for key in map(key_of, EXPERIMENTS) if key in known}
    broken = dict.fromkeys((*now.lessons.broken, *situation.changed_by_hand(continuing.WHOLE)))
    return replace(
        now.lessons,
        runs={key: run for key, run in runs.items() if run.steps > 0},
        broken=tuple(broken)[-MOST_BROKEN:],
        closed=closed,
    )


def compared(now: Session) -> Compared:
    """Return the kept runs of the lesson's other set-ups, with which the charts compare the present run.

    There are none to compare with a run that continued other weights: it shows its past itself.
    """
    lesson, view = named(now.lessons.current), now.run_view
    if lesson is None or view is None or others(view.run.earlier, view.run.experiment):
        return None
    situation = Situation(now, TRAINING)
    kept = {one.name: situation.kept(one.experiment) for one in lesson.set_ups}
    own = next((one.name for one in lesson.set_ups if situation.view_of(one.experiment)), None)
    known = {name: one.whole_history for name, one in kept.items() if one and name != own}
    histories = {name: history for name, history in known.items() if history is not None}
    return (own, histories) if own and histories else None


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


PANEL = "lesson.watch"
HELD_OUT = Watched("New points right", _held_out, ACCURACY_KEY)
ON_MAP = replace(HELD_OUT, figure=map_view.MAP_KEY)
LOSS = Watched("Loss", lambda network: "" if network.loss is None else loss_text(network.loss), LOSS_KEY)
BOTH = Watched("Training / new points right", _both, ACCURACY_KEY)

LESSONS = (
    Lesson(
        name="crossing",
        title="A point at a crossing",
        icon=":material/alt_route:",
        about="Which curve a point comes from if two curves meet there.",
        do="Press Start, then ask about the point x = 0, y = 0 on Predict.",
        see="There the probabilities of x and \N{MINUS SIGN}x are about equal, however long the network "
        "trains.",
        why="Both curves pass through that point, so even odds are the right answer. Noise makes points "
        "around it doubtful too: so the best possible accuracy is below 100\u00a0%.",
        questions=questions.CROSSING,
        set_ups=(SetUp("The three curves", checks.CROSSING),),
        check=checks.asked_at_the_crossing,
        watched=ON_MAP,
        links=(PageLink(PREDICT, "Ask on Predict", ":material/ads_click:", prediction.MAP_KEY),),
    ),
    Lesson(
        name="search",
        title="Random search vs. gradient descent",
        icon=":material/trending_down:",
        about="Two ways to train: random changes, and steps along a gradient.",
        do=f'Press Start for random search. When it has finished, press "Adam", then "{START_NEW}".',
        see="After a few hundred steps, Adam has a lower loss than random search.",
        why="Random search learns from a step only whether it helped. The gradient says for every weight "
        "in which direction the loss falls, and how steeply.",
        questions=questions.SEARCH,
        set_ups=(SetUp("Random search", checks.SEARCH), SetUp("Adam", checks.GRADIENT)),
        check=checks.gradient_is_ahead,
        watched=LOSS,
        links=(PageLink(COMPARE, "Race them on Compare", ":material/flag:", "race.lanes", "race"),),
    ),
    Lesson(
        name="scaling",
        title="Scaling the inputs",
        icon=":material/straighten:",
        about="What it matters to a network how large its inputs are.",
        do=f'Press Start. When it has finished, press "Standardized", then "{START_NEW}".',
        see="About 45\u00a0% of new points end up right with the inputs as they are, 98\u00a0% with "
        "standardized ones.",
        why="An x from 100 to 102 hardly varies compared with its size, and no learning rate makes up for "
        "that. Standardizing shifts it to around 0, where all of it is difference.",
        questions=questions.SCALING,
        set_ups=(SetUp("As they are", checks.UNSCALED), SetUp("Standardized", checks.SCALED)),
        check=checks.better_by(CLEARLY),
        watched=HELD_OUT,
    ),
    Lesson(
        name="dead",
        title="Dead neurons",
        icon=":material/sensors_off:",
        about="What too high a learning rate does to neurons.",
        do="Press Start, and watch the number of dead neurons here.",
        see="More than half of the 32 neurons die within the first few hundred steps.",
        why="Too long a step moves a neuron's fold beyond all points: ReLU then gives 0 everywhere, and "
        "no gradient brings it back. With 0.01 the neurons stay alive.",
        questions=questions.DEAD,
        set_ups=(SetUp("Learning rate 1", checks.TOO_FAST), SetUp("0.01", checks.SLOWER)),
        check=checks.most_are_dead,
        watched=Watched("Dead neurons", _dead_text, PANEL),
        pacing=Pacing(100, 300),
    ),
    Lesson(
        name="small",
        title="When a network is too small",
        icon=":material/compress:",
        about="What two hidden neurons can do about twelve curves.",
        do=f'Press Start. When it has finished, press "32 neurons", then "{START_NEW}".',
        see="With two neurons the map has few straight pieces and the accuracy is near 40\u00a0%; 32 reach "
        "about 90\u00a0%.",
        why="Each neuron adds one fold to the map. Two folds cannot follow twelve curves, with any "
        "optimizer and any number of steps.",
        questions=questions.SMALL,
        set_ups=(SetUp("2 neurons", checks.TWO_NEURONS), SetUp("32 neurons", checks.MORE_NEURONS)),
        check=checks.better_by(CLEARLY),
        watched=HELD_OUT,
    ),
    Lesson(
        name="by-heart",
        title="Memorizing the data",
        icon=":material/menu_book:",
        about="What a large network makes of 100 noisy points.",
        do="Press Start, and watch the two accuracies in the chart.",
        see="It ends with 100\u00a0% of its own points right; of new ones it stays below the best possible, "
        "81.6\u00a0%.",
        why="This is overfitting: the network has learned the noise of its 100 points. 10,000 are too "
        "many to learn by heart, so the two accuracies come together.",
        questions=questions.BY_HEART,
        set_ups=(SetUp("100 samples", checks.BY_HEART), SetUp("10,000 samples", checks.MANY_SAMPLES)),
        check=checks.learned_by_heart,
        watched=BOTH,
        layers=("Samples",),
        pacing=Pacing(1000, 1000),
    ),
    Lesson(
        name="referee",
        title="Noise and the referee",
        icon=":material/sports:",
        about="How good any answer can be if noise blurs the curves.",
        do='Press Start, then choose "Referee" or "Differences" for the map.',
        see="Accuracy on new points ends within two percentage points of the best possible, 89.7\u00a0%.",
        why="The referee knows the curves and the noise and chooses the most likely curve: no network "
        "does better on new points, and this one is nearly as good.",
        questions=questions.REFEREE,
        set_ups=(SetUp("Three noisy curves", checks.NOISY),),
        check=checks.as_good_as_the_referee,
        watched=ON_MAP,
    ),
    Lesson(
        name="folds",
        title="How ReLU folds the plane",
        icon=":material/layers:",
        about="What a hidden neuron does to the plane.",
        do="Press Start, open Inside once the map hardly changes, and choose neuron after neuron.",
        see="Each neuron has a line: on its orange side ReLU makes it 0, on its blue side it grows evenly.",
        why="Between the folds the network is linear, so its borders are straight there and bend only at "
        "folds: six folds are enough for these three curves.",
        questions=questions.FOLDS,
        set_ups=(SetUp("Six neurons", checks.FOLDED),),
        check=checks.folds_are_shown,
        watched=ON_MAP,
        links=(PageLink(INSIDE, "Look inside", ":material/hub:", neuron_map.KEY, "computes"),),
    ),
    Lesson(
        name="raise",
        title="A learning rate raised midway",
        icon=":material/speed:",
        about="What happens if the steps become a hundred times longer in the middle of training.",
        do=f'Press Start. When it has finished, press "0.1, falling", then "{CONTINUE}".',
        see="The loss jumps up at the mark, then falls below where it was: from 0.15 to less than 0.11.",
        why="Suddenly long steps throw the loss up; from a rate that rises over 1,000 steps it jumps far "
        "less. It would have fallen below without the change, too: to 0.115 with the short steps. At a "
        "constant 0.1 it would keep jumping around 0.116, as each step has other points; falling, the rate "
        "lets it settle.",
        questions=questions.RAISE,
        set_ups=(
            SetUp("Learning rate 0.001", continuing.SLOW),
            SetUp("0.1, falling", continuing.RAISED),
        ),
        check=continuing.raised,
        watched=LOSS,
        pacing=Pacing(1000),
    ),
    Lesson(
        name="forget",
        title="First lines, then parabolas",
        icon=":material/history_toggle_off:",
        about="What a network still knows of two lines after it has learned two parabolas.",
        do=f'Press Start. When it has finished, press "Parabolas", then "{CONTINUE}".',
        see="Accuracy on the lines falls from about 98\u00a0% to about 50\u00a0%, as by guessing, while the "
        "map turns to the parabolas.",
        why="Training changes all weights for the points it sees and protects nothing else. Parabolas favor "
        "neither line, so half is left: curves that agree with the lines would leave all. This is called "
        "catastrophic forgetting. To keep both, train on the points of both.",
        questions=questions.FORGET,
        set_ups=(
            SetUp("Lines", continuing.LINES),
            SetUp("Parabolas", continuing.PARABOLAS),
        ),
        check=continuing.forgotten,
        watched=Watched("Accuracy on the lines", continuing.accuracy_on_lines_text, PANEL),
        pacing=Pacing(1000),
    ),
    Lesson(
        name="heal",
        title="A broken weight",
        icon=":material/healing:",
        about="What training does about a weight that somebody has spoiled.",
        do="Press Start. When it has finished, change a weight on Inside until the loss is far higher, press "
        f'"Keep this as a model" there, then the "{CONTINUE}" that names it, on Train.',
        see="The loss begins where you left it, often above 1, and within some hundred steps is below 0.1.",
        why="Training goes downhill from wherever the weights are. Many sets of weights have a low loss, so "
        "the healed weight seldom returns to its old value: the others compensate.",
        questions=questions.HEAL,
        set_ups=(SetUp("Three curves", continuing.WHOLE),),
        check=continuing.healed,
        watched=LOSS,
        links=(
            PageLink(
                INSIDE, "Change a weight on Inside", ":material/hub:", model_in_use.FIGURES_KEY, "computes"
            ),
        ),
        pacing=Pacing(1000),
    ),
    Lesson(
        name="features",
        title="The right features make it linear",
        icon=":material/functions:",
        about="What a network without any hidden layer can do about cubic curves.",
        do=f'Press Start. When it has finished, press "With x² and x³", then "{START_NEW}".',
        see="With x and y the borders are straight lines and the accuracy stays near 73\u00a0%; with x² and "
        "x³ it ends near 100\u00a0%.",
        why="Without hidden layers every border is where a weighted sum of the inputs is 0. Of x and y that "
        "is a line; of x, y, x² and x³ it can be exactly the curve between two of these.",
        questions=questions.FEATURES,
        set_ups=(
            SetUp("x and y", checks.STRAIGHT),
            SetUp("With x² and x³", checks.POWERS),
        ),
        check=checks.better_by(CLEARLY),
        watched=ON_MAP,
        links=(PageLink(INSIDE, "See the inputs", ":material/hub:", network_picture.KEY, "computes"),),
        pacing=Pacing(1000),
    ),
    Lesson(
        name="smooth",
        title="Smooth or folded",
        icon=":material/waves:",
        about="What the borders of a network look like with tanh in place of ReLU.",
        do=f'Press Start. When it has finished, press "tanh", then "{START_NEW}".',
        see="With ReLU the borders are straight pieces that meet in corners; with tanh they are smooth "
        "curves.",
        why="A ReLU neuron is linear on both sides of its fold. A tanh neuron bends everywhere, and most "
        "near its zero line. Six neurons of either kind are enough for these three curves.",
        questions=questions.SMOOTH,
        set_ups=(SetUp("ReLU", checks.FOLDED), SetUp("tanh", checks.SMOOTH)),
        check=checks.all_are_good,
        watched=ON_MAP,
    ),
    Lesson(
        name="weights",
        title="Small weights",
        icon=":material/balance:",
        about="What a penalty on large weights does to a network that learns 100 noisy points.",
        do=f'Press Start. When it has finished, press "L2 penalty 0.01", then "{START_NEW}".',
        see="About 90\u00a0% of its own points end up right instead of 100\u00a0%, and about 90\u00a0% of "
        "new points instead of 85\u00a0%, as much as the noise allows.",
        why="To be sure of single points among others a network has to change its answer within a short way, "
        "and that takes large weights. The penalty makes them expensive: what is left is the border that "
        "most points ask for.",
        questions=questions.WEIGHTS,
        set_ups=(
            SetUp("No penalty", checks.LARGE),
            SetUp("L2 penalty 0.01", checks.SMALL),
        ),
        check=checks.better_by(VISIBLY),
        watched=BOTH,
        layers=("Samples",),
        pacing=Pacing(1000),
    ),
    Lesson(
        name="dropout",
        title="Dropping neurons",
        icon=":material/blur_on:",
        about="What leaving out most neurons in every step does to a wide network.",
        do=f'Press Start. When it has finished, press "Dropout 0.8", then "{START_NEW}".',
        see="About 84\u00a0% of new points end up right with all of them, 88\u00a0% if each step leaves out "
        "four of five.",
        why="Each step trains another fifth of the neurons, which makes it hard to learn points by heart. "
        "Always the same fifth would learn them, and end near 85\u00a0%. Here any fifth alone ends near "
        "87\u00a0%, and all together are a little better.",
        questions=questions.DROPOUT,
        set_ups=(SetUp("All neurons", checks.ALL), SetUp("Dropout 0.8", checks.DROPPED)),
        check=checks.better_by(VISIBLY),
        watched=BOTH,
        layers=("Samples",),
        pacing=Pacing(1000),
    ),
    Lesson(
        name="learns",
        title="How it learns",
        icon=":material/calculate:",
        about="One step of training, number by number: you compute a new weight.",
        do=f"Press Start, and let it pause. {checks.OPEN_LEARNING}",
        see="The new weight is the old one minus the learning rate times its slope: what you computed is "
        "what training does.",
        why="The slope of a weight says how fast the loss rises with it. The chain rule gives it: what comes "
        "in through the weight, times the slope at the neuron to which it leads. A step goes against the "
        "mean slope of all points, so a negative one makes the weight larger.",
        questions=questions.LEARNS,
        set_ups=(SetUp("Two neurons", checks.TINY),),
        check=checks.new_weight_is_computed,
        watched=LOSS,
        links=(PageLink(INSIDE, "How it learns", ":material/calculate:", learning_view.TEXT_KEY, "learns"),),
        layers=("Samples",),
        pacing=Pacing(10, checks.SOME_OF_TINY),
        at_pause="Now compute a step yourself, before you let it go on.",
    ),
    Lesson(
        name="slope",
        title="Down the slope",
        icon=":material/downhill_skiing:",
        about="How far one should go along a slope in one step.",
        do=f'Press Start. When it has finished, press "0.3", then "{START_NEW}"; the same with "10". At the '
        "end draw the loss landscape on Inside.",
        see="With 0.001 the loss hardly falls; with 0.3 it ends at 0.57, the lowest; with 10 it jumps, "
        "and ends far above where it began.",
        why="The slope says which way is down, but not how far. Steps of 0.001 need 12,000 for what 40 of "
        "0.3 do; steps that are too long go past the lowest point and up the other side, and from there back "
        "again.",
        questions=questions.SLOPE,
        set_ups=(
            SetUp("Learning rate 0.001", checks.SHORT_STEPS),
            SetUp("0.3", checks.FITTING_STEPS),
            SetUp("10", checks.LONG_STEPS),
        ),
        check=checks.slope_is_descended,
        watched=LOSS,
        links=(
            PageLink(
                INSIDE, "See the landscape", ":material/landscape:", landscape_section.MAP_KEY, "computes"
            ),
        ),
        pacing=Pacing(10),
    ),
    Lesson(
        name="practice",
        title="Practice what you get wrong",
        icon=":material/fitness_center:",
        about="How a network learns if more of its points are drawn where it was wrong.",
        do=f'Press Start. When it has finished, press "Where it errs", then "{START_NEW}".',
        see="About 98.8\u00a0% of new points end up right with even points, 99.8\u00a0% with points where it "
        "errs; the dots, where its next points are drawn, gather at the crossings.",
        why="Soon the network is right on most of each curve, and points there teach it little: drawn mostly "
        "there, it ends near 97\u00a0%. So most are drawn where it still errs; a twentieth stays even.",
        questions=questions.PRACTICE,
        set_ups=(SetUp("Even points", checks.EVEN), SetUp("Where it errs", checks.PRACTICED)),
        check=checks.mistakes_are_halved,
        watched=ON_MAP,
        layers=("Next points",),
        pacing=Pacing(1000),
    ),
)

EXPERIMENTS = frozenset(set_up.experiment for lesson in LESSONS for set_up in lesson.set_ups)


def is_ready_made(experiment: Experiment) -> bool:
    """Return whether the pages offer this set-up: replacing it loses nothing that a user has made."""
    return experiment in READY_MADE or experiment in EXPERIMENTS
