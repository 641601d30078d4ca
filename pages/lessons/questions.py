"""What each lesson asks: a prediction before Start, and at the end what it has taught.

tests/pages/test_lesson_questions.py trains the set-ups with several seeds and proves every answer.
"""

import numpy as np

from pages.lessons import checks, continuing
from pages.lessons.question import Answer, Box, CurveQuestion, PointQuestion, Question, Questions
from polycore.arrays import Floats
from polycore.polynomials.crossings import crossings_of_pairs

# --- curves to choose from: heights from 0 to 1; those with a mark have it in their middle -----

MIDDLE = 0.5
_TIME = np.linspace(0.0, 1.0, 41)
_SINCE = np.maximum(0.0, _TIME - MIDDLE) / (1 - MIDDLE)  # 0 until the mark, 1 at the end


def _drawn(heights: Floats) -> tuple[float, ...]:
    return tuple(heights.tolist())


def _from_mark_on(before: Floats, after: Floats) -> tuple[float, ...]:
    return _drawn(np.where(_TIME <= MIDDLE, before, after))


def _through(*points: tuple[float, float]) -> Floats:
    """Return the heights of straight pieces from point to point, each a position from 0 to 1 and a height."""
    positions, heights = np.transpose(points)
    drawn: Floats = np.interp(_TIME, positions, heights)
    return drawn


def _bump(width: float, height: float) -> Floats:
    """Return a rise after the mark to a height, and the return to 0 that takes longer."""
    bump: Floats = height * _SINCE / width * np.exp(1 - _SINCE / width)
    return bump


_SLOWLY = 0.5 + 0.4 * np.exp(-6 * _TIME)  # a loss that hardly falls any more at the mark
_SHORTLY = 0.07 + 0.8 * np.exp(-9 * _TIME)  # one that is low by then
_KNOWN = 0.95 - 0.45 * np.exp(-12 * _TIME)  # the accuracy of a network of two classes

# --- the questions, in the order of the lessons --------------------------------------------

