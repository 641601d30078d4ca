"""A run: where an experiment's training stands, and how it goes on."""

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral

import numpy as np

from polycore import network
from polycore.arrays import Floats, Integers
from polycore.checks import check_kind
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.files.path_or_file import PathOrFile
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.evaluation import ACCURACY_ON, few_of, told_of_few
from polycore.model.model import Model
from polycore.network.kernels import Workspace
from polycore.optimizers import lbfgs
from polycore.randomness import Stream, generator
from polycore.training import run_file
from polycore.training.early_stop import Ending, sentence
from polycore.training.history import History
from polycore.training.loop import OptimizerState, Position, beginning, course
from polycore.training.measurement import Measurement, measure
from polycore.training.task import Problem, problem_of, searches
from polycore.version import __version__


@dataclass(frozen=True, eq=False)
class Run:
    """Where an experiment's training stands after `step` steps.

    `loss` is of `parameters` on the whole training set; None where steps work on batches, since measuring
    every step would cost more than training. `gradient` is of `parameters` on the whole training set, or
    where steps work on batches that of the last step's batch; None in search, and before the first batch.
    `held_out_loss` is the lowest measured, at `held_out_step`; looked at where the experiment has patience.
    `ended` says why the run ended before its last step, where it did.
    """

    experiment: Experiment
    step: int
    parameters: Floats
    optimizer_state: OptimizerState
    loss: float | None
    gradient: Floats | None
    best_step: int
    best_loss: float
    best_parameters: Floats
    history: History
    held_out_loss: float
    held_out_step: int = 0
    ended: Ending | None = None

    @classmethod
    def load(cls, source: PathOrFile) -> "Run":
        """Return the run in the run file at a path, or in a binary file from where it stands.

        It goes on as the run that was saved would have: with the same NumPy on the same kind of machine to
        the same bits. Nothing in a file is ever run. Raises RunFileError, and nothing else, where the file
        breaks a rule of the format.
        """
        return cls(**run_file.read(source))

    def save(self, target: PathOrFile) -> None:
        """Write a run file to a path, taken as it is, or in one piece to a binary file.

        What stood at the path is replaced when all is written, or else left as it was. The same run gives
        the same bytes. Raises PolycoreError where the file cannot be written.
        """
        run_file.write(target, self)

    @property
    def done(self) -> bool:
        """Whether no step is left: all are taken, or the run ended before."""
        return self.step >= self.experiment.steps or self.ended is not None

    @property
    def ended_because(self) -> str | None:
        """A sentence where the run ended before its last step, else None."""
        return None if self.ended is None else sentence(self.ended, self)

    @property
    def diverged(self) -> bool:
        """Whether it ended because its weights grew beyond all bounds; other ends are as wished for."""
        return self.ended == "diverged"

    @property
    def gradient_norm(self) -> float | None:
        """The length of `gradient`, in nats per unit of a parameter; None where there is none."""
        # in float32 the squares of what diverges overflow
        return None if self.gradient is None else float(np.linalg.norm(self.gradient.astype(np.float64)))

    @property
    def layers(self) -> network.Layers:
        """The weights and biases of this step, layer by layer, as they act on raw (x, y)."""
        return _folded(problem_of(self.experiment), self.parameters)

    @cached_property
    def current(self) -> Model:
        """The model of this step's weights."""
        return _model(self, self.parameters, self.step)

    @cached_property
    def best(self) -> Model:
        """The model with the lowest loss on the training set so far; at step 0 the initial one.

        Every step is looked at where steps work on the whole training set, else every measured one.
        """
        return _model(self, self.best_parameters, self.best_step)

    @property
    def best_for_a_page(self) -> Model:
        """`best`, but of a large training set only some points are asked for the accuracy; see `data_sets`.

        The loss is of all: it is known.
        """
        if self._is_small:
            return self.best
        return _model_for_a_page(self, self.best_parameters, self.best_step, self.best_loss)

    @property
    def current_for_a_page(self) -> Model:
        """`current`, by the same rule; where steps work on batches the loss, too, is of these points."""
        if self._is_small:
            return self.current
        return _model_for_a_page(self, self.parameters, self.step, self.loss)

    @property
    def _is_small(self) -> bool:
        points, _ = few_of(self.experiment)
        return len(points) == len(problem_of(self.experiment).training)


def start(experiment: Experiment) -> Run:
    """Return the run before its first step.

    Raises PolycoreError where the range or the scaling allows no weights that a file could hold, and unless
    `experiment` is an Experiment.
    """
    check_kind("experiment", experiment, Experiment, "Give Experiment(...), or a run's own, run.experiment.")
    problem = problem_of(experiment)
    rng = generator(experiment.seed, Stream.INITIAL_WEIGHTS)
    parameters = network.initial_parameters(experiment.widths, experiment.initial_weights, rng)
    if np.abs(parameters).max() > problem.parameter_limit:
        raise PolycoreError(
            "standardize is True, but the points spread so little, or lie so far out, that the weights "
            f"would pass {MAX_PARAMETER_SIZE:g} once the scaling is folded into them. "
            "Change x_range or switch it off."
        )
    parameters = parameters.astype(problem.precision)
    with np.errstate(over="ignore", divide="ignore"):
        measured = measure(parameters, problem, Workspace(experiment.widths))
        position = beginning(problem, parameters, measured.loss)
    return Run(
        experiment=experiment,
        **position._asdict(),
        best_step=0,
        best_loss=measured.loss,
        best_parameters=parameters,
        history=measured.told_in(History(problem.measured_every), 0),
        held_out_loss=measured.held_out_loss,
    )


