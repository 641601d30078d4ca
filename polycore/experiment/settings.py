"""The table of settings: all that is to be known of each field of an Experiment, in one entry.

To add a setting, add a field to Experiment and an entry here. Checks, files, links, commands, pages, races,
sweeps and the table in docs/link.md read the entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from polycore.experiment.compound_kinds import FeatureNames, Layers, Points, Polynomials
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.kinds import (
    Choice,
    Interval,
    Kind,
    Number,
    OrNone,
    Seed,
    StepsOrShare,
    WholeNumber,
    YesOrNo,
)
from polycore.limits import (
    LEAST_HELD_OUT,
    MAX_BATCH_SIZE,
    MAX_SAMPLES_PER_CLASS,
    MAX_SEED,
    MAX_STEPS,
    MAX_X,
    MOST_HELD_OUT,
)
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES, PLAIN
from polycore.optimizers.optimizer import GradientOptimizer, Optimizer
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS

if TYPE_CHECKING:
    from polycore.experiment.experiment import Experiment

MEASURED_PER_CLASS = 100  # with fresh points: the size of the fixed set that the loss is measured on
# with their labels on pages
INITIAL_WEIGHTS = {"he": "He", "glorot": "Glorot", "siren": "SIREN", "tutorial": "0.1"}


@dataclass(frozen=True)
class Setting:
    """A setting of an experiment.

    Attributes
    ----------
    field, default
        Those of Experiment.
    label
        Of its input on pages.
    kind
        Of its values, with their limits.
    help
        A phrase for the help of commands and for documents.
    explanation
        What pages say of it, in Markdown; of an experiment, if it depends on that. "" if its input on a page
        has a text of its own.
    word
        Its name in links and, with hyphens, its option in commands; "" if that is the field's. Links last
        for years: no word, no default and no meaning of a value may change.
    example
        A value as links write it, for documents.
    short
        Its name where a list says what has changed; "" if that is the field's, with spaces.
    applies_to
        The experiments that it belongs to, by their points.
    used_by
        Whether an optimizer uses it.
    off_in_races
        What a race says that it goes without; "" if a race has the set-up's value.
    tried
        Several values, as in the list that a sweep asks for; "" if a sweep does not ask for any.
    """

    field: str
    label: str
    kind: Kind
    default: Any
    help: str
    example: str
    explanation: "str | Callable[[Experiment], str]" = ""
    word: str = ""
    short: str = ""
    applies_to: Literal["all", "polynomials", "fresh points", "own points"] = "all"
    used_by: Callable[[Optimizer], bool] = lambda _: True
    off_in_races: str = ""
    tried: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", self.word or self.field)
        object.__setattr__(self, "short", self.short or self.field.replace("_", " "))

    @property
    def name(self) -> str:
        """The label within a sentence: L1 penalty, weight decay."""
        return self.label if self.label[1].isdigit() else self.label[0].lower() + self.label[1:]

    @property
    def fits_own_points(self) -> bool:
        """Whether an experiment on points of the user's own can have it."""
        return self.applies_to in ("all", "own points")

    def is_used(self, experiment: "Experiment") -> bool:
        """Return whether it has an effect on a run of the experiment."""
        applies = {
            "all": True,
            "polynomials": experiment.data is None,
            "fresh points": experiment.samples_per_class is None,
            "own points": experiment.data is not None,
        }
        return applies[self.applies_to] and self.used_by(OPTIMIZERS[experiment.optimizer])

    def explained(self, experiment: "Experiment") -> str:
        """Return the explanation, for pages that show the experiment."""
        return self.explanation if isinstance(self.explanation, str) else self.explanation(experiment)


def _in_uses(field: str) -> Callable[[Optimizer], bool]:
    return lambda optimizer: field in optimizer.uses


def _takes_gradient_steps(optimizer: Optimizer) -> bool:
    """Return whether an optimizer gets its gradient from a batch, whatever that gradient is of."""
    return isinstance(optimizer, GradientOptimizer)


def _names(used_by: Callable[[Optimizer], bool]) -> str:
    return ", ".join(name for name, optimizer in OPTIMIZERS.items() if used_by(optimizer))