CROSSING = Questions(
    prediction=Question(
        "At (0, 0) the curves y = x and y = \N{MINUS SIGN}x cross. "
        "What will the trained network say about this point?",
        (
            Answer("One of the two curves, and be sure of it"),
            Answer("The third curve, for neither of the two", "No point of the third curve is near."),
            Answer("One as likely as the other, however long it trains"),
        ),
        right="c",
        why="Points there come from both curves equally often, so even odds are the right answer.",
    ),
    recap=Question(
        "The network says y = x at (0, 0), but the point came from y = \N{MINUS SIGN}x. "
        "What would have helped?",
        (
            Answer("More training", "More steps leave the odds there about even."),
            Answer("More neurons", "With more neurons the odds there are about even too."),
            Answer("Nothing"),
        ),
        right="c",
        why="Half of the points there come from each curve: any answer is wrong half of the time.",
    ),
)
SEARCH = Questions(
    prediction=CurveQuestion(
        "Random search keeps a random change if it helps. How will its error, the loss, change?",
        (
            Answer(
                "Fast down, then flat",
                "To the end nearly half of the changes help, each a little.",
                _drawn(0.08 + 0.85 * np.exp(-20 * _TIME)),
            ),
            Answer(
                "Up and down",
                "A change after which the loss is higher is undone.",
                _drawn(0.55 + 0.35 * np.cos(5 * np.pi * _TIME)),
            ),
            Answer("Slowly down, never up", heights=_drawn(0.93 - 0.07 * np.floor(8 * _TIME))),
        ),
        right="c",
        why="A change that does harm is undone: the loss never rises. Each is tiny: it falls slowly.",
        axis="Loss over time",
    ),
    recap=Question(
        "What does random search learn from one of its steps?",
        (
            Answer("Only whether this change helped"),
            Answer("Which weight to change next"),
            Answer("In which direction the loss falls", "That is what a gradient says."),
        ),
        right="a",
        why="Its next change is as random as the one before, whatever came of that.",
    ),
)
_SMALLEST, _LARGEST = (f"{value:g}" for value in checks.SCALED.x_range)
SCALING = Questions(
    prediction=Question(
        f"x is between {_SMALLEST} and {_LARGEST}. One run gets it as it is, one standardized: "
        "shifted to around 0. Which has more new points right?",
        (
            Answer(
                "Neither: these are the same points", "The points are, but not how easily weights fit them."
            ),
            Answer("The standardized one"),
            Answer("The one as it is: standardizing loses something", "Moving and stretching loses nothing."),
        ),
        right="b",
        why=f"An x from {_SMALLEST} to {_LARGEST} hardly varies compared with its size; around 0 it does.",
    ),
    recap=Question(
        "Which x most needs to be standardized?",
        (
            Answer("x from \N{MINUS SIGN}1 to 1"),
            Answer("x from 0 to 2"),
            Answer(f"x from {_SMALLEST} to {_LARGEST}"),
        ),
        right="c",
        why=f"All three are equally wide, but beside {_SMALLEST} that is little: x is nearly a constant.",
    ),
)
_NEURONS = sum(checks.TOO_FAST.hidden)
_TOO_LONG = checks.TOO_FAST.learning_rate / checks.SLOWER.learning_rate
DEAD = Questions(
    prediction=CurveQuestion(
        f"A dead neuron gives 0 for every point. With steps {_TOO_LONG:g} times as long as usual, "
        f"how many of {_NEURONS} will be dead?",
        (
            Answer("Most soon, and they stay dead", heights=_drawn(0.85 * (1 - np.exp(-25 * _TIME)))),
            Answer(
                "Many at first, then they recover",
                "A neuron that gives 0 for every point has no gradient, so nothing changes it.",
                _drawn(0.95 * (1 - np.exp(-25 * _TIME)) * np.exp(-3 * _TIME)),
            ),
            Answer("Hardly any", heights=_drawn(_through((0, 0), (0.3, 0.06), (1, 0.06)))),
        ),
        right="a",
        why="Too long a step moves a neuron beyond all points; without a gradient no step brings it back.",
        axis="Dead neurons over time",
    ),
    recap=Question(
        f"Half of the neurons are dead. The learning rate is lowered to {checks.SLOWER.learning_rate:g}. "
        "What will the dead ones do?",
        (
            Answer("Recover within some steps"),
            Answer("Recover, but slowly"),
            Answer("Stay dead"),
        ),
        right="c",
        why="Their gradient is 0 at every point, and 0 times any learning rate is 0.",
    ),
)
_CURVES = len(checks.TWO_NEURONS.polynomials)
_FEW, _MORE = sum(checks.TWO_NEURONS.hidden), sum(checks.MORE_NEURONS.hidden)
SMALL = Questions(
    prediction=Question(
        f"{_CURVES} curves, {_FEW} hidden neurons, {checks.TWO_NEURONS.steps:,} steps: "
        "how many new points will be right at the end?",
        (
            Answer(f"1 of {_CURVES}, as by guessing", "Even a rough map is better than guessing."),
            Answer("More than that, but less than half"),
            Answer("Nearly all, after so many steps", "More steps cannot make the map finer."),
        ),
        right="b",
        why=f"With {_FEW} neurons the map has only a few straight pieces, too few for {_CURVES} curves.",
    ),
    recap=Question(
        f"A network with {_FEW} hidden neurons has stopped getting better. What helps most?",
        (
            Answer("More neurons"),
            Answer("More steps", "Steps move the pieces of the map, and do not add any."),
            Answer("A lower learning rate", "Shorter steps end with as few pieces of the map."),
        ),
        right="a",
        why="Each neuron adds one fold to the map, and so a way to follow another part of a curve.",
    ),
)
_POINTS = len(checks.BY_HEART.polynomials) * (checks.BY_HEART.samples_per_class or 0)
_MANY_POINTS = len(checks.MANY_SAMPLES.polynomials) * (checks.MANY_SAMPLES.samples_per_class or 0)
BY_HEART = Questions(
    prediction=Question(
        f"A large network learns these {_POINTS} noisy points. Which points will it have right at the end?",
        (
            Answer("About the same share of both", "The noise of new points is not that of its own."),
            Answer("More of its own points than of new ones"),
            Answer("More of new points than of its own"),
        ),
        right="b",
        why=f"It has learned the noise of its {_POINTS} points by heart, which is of no use on new points.",
    ),
    recap=Question(
        "A network has more of its own points right than of new ones. What brings the two closer?",
        (
            Answer("More steps", "After more steps it still knows its own points by heart."),
            Answer("A larger network", "A larger network knows its own points by heart as well."),
            Answer("More points to learn from"),
        ),
        right="c",
        why=f"{_MANY_POINTS:,} points are too many to learn by heart: it has to follow the curves.",
    ),
)
REFEREE = Questions(
    prediction=PointQuestion(
        "Noise moves points off their curves. Where will most mistakes on new points be?",
        regions=(Box(-1.0, -0.4, 0.2, 0.8), Box(0.4, 1.0, -0.3, 0.8)),
        why="Where two curves meet, noise mixes their points, and nobody can tell them apart.",
        why_not="There the curves are far apart, or there are hardly any points.",
    ),
    recap=Question(
        "The network is close to the best possible accuracy. What would bring it close to 100\u00a0%?",
        (
            Answer("Less noise"),
            Answer("More training", "The best possible does not depend on how long one trains."),
            Answer("A larger network", "The best possible holds for every network."),
        ),
        right="a",
        why="Noise puts points in doubt where curves come close: without it hardly any is.",
    ),
)
FOLDS = Questions(
    prediction=Question(
        f"A network with {sum(checks.FOLDED.hidden)} hidden neurons tells three curves apart. "
        "What will the borders between the colors look like?",
        (
            Answer("Smooth, as the curves are", "ReLU bends nowhere but at its fold."),
            Answer(
                "One straight line between two colors", "That is what it could do without hidden neurons."
            ),
            Answer("Straight pieces that meet in corners"),
        ),
        right="c",
        why="Each neuron folds the plane along one straight line; a border bends only where it meets a fold.",
    ),
    recap=Question(
        f"One hidden layer of {_MORE} neurons learns {_CURVES} curves. How many folds can its map have?",
        (
            Answer(f"At most {_CURVES}, one for each curve", "Folds belong to neurons and not to curves."),
            Answer(f"At most {_MORE}, one for each neuron"),
            Answer("Any number, if it trains for long", "Training moves folds, and does not add any."),
        ),
        right="b",
        why="Each neuron is linear on both sides of a straight line, so the network is between these lines.",
    ),
)
_TIMES = continuing.RAISED.learning_rate / continuing.SLOW.learning_rate
RAISE = Questions(
    prediction=CurveQuestion(
        f"At the mark the learning rate becomes {_TIMES:g} times as high, then falls slowly. "
        "What will the loss do?",
        (
            Answer(
                "Jump up, then fall below where it was",
                heights=_from_mark_on(_SLOWLY, 0.25 + 0.27 * np.exp(-3 * _SINCE) + _bump(0.1, 0.45)),
            ),
            Answer(
                "Jump up and stay there",
                "It comes down again while the steps are still as long.",
                _from_mark_on(_SLOWLY, 0.85 - 0.33 * np.exp(-20 * _SINCE)),
            ),
            Answer(
                "Fall faster at once",
                "It falls, but only after a jump.",
                _from_mark_on(_SLOWLY, 0.2 + 0.32 * np.exp(-5 * _SINCE)),
            ),
        ),
        right="a",
        why="Suddenly long steps throw it up. With the old, short ones it would fall below too, though less.",
        axis="Loss over time",
        mark=MIDDLE,
    ),
    recap=Question(
        f"What if the learning rate stayed at {continuing.RAISED.learning_rate:g} instead of falling?",
        (
            Answer("The loss would end lower", "It would come down as soon, but not settle."),
            Answer("It would make no difference"),
            Answer("The loss would keep jumping, and end higher"),
        ),
        right="c",
        why="Each step has other points, and long ones go far with them. Shorter ones let it settle.",
    ),
)
FORGET = Questions(
    prediction=CurveQuestion(
        "The network learns two lines and, from the mark on, two parabolas alone. "
        "What becomes of its accuracy on the lines?",
        (
            Answer(
                "It stays: what is learned is learned",
                "The weights that knew the lines are changed for the parabolas.",
                _drawn(_KNOWN),
            ),
            Answer(
                "It falls to about half",
                heights=_from_mark_on(_KNOWN, 0.52 + 0.43 * np.exp(-9 * _SINCE)),
            ),
            Answer(
                "It falls, then comes back",
                "No point of the lines is left that could bring it back.",
                _from_mark_on(_KNOWN, 0.95 - _bump(0.2, 0.45)),
            ),
        ),
        right="b",
        why="Training changes weights for the points it sees. Parabolas favor neither line: half is left.",
        axis="Accuracy on the lines over time",
        mark=MIDDLE,
    ),
    recap=Question(
        "How could one network know both lines and parabolas in the end?",
        (
            Answer("Train it on the points of both"),
            Answer("Train it on the lines for longer first", "That is forgotten as well."),
            Answer("Take a larger network", "A larger network forgets as well."),
        ),
        right="a",
        why="A network knows what its points show; what is to stay must stay among them.",
    ),
)
HEAL = Questions(
    prediction=CurveQuestion(
        "At the mark you spoil one weight, then training continues. What will the loss do?",
        (
            Answer(
                "Stay high: the network is broken",
                "All weights can make up for it, even if this one does not move.",
                _from_mark_on(_SHORTLY, _through((0, 0.1), (0.5, 0.1), (0.525, 0.95), (1, 0.85))),
            ),
            Answer(
                "Fall as slowly as at the beginning",
                "At the beginning every weight was random.",
                _from_mark_on(_SHORTLY, 0.07 + 0.88 * np.exp(-4.5 * np.maximum(0, _SINCE - 0.05))),
            ),
            Answer(
                "Fall at once to about where it was",
                heights=_from_mark_on(_SHORTLY, 0.08 + 0.87 * np.exp(-40 * np.maximum(0, _SINCE - 0.05))),
            ),
        ),
        right="c",
        why="All other weights are still good, so only little has to be learned again.",
        axis="Loss over time",
        mark=MIDDLE,
    ),
    recap=Question(
        "Where is the spoiled weight once the loss is low again?",
        (
            Answer("Back at its old value", "It would be if no other value were as good."),
            Answer("Where you put it: the other weights compensate", "It is trained as all others are."),
            Answer("Usually at a third value"),
        ),
        right="c",
        why="Many sets of weights have a low loss: training ends in the first that it comes to.",
    ),
)
FEATURES = Questions(
    prediction=PointQuestion(
        "Without a hidden layer each border is a straight line. "
        "Which part of the lowest curve will get a wrong color?",
        regions=(Box(-1.35, -0.6, -1.8, -0.5), Box(0.93, 1.0, 0.6, 1.2)),
        why="A straight line cannot follow the hump: it cuts off its top, and the end of the curve.",
        why_not="There the curve is on the right side of the straight border.",
    ),
    recap=Question(
        "y = x² and y = x² + 1, and no hidden layer: which input is needed besides x and y?",
        (Answer("x²"), Answer("x³"), Answer("y²")),
        right="a",
        why="y \N{MINUS SIGN} x² is 0 on one curve, 1 on the other: a weighted sum is enough.",
    ),
)
TENFOLD = 10 * sum(checks.FOLDED.hidden)
SMOOTH = Questions(
    prediction=CurveQuestion(
        "In the second run each neuron has tanh, an S-shaped curve, in place of ReLU, which folds. "
        "What will its borders look like?",
        (
            Answer(
                "Straight pieces with corners",
                "Corners come from folds, and tanh has none.",
                _drawn(_through((0, 0.25), (0.25, 0.75), (0.75, 0.8), (1, 0.2))),
            ),
            Answer(
                "A zigzag",
                heights=_drawn(0.25 + 0.5 * np.sin(np.pi * _TIME) + 0.05 * (-1.0) ** np.arange(len(_TIME))),
            ),
            Answer("A smooth curve", heights=_drawn(0.2 + 0.6 * np.sin(np.pi * _TIME))),
        ),
        right="c",
        why="A sum of smooth functions is smooth.",
        axis="A border",
    ),
    recap=Question(
        f"ReLU with {TENFOLD} neurons in place of {sum(checks.FOLDED.hidden)}: what will its borders be?",
        (
            Answer("Smooth curves", "From afar perhaps; each piece is still straight."),
            Answer("Straight pieces, only more of them"),
            Answer("As before: the curves are the same"),
        ),
        right="b",
        why="More neurons give more folds, and between folds a network with ReLU is always linear.",
    ),
)
WEIGHTS = Questions(
    prediction=Question(
        "In the second run large weights cost something. How will it differ from the first at the end?",
        (
            Answer("Fewer of its own points right, more of new ones"),
            Answer("More of both right"),
            Answer(
                "Fewer of both right",
                "It is hindered from learning by heart, which is no loss on new points.",
            ),
        ),
        right="a",
        why="With small weights it cannot be sure of single points among others, so it follows the many.",
    ),
    recap=Question(
        "Which of the two networks has the larger weights?",
        (
            Answer("The one with more new points right"),
            Answer("The one with all of its own points right"),
            Answer("Both have about the same"),
        ),
        right="b",
        why="To be sure of each point its answer must change within a short way: that takes large weights.",
    ),
)
_WIDTH, _LEFT_OUT = sum(checks.DROPPED.hidden), f"{100 * checks.DROPPED.dropout:g}\u00a0%"
DROPOUT = Questions(
    prediction=Question(
        f"The second run leaves out {_LEFT_OUT} of its {_WIDTH} neurons at each step; at the end all answer. "
        "How many new points has it right?",
        (
            Answer("Fewer: each step trains only some", "After 50 steps it has as many right as the first."),
            Answer("As many: in the end all were trained"),
            Answer("More than the first"),
        ),
        right="c",
        why="Each step trains another fifth of the neurons, which makes it hard to learn points by heart.",
    ),
    recap=Question(
        "Which share of its own points does the network with dropout have right?",
        (
            Answer("All, as the one without it"),
            Answer("Fewer than the one without it"),
            Answer("Fewer than of new points"),
        ),
        right="b",
        why="Each step trains another fifth of the neurons: no group of them learns all points by heart.",
    ),
)
_RATE = f"{checks.TINY.learning_rate:g}"
_SLOPE, _CHANGE = "\N{MINUS SIGN}0.5", f"{0.5 * checks.TINY.learning_rate:g}"
LEARNS = Questions(
    prediction=Question(
        "One step of gradient descent changes every weight. Which does it change most?",
        (
            Answer("The one with which the loss changes fastest"),
            Answer("The largest one", "How large a weight is says nothing about its error."),
            Answer(f"All the same, by the learning rate, {_RATE}", "The rate is only a factor."),
        ),
        right="a",
        why="The change is the learning rate times the slope: how fast the loss rises with that weight.",
    ),
    recap=Question(
        f"The mean slope of a weight is {_SLOPE}, the learning rate {_RATE}. What does the step do with it?",
        (
            Answer(f"It subtracts {_CHANGE}", "That would be up the slope, where the loss is higher."),
            Answer(f"It adds {_CHANGE}"),
            Answer(f"It sets it to {_CHANGE}", "A step moves a weight from where it is."),
        ),
        right="b",
        why=f"A step goes against the slope, and minus {_RATE} times {_SLOPE} is more than 0.",
    ),
)
_TOO_FAR = 10 * round(checks.LONG_STEPS.learning_rate / checks.FITTING_STEPS.learning_rate / 10)
SLOPE = Questions(
    prediction=CurveQuestion(
        "Each step goes downhill, as far as the learning rate says. "
        f"What will the loss do with steps {_TOO_FAR} times as long as good ones?",
        (
            Answer(
                "Fall in a few steps, and stay low",
                "Shorter steps would.",
                _drawn(0.1 + 0.6 * np.exp(-30 * _TIME)),
            ),
            Answer(
                "Jump up, and stay high",
                heights=_drawn(0.4 + 0.45 * (1 - np.exp(-30 * _TIME)) + 0.1 * np.cos(40 * _TIME)),
            ),
            Answer(
                "Fall slowly",
                "That is what too short steps do.",
                _drawn(0.7 - 0.3 * _TIME),
            ),
        ),
        right="b",
        why="Nearly every step goes past the lowest point and up the other side; the next one leaps back.",
        axis="Loss",
    ),
    recap=Question(
        "The loss jumps, and does not get lower than where it began. What helps?",
        (
            Answer("A lower learning rate"),
            Answer("More steps", "They are as long, and leap back and forth as before."),
            Answer("More points to learn from", "The slopes are as steep, and the steps as long."),
        ),
        right="a",
        why="The direction is right, but not the distance: a shorter step stops before it goes up again.",
    ),
)
_ACROSS, _UP = 0.25, 0.5  # how far from a crossing a guess may be
_MEETINGS = {
    (x, checks.EVEN.polynomials[first](x))
    for (first, _), positions in crossings_of_pairs(checks.EVEN.polynomials, *checks.EVEN.x_range).items()
    for x in positions or ()
}
PRACTICE = Questions(
    prediction=PointQuestion(
        "The second run draws its points mostly where it was wrong lately. "
        "Press a place where it will draw many at the end.",
        regions=tuple(Box(x - _ACROSS, x + _ACROSS, y - _UP, y + _UP) for x, y in sorted(_MEETINGS)),
        why="Near a crossing a small difference decides which curve it is: there it errs longest.",
        why_not="There one curve is far from the others, and the network is soon right.",
    ),
    recap=Question(
        "y = x + 3, y = x and y = x \N{MINUS SIGN} 3 are never close. "
        "What do points where it errs gain there?",
        (
            Answer("As much as here: several times fewer mistakes"),
            Answer("Nothing: it is soon right everywhere"),
            Answer("Less than nothing: it forgets the rest", "The rest stays right, too."),
        ),
        right="b",
        why="There is nothing to practice: with even points too it ends without any mistake.",
    ),
)