def advance(run: Run, steps: int) -> Run:
    """Return the run `steps` steps on, or fewer where the experiment's steps end; `run` stays as it was.

    The result is the same to the last bit however the steps are cut into calls. Raises PolycoreError unless
    `run` is a Run and `steps` a whole number, 0 or more.
    """
    check_kind("run", run, Run, "Start one: advance(start(experiment), steps).")
    if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 0:
        raise PolycoreError(f"steps is {steps!r:.40}; expected a whole number, 0 or more.")
    end = min(run.step + steps, run.experiment.steps)
    if run.done or end == run.step:
        return run
    # a diverging run overflows on its way to a loss that is not finite, which ends it with a sentence
    with np.errstate(all="ignore"):
        return _advanced(run, problem_of(run.experiment), end)


def _advanced(run: Run, problem: Problem, end: int) -> Run:
    """Return the run at step `end`, or where it ended before; a Run is made only where one is kept."""
    experiment, workspace = run.experiment, Workspace(run.experiment.widths)
    position = Position(run.step, run.parameters, run.optimizer_state, run.loss, run.gradient)
    lowest, best = run.best_loss, (run.best_step, run.best_parameters)
    searching = problem.whole and searches(experiment)  # then what is kept is always the best
    may_end = experiment.target_loss is not None or experiment.patience is not None
    may_end = may_end or experiment.optimizer == "lbfgs"
    ended: Ending | None = None
    for following in course(position, problem, run.step, end):
        moved = following.parameters is not position.parameters
        if moved and not problem.holds(following.parameters):
            ended = "diverged"
            position = position._replace(step=following.step - 1)
            break
        position = following
        step, loss = position.step, position.loss
        if step % problem.measured_every == 0 or step == experiment.steps:
            measured = measure(position.parameters, problem, workspace)
            run = _told(run, measured, step)
            loss = measured.loss if loss is None else loss
        if loss is not None:
            lowest, best = (loss, (step, position.parameters)) if loss < lowest else (lowest, best)
        if moved and searching:
            best = step, position.parameters
        if may_end and (ended := _ending(run, position, lowest)) is not None:
            break
    if searching:
        lowest = workspace.loss(position.parameters, problem.training)
        position = position._replace(loss=lowest)
    best_step, best_parameters = best
    return replace(
        run,
        **position._asdict(),
        best_step=best_step,
        best_loss=lowest,
        best_parameters=best_parameters,
        ended=ended,
    )


def _told(run: Run, measured: Measurement, step: int) -> Run:
    """Return the run with its history and the lowest held-out loss brought up to date."""
    if step % run.history.every == 0 or step == run.experiment.steps:
        run = replace(run, history=measured.told_in(run.history, step))
    if measured.held_out_loss < run.held_out_loss:
        run = replace(run, held_out_loss=measured.held_out_loss, held_out_step=step)
    return run


def _ending(run: Run, position: Position, lowest: float) -> Ending | None:
    experiment, step, state = run.experiment, position.step, position.optimizer_state
    if experiment.target_loss is not None and lowest <= experiment.target_loss:
        return "target"
    if experiment.patience is not None and step - run.held_out_step >= experiment.patience:
        return "patience"
    return "stuck" if isinstance(state, lbfgs.LbfgsState) and state.stuck else None


def _folded(problem: Problem, parameters: Floats) -> network.Layers:
    """Return layers that act on raw (x, y): (p - mean) / deviation · W + b = p · W' + b'."""
    (weights, biases), *others = network.layers(parameters.astype(np.float64), problem.experiment.widths)
    raw_weights = weights / problem.deviation[:, np.newaxis]
    return ((raw_weights, biases - problem.mean @ raw_weights), *others)


def _model(run: Run, parameters: Floats, step: int) -> Model:
    problem = problem_of(run.experiment)
    layers = _folded(problem, parameters)
    loss, accuracy = _loss_and_accuracy(layers, *run.experiment.training_set())
    return _model_of(run, layers, step, loss, accuracy)


def _model_for_a_page(run: Run, parameters: Floats, step: int, known_loss: float | None) -> Model:
    points, labels = few_of(run.experiment)
    layers = _folded(problem_of(run.experiment), parameters)
    loss, accuracy = _loss_and_accuracy(layers, points, labels)
    if known_loss is None:
        return told_of_few(_model_of(run, layers, step, loss, accuracy), len(points))
    model = _model_of(run, layers, step, known_loss, accuracy)
    return replace(model, metadata={**model.metadata, ACCURACY_ON: len(points)})


def _model_of(run: Run, layers: network.Layers, step: int, loss: float, accuracy: float) -> Model:
    _, held_out_accuracy = _loss_and_accuracy(layers, *run.experiment.held_out_set())
    return Model(
        weights=tuple(np.asarray(weights, dtype=np.float64) for weights, _ in layers),
        biases=tuple(np.asarray(biases, dtype=np.float64) for _, biases in layers),
        loss=loss,
        accuracy=accuracy,
        polynomials=run.experiment.polynomials,
        held_out_accuracy=held_out_accuracy,
        metadata={
            "experiment": run.experiment.to_dict(),
            "step": step,
            "seed": run.experiment.seed,
            "versions": {"polycore": __version__, "numpy": np.__version__},
        },
    )


def _loss_and_accuracy(layers: network.Layers, points: Floats, labels: Integers) -> tuple[float, float]:
    weights, biases = zip(*layers, strict=True)
    probabilities = network.predict_proba(weights, biases, points)
    return network.cross_entropy(probabilities, labels), network.accuracy(probabilities, labels)