_SCHEDULE = """
How the learning rate changes over the steps.

- **Constant** does not change it. Use it to see what one rate does.
- **Linear** lets it fall to 0 along a straight line, **Cosine** along a curve that is steepest in the middle,
  so that the last steps are small. Use either for the best network.
- **One-cycle** begins with 1/25 of it, rises for 30\u00a0% of the steps and then falls to almost 0. Use it to
  try a high rate.
"""
ADVICE_ON_OPTIMIZERS = "\n".join(
    f"- **{optimizer.words.label}** {optimizer.words.advice}" for optimizer in OPTIMIZERS.values()
)
_FEATURES = """
The numbers that the first layer gets for a point. With the right ones a network needs few neurons, or none:
choose x² and x³ for curves of that degree. **y − p(x)** is a trick: the distance to each curve, up or down,
which is almost the answer. At least one; they are standardized like x and y.
"""
_ACTIVATION = """
What every hidden neuron makes of its sum z.

- **ReLU**, max(0, z): each neuron folds the plane along one line. **Leaky ReLU** passes a hundredth of a
  number below 0, so that no neuron dies.
- **tanh** and **Sigmoid** are smooth and limited, **GELU** and **SiLU** are smooth relatives of ReLU.
- **Sine** is periodic: few neurons draw fine borders, and far from the points the answers are a wild pattern.
- **Identity** passes z as it is: all layers together are then a linear function, and borders are straight.
"""
_BATCH_SIZE = f"""
The number of points in each step. Small batches make fast, noisy steps: use 64 to 512 for fresh points or
many samples. Use 0 for few samples and for search: all samples every step (with fresh points,
{MEASURED_PER_CLASS} of each polynomial).
"""
_SAMPLING = """
Where the fresh points of a step are drawn.

- **Random**: anywhere on the polynomials. Use it to see plain training.
- **Even**: equally spaced in x, equally many on each polynomial. Use it to leave less to chance.
- **Crossings**: even, but more of them where two curves are close. Many of the last mistakes are there.
- **Where it errs**: even, but more of them where the network was wrong or unsure in the last few hundred
  steps. Use it for the best network. It needs an optimizer that follows the gradient of a batch.
"""
_WEIGHT_DECAY = """
Each step shrinks all weights by this times the learning rate. Try 0.01 for few fixed samples and a large
network, which overfits them. Do not expect much: curves that cross need large weights. With fresh points 0 is
best.
"""
_L1 = """
Adds this times the sum of the sizes of all weights to the loss that steps minimize. Weights that help little
shrink to almost 0, so fewer connections carry the answer. Try 0.003.
"""
_L2 = """
Adds half of this times the sum of the squares of all weights to the loss that steps minimize. Large weights
shrink most, and borders become smoother. Try 0.01 for few noisy samples.
"""
_DROPOUT = """
Each step leaves out this share of the hidden neurons, at random for each point, so that no neuron can rely on
one other. Map and figures are of the whole network. Try 0.5 for few noisy samples and a wide network, such as
64 neurons; without noise, or in a narrow network, it makes the answers worse.
"""
_GRADIENT_CLIPPING = """
A gradient that is longer than this, over all weights and biases and with penalties, is shortened to this
length before the step. 0 shortens none. Use it for SGD with a high learning rate, whose steps can otherwise
throw the weights far off where the loss is steep: try 1 at a rate of 0.3, or 0.3 at a rate of 1.
"""
_WARMUP = """
The learning rate rises over so many steps to the schedule's. Use it for a high learning rate, whose
first steps would otherwise throw the weights far off. A share of all steps, such as 10%, follows if you
change their number.
"""
_TARGET_LOSS = """
In nats: the run ends when the loss on the training set is this low. Use it to compare how soon optimizers
reach the same loss.
"""
_PATIENCE = """
The run ends when the loss on new points has not fallen for this many steps. Use it for few fixed
samples, which a network sooner or later overfits. The accuracy on new points is then a little too high,
because the same points decided when to stop.
"""
_INITIAL_WEIGHTS = """
How large the random initial weights are. He, Glorot and SIREN adapt that to each layer, so that signals keep
their size through many layers: He with ReLU and its relatives, Glorot with tanh and Sigmoid, SIREN with Sine.
0.1 is the tutorial's: use it to see what the tutorial saw.
"""

