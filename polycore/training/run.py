"""A training run: its state, how it starts, and how it advances."""

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral

import numpy as np

from polycore import network
from polycore.arrays import Floats, Integers
from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.files.path_or_file import PathOrFile
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.evaluation import ACCURACY_ON, marked_as_measured_on, thinned_training_set
from polycore.model.model import Model
from polycore.network.kernels import Kernels
from polycore.network.parameters import Layers
from polycore.randomness import Stream, generator
from polycore.training import run_file
from polycore.training.early_stop import sentence
from polycore.training.history import History
from polycore.training.loop import train
from polycore.training.measurement import measure
from polycore.training.state import RunState
from polycore.training.task import Task, task_of
from polycore.training.update_rules import update_rule
from polycore.version import __version__


@dataclass(frozen=True, eq=False)
class Run(RunState):
    """A run after `step` steps; `advance` returns it some steps later.

    `history`: what was measured. `current` and `best` are its models. For the other fields see the class
    that this one extends.
    """

    @classmethod
    def load(cls, source: PathOrFile) -> "Run":
        """Return the run in the run file at a path, or in a binary file from its current position.

        It continues as the run that was saved would have: to the same bits, with the same NumPy on the same
        kind of machine. Nothing in a file is ever executed. Raises RunFileError, and nothing else, if the
        file breaks a rule of the format.
        """
        state = run_file.read(source)
        return cls(
            experiment=state.experiment,
            step=state.step,
            parameters=state.parameters,
            optimizer_state=state.optimizer_state,
            loss=state.loss,
            gradient=state.gradient,
            best_step=state.best_step,
            best_loss=state.best_loss,
            best_parameters=state.best_parameters,
            history=state.history,
            held_out_loss=state.held_out_loss,
            held_out_step=state.held_out_step,
            ended=state.ended,
        )

    def save(self, target: PathOrFile) -> None:
        """Write a run file to a path, exactly as given, or in one piece to a binary file.

        A file at the path is replaced once everything is written; until then it stays as it was. The same run
        gives the same bytes. Raises PolycoreError if the file cannot be written.
        """
        run_file.write(target, self)

    @property
    def done(self) -> bool:
        """Whether no step is left: all were taken, or the run ended early."""
        return self.step >= self.experiment.steps or self.ended is not None

    @property
    def ended_because(self) -> str | None:
        """A sentence if the run ended before its last step, otherwise None."""
        if self.ended is None:
            return None
        return sentence(self.ended, self.experiment, self.step, self.held_out_step)

    @property
    def diverged(self) -> bool:
        """Whether it ended because its weights grew without bound; the other ends are intended."""
        return self.ended == "diverged"

    @property
    def gradient_norm(self) -> float | None:
        """The length of `gradient`, in nats per unit of a parameter; None if there is none."""
        # in float32 the squares of a diverging gradient overflow
        return None if self.gradient is None else float(np.linalg.norm(self.gradient.astype(np.float64)))

    @property
    def layers(self) -> Layers:
        """The weights and biases of this step, layer by layer, as they act on raw (x, y)."""
        return task_of(self.experiment).raw_layers(self.parameters)

    @cached_property
    def current(self) -> Model:
        """The model of this step's weights."""
        return _model(self, self.parameters, self.step)

    @cached_property
    def best(self) -> Model:
        """The model with the lowest loss on the training set so far; at step 0 the initial one.

        If steps work on the whole training set, every step counts; otherwise those that were measured.
        """
        return _model(self, self.best_parameters, self.best_step)

    @property
    def best_for_a_page(self) -> Model:
        """`best`, with the accuracy of a large training set measured on some points: see `evaluation`.

        The loss is of all points, since it is known.
        """
        if self._is_small:
            return self.best
        return _model_for_a_page(self, self.best_parameters, self.best_step, self.best_loss)

    @property
    def current_for_a_page(self) -> Model:
        """`current`, by the same rule; if steps work on batches, the loss too is of these points."""
        if self._is_small:
            return self.current
        return _model_for_a_page(self, self.parameters, self.step, self.loss)

    @property
    def _is_small(self) -> bool:
        points, _ = thinned_training_set(self.experiment)
        return len(points) == len(task_of(self.experiment).training)