# in the order of the pages
_ALL = (
    Setting(
        "polynomials",
        "Polynomials",
        Polynomials(),
        default=TUTORIAL_POLYNOMIALS,
        help="the classes, separated by ~, such as x^2~x^3-2",
        example="-x^2+1~x^3-2",
        applies_to="polynomials",
    ),
    Setting(
        "optimizer",
        "Optimizer",
        Choice({name: optimizer.words.label for name, optimizer in OPTIMIZERS.items()}),
        default="adam",
        help=", ".join(OPTIMIZERS),
        example="adam",
        explanation=f"How each step changes the weights.\n\n{ADVICE_ON_OPTIMIZERS}",
    ),
    Setting(
        "learning_rate",
        "Learning rate",
        Number(0, 10, "RATE", without=0),
        default=0.01,
        help="learning rate, above 0 and at most 10",
        example="0.01",
        explanation=lambda experiment: OPTIMIZERS[experiment.optimizer].words.learning_rate,
        used_by=_in_uses("learning_rate"),
        tried="0.03, 0.01, 0.003",
    ),
    Setting(
        "schedule",
        "Schedule",
        Choice({name: name.capitalize() for name in SCHEDULES}),
        default="constant",
        help=f"schedule of the learning rate: {', '.join(SCHEDULES)}",
        example="cosine",
        explanation=_SCHEDULE,
        used_by=_in_uses("schedule"),
    ),
    Setting(
        "momentum",
        "Momentum",
        Number(0, 1, "SHARE", increment=0.05, without=1),
        default=0.9,
        help=f"momentum of {_names(_in_uses('momentum'))}, from 0 to below 1",
        example="0.9",
        used_by=_in_uses("momentum"),
    ),
    Setting(
        "nesterov",
        "Nesterov momentum",
        YesOrNo(),
        default=False,
        help=f"Nesterov momentum, for {_names(_in_uses('nesterov'))}",
        example="no",
        used_by=_in_uses("nesterov"),
    ),
    Setting(
        "hidden",
        "Hidden layers",
        Layers(),
        default=(12,),
        help="neurons in each hidden layer, such as 32-32, or none",
        example="32-32",
    ),
    Setting(
        "features",
        "Input features",
        FeatureNames(),
        default=PLAIN,
        help=f"input features, such as x-y-x2: {', '.join(NAMES)}; sin is sin(pi x), and distances are "
        "those to the curves",
        example="x-y-x2",
        explanation=_FEATURES,
    ),
    Setting(
        "activation",
        "Activation",
        Choice({name: activation.label for name, activation in ACTIVATIONS.items()}),
        default="relu",
        help=f"of the hidden neurons: {', '.join(ACTIVATIONS)}",
        example="tanh",
        explanation=_ACTIVATION,
    ),
    Setting(
        "batch_size",
        "Batch size",
        OrNone(
            WholeNumber(1, MAX_BATCH_SIZE, increment=64),
            word="all",
            meaning="all samples",
            of_zero="all",
        ),
        default=None,
        help="points in each step, or 0 for all",
        example="256",
        explanation=_BATCH_SIZE,
        word="batch",
    ),
    Setting(
        "steps",
        "Steps",
        WholeNumber(1, MAX_STEPS, increment=1000),
        default=2000,
        help="steps of the run",
        example="2000",
    ),
    Setting(
        "seed",
        "Seed",
        Seed(0, MAX_SEED),
        default=0,
        help="seed of all random numbers",
        example="0",
        explanation="All random numbers follow from it: samples, noise, initial weights and batches. The "
        "same seed gives the same run again, bit by bit; another shows how much was luck.",
    ),
    Setting(
        "samples_per_class",
        "Samples of each polynomial",
        OrNone(WholeNumber(1, MAX_SAMPLES_PER_CLASS), word="fresh", meaning="fresh points every step"),
        default=100,
        help="fixed samples of each polynomial, or fresh for new points every step",
        example="100",
        word="samples",
        applies_to="polynomials",
    ),
    Setting(
        "x_range",
        "Range of x",
        Interval(MAX_X, 0.001, "LOW..HIGH"),
        default=(-1.0, 1.0),
        help="lowest and highest x, such as 0..2",
        example="-1..1",
        word="range",
        applies_to="polynomials",
    ),
    Setting(
        "noise",
        "Noise",
        Number(0, 1000, "DEVIATION", increment=0.05),
        default=0.0,
        help="standard deviation of the noise on y",
        example="0.05",
        explanation="Standard deviation of the random numbers added to each y: with 0 every point is on its "
        "curve. Raise it to see what can still be learned if classes overlap and no network can always be "
        "right.",
        applies_to="polynomials",
    ),
    Setting(
        "sampling",
        "Fresh points",
        Choice(
            dict(zip(SAMPLINGS, ("Random", "Even", "Crossings", "Where it errs"), strict=True)),
        ),
        default="random",
        help=f"sampling of fresh points: {', '.join(SAMPLINGS)}",
        example="crossings",
        explanation=_SAMPLING,
        applies_to="fresh points",
    ),
    Setting(
        "growing_batches",
        "Growing batches",
        YesOrNo(),
        default=False,
        help="start with small batches and end with large ones, for fresh points",
        example="yes",
        explanation="Half the batch size for the first 40\u00a0% of the steps, twice the batch size for the "
        "last 25\u00a0%. Use it for long runs: fast steps at first, less noisy ones at the end.",
        applies_to="fresh points",
    ),
    Setting(
        "weight_decay",
        "Weight decay",
        Number(0, 10, "RATE", increment=0.01),
        default=0.0,
        help=f"weight decay, for {_names(_in_uses('weight_decay'))}",
        example="0.001",
        explanation=_WEIGHT_DECAY,
        used_by=_in_uses("weight_decay"),
        off_in_races="weight decay",
    ),
    Setting(
        "l1",
        "L1 penalty",
        Number(0, 10, "STRENGTH", increment=0.001),
        default=0.0,
        help=f"L1 penalty on the weights, for {_names(_takes_gradient_steps)}",
        example="0.0001",
        explanation=_L1,
        short="L1",
        used_by=_takes_gradient_steps,
        off_in_races="penalties",
        tried="0, 0.001, 0.01",
    ),
    Setting(
        "l2",
        "L2 penalty",
        Number(0, 10, "STRENGTH", increment=0.001),
        default=0.0,
        help=f"L2 penalty on the weights, for {_names(_takes_gradient_steps)}",
        example="0.001",
        explanation=_L2,
        short="L2",
        used_by=_takes_gradient_steps,
        off_in_races="penalties",
        tried="0, 0.001, 0.01",
    ),
    Setting(
        "dropout",
        "Dropout",
        Number(0, 0.9, "SHARE", increment=0.05),
        default=0.0,
        help="share of the hidden neurons that a step leaves out, up to 0.9, for "
        + _names(_takes_gradient_steps),
        example="0.1",
        explanation=_DROPOUT,
        used_by=_takes_gradient_steps,
        off_in_races="dropout",
        tried="0, 0.1",
    ),
    Setting(
        "gradient_clipping",
        "Gradient clipping",
        Number(0, 1000, "LENGTH", increment=0.1),
        default=0.0,
        help="length to which longer gradients are shortened, or 0 for none, for "
        + _names(_takes_gradient_steps),
        example="0.5",
        explanation=_GRADIENT_CLIPPING,
        used_by=_takes_gradient_steps,
        off_in_races="gradient clipping",
        tried="0, 1",
    ),
    Setting(
        "warmup_steps",
        "Warm-up steps",
        StepsOrShare(0, MAX_STEPS, "STEPS"),
        default=0,
        help="steps over which the learning rate rises to the schedule's, or a share of all such as 10%",
        example="500",
        explanation=_WARMUP,
        word="warmup",
        short="warm-up steps",
        used_by=_in_uses("warmup_steps"),
        off_in_races="warm-up",
    ),
    Setting(
        "target_loss",
        "Target loss",
        OrNone(Number(0, 100, "NATS", increment=0.1), word="none", meaning="no target", of_zero="none"),
        default=None,
        help="end the run at this training loss, or none",
        example="0.667",
        explanation=_TARGET_LOSS,
        off_in_races="early stopping",
    ),
    Setting(
        "patience",
        "Patience",
        OrNone(
            WholeNumber(1, MAX_STEPS, "STEPS", increment=1000),
            word="none",
            meaning="no limit to patience",
            of_zero="none",
        ),
        default=None,
        help="end the run if the held-out loss has not fallen for so many steps; 0 for no limit",
        example="5000",
        explanation=_PATIENCE,
        off_in_races="early stopping",
    ),
    Setting(
        "initial_weights",
        "Initial weights",
        Choice(INITIAL_WEIGHTS),
        default="he",
        help=f"distribution of the initial weights: {', '.join(INITIAL_WEIGHTS)}; he is replaced by the one "
        "that suits the activation",
        example="he",
        explanation=_INITIAL_WEIGHTS,
    ),
    Setting(
        "data",
        "My own points",
        Points(),
        default=None,
        help="points of your own, in place of samples of polynomials",
        example="",
        word="points",
        applies_to="own points",
    ),
    Setting(
        "held_out_share",
        "Held out",
        Number(LEAST_HELD_OUT, MOST_HELD_OUT, "SHARE"),
        default=0.2,
        help="share of your own points that is held out, from 0.05 to 0.5",
        example="0.3",
        word="held_out",
        applies_to="own points",
    ),
    Setting(
        "standardize",
        "Standardize inputs",
        YesOrNo(),
        default=True,
        help="standardize the inputs during training",
        example="yes",
        explanation="Scale x and y to mean 0 and standard deviation 1 during training, so that one learning "
        "rate suits both. Leave it on; the tutorial has it off.",
    ),
)

# by the names of the fields
SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.field: setting for setting in _ALL})