def start(experiment: Experiment) -> Run:
    """Return the run before its first step.

    Raises PolycoreError if the range or the scaling allows no weights that a file could store, and unless
    `experiment` is an Experiment.
    """
    check_type("experiment", experiment, Experiment, "Give Experiment(...), or a run's own, run.experiment.")
    task = task_of(experiment)
    parameters = _initial_parameters(task)
    with np.errstate(all="ignore"):  # very large logits overflow on the way to a loss that is finite
        measured = measure(parameters, task, Kernels(experiment.widths))
        state = update_rule(task).start(parameters, measured.loss)
    return Run(
        experiment=experiment,
        step=state.step,
        parameters=state.parameters,
        optimizer_state=state.optimizer_state,
        loss=state.loss,
        gradient=state.gradient,
        best_step=0,
        best_loss=measured.loss,
        best_parameters=parameters,
        history=measured.appended_to(History(task.measured_every), 0),
        held_out_loss=measured.held_out_loss,
    )


def advance(run: Run, steps: int) -> Run:
    """Return the run after `steps` more steps, or as many as the experiment has left; `run` does not change.

    The result is the same to the last bit however the steps are split into calls. Raises PolycoreError unless
    `run` is a Run and `steps` a whole number, 0 or more.
    """
    check_type("run", run, Run, "Start one: advance(start(experiment), steps).")
    if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 0:
        raise PolycoreError(f"steps: got {steps!r:.40}; expected a whole number, 0 or more.")
    end = min(run.step + steps, run.experiment.steps)
    if run.done or end == run.step:
        return run
    # a diverging run overflows before its loss is no longer finite, which ends it with a sentence
    with np.errstate(all="ignore"):
        return train(run, task_of(run.experiment), end)


def _initial_parameters(task: Task) -> Floats:
    experiment = task.experiment
    rng = generator(experiment.seed, Stream.INITIAL_WEIGHTS)
    parameters = network.initial_parameters(experiment.widths, experiment.initial_weights, rng)
    if np.abs(parameters).max() > task.parameter_limit:
        raise PolycoreError(
            "standardize: got True, but the points spread so little, or lie so far from 0, that the weights "
            f"would exceed {MAX_PARAMETER_SIZE:g} once the scaling is folded into them. "
            "Change x_range or switch standardize off."
        )
    return parameters.astype(task.precision)


def _model(run: Run, parameters: Floats, step: int) -> Model:
    layers = task_of(run.experiment).raw_layers(parameters)
    loss, accuracy = _loss_and_accuracy(layers, *run.experiment.training_set())
    return _model_of(run, layers, step, loss, accuracy)


def _model_for_a_page(run: Run, parameters: Floats, step: int, known_loss: float | None) -> Model:
    points, labels = thinned_training_set(run.experiment)
    layers = task_of(run.experiment).raw_layers(parameters)
    loss, accuracy = _loss_and_accuracy(layers, points, labels)
    if known_loss is None:
        return marked_as_measured_on(_model_of(run, layers, step, loss, accuracy), len(points))
    model = _model_of(run, layers, step, known_loss, accuracy)
    return replace(model, metadata={**model.metadata, ACCURACY_ON: len(points)})


def _model_of(run: Run, layers: Layers, step: int, loss: float, accuracy: float) -> Model:
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


def _loss_and_accuracy(layers: Layers, points: Floats, labels: Integers) -> tuple[float, float]:
    weights, biases = zip(*layers, strict=True)
    probabilities = network.predict_proba(weights, biases, points)
    return network.cross_entropy(probabilities, labels), network.accuracy(probabilities, labels)
