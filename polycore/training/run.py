"""A training run: its state, how it starts, and how it advances."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from polycore import network
from polycore.arrays import Floats
from polycore.checks import check_type, checked_whole_number, described
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.formatting import loss_text
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.evaluation import (
    ACCURACY_ON,
    loss_and_accuracy,
    marked_as_measured_on,
    thinned_training_set,
)
from polycore.model.model import Model
from polycore.model.path_or_file import PathOrFile
from polycore.network.parameters import Layers
from polycore.pictures.notebook import map_html
from polycore.randomness import Stream, generator
from polycore.training import continuing, run_file
from polycore.training.continuing import Continuation
from polycore.training.history import History, measure
from polycore.training.loop import train
from polycore.training.snapshots import NO_SNAPSHOTS, Snapshots
from polycore.training.state import RunState
from polycore.training.task import Task, task_of
from polycore.training.update_rules import update_rule
from polycore.version import __version__


@dataclass(frozen=True, eq=False, repr=False)
class Run(RunState):
    """A run after `step` steps; `advance` returns it some steps later.

    `history`: what was measured. `current` and `best` are its models. For the other fields see the class
    that this one extends.
    """

    def __repr__(self) -> str:
        """Where it is: its arrays may have half a million numbers."""
        best = f"best loss {loss_text(self.best_loss)} nats at step {self.best_step:,}"
        return f"<Run at step {self.step:,} of {self.last_step:,}: {best}, {self.experiment.optimizer}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: a map of the best weights, and what the representation says."""
        experiment, alt = self.experiment, "Map of the most likely class by the best weights"
        layers = task_of(experiment).raw_layers(self.best_parameters)
        kind = experiment.activation, experiment.inputs
        return map_html(self, alt, layers, *kind, experiment.window, experiment.shown_classes)

    @classmethod
    def load(cls, source: PathOrFile) -> "Run":
        """Return the run in the run file at a path, or in a binary file from its current position.

        It continues as the run that was saved would have: to the same bits, with the same NumPy on the same
        kind of machine. Nothing in a file is ever executed.

        Raises
        ------
        RunFileError
            If the file breaks a rule of the format; nothing else is raised.
        """
        state = run_file.read(source)
        return cls(**{field.name: getattr(state, field.name) for field in fields(RunState)})

    def save(self, target: PathOrFile) -> None:
        """Write a run file to a path, exactly as given, or in one piece to a binary file.

        A file at the path is replaced once everything is written; until then it stays as it was. A pipe or a
        device such as /dev/null is written into. The same run gives the same bytes.

        Raises
        ------
        PolycoreError
            If the file cannot be written.
        """
        run_file.write(target, self)

    def without_snapshots(self) -> "Run":
        """Return this run without its snapshots, for a worker that advances it: it returns only new ones."""
        return replace(self, snapshots=NO_SNAPSHOTS)

    def after(self, before: "Run") -> "Run":
        """Return this run, which `before` became without its snapshots, with all of them."""
        snapshots = before.snapshots.followed_by(self.snapshots, self.snapshot_rule, self.step)
        return replace(self, snapshots=snapshots)

    @property
    def done(self) -> bool:
        """Whether no step is left, since all were taken or the run ended early."""
        return self.step >= self.last_step or self.ended is not None

    @property
    def ended_because(self) -> str | None:
        """A sentence if the run ended before its last step, otherwise None."""
        match self.ended:
            case "diverged":
                return (
                    f"The run diverged at step {self.step + 1:,}: a weight left the range in which the loss "
                    "is finite and a file can store it. The best weights are kept. "
                    f"Lower the learning rate ({self.experiment.learning_rate:g}) and start a new run."
                )
            case "target":
                target = self.experiment.target_loss
                return f"The loss reached the target of {target:g} nats at step {self.step:,}."
            case "patience":
                return (
                    f"The loss on held-out points was lowest at step {self.held_out_step:,} and has not "
                    f"fallen for {self.experiment.patience:,} steps: more training would only fit the "
                    "samples better."
                )
            case "stuck":
                return (
                    f"L-BFGS found no lower loss after step {self.step:,}: it is at a minimum, as far as "
                    "numbers of 16 digits can tell, or on a crease of the ReLUs."
                )
        return None

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
    def point_density(self) -> Floats | None:
        """How densely the points of the next step are drawn where the network errs, or None.

        (K, M): on each of K curves M cells of equal width in x, from the left end of the range; 1 is the mean
        of a curve, and the density of even points. With noise it is the same for all curves. None unless the
        experiment draws fresh points by errors.
        """
        if self.errors is None:
            return None
        return task_of(self.experiment).fresh_points.density_by_errors(self.errors)

    @property
    def layers(self) -> Layers:
        """The weights and biases of this step, layer by layer, as they act on raw inputs."""
        return task_of(self.experiment).raw_layers(self.parameters)

    @cached_property
    def current(self) -> Model:
        """The model of this step's weights."""
        return _model(self, self.parameters, self.step)

    @cached_property
    def best(self) -> Model:
        """The model with the lowest loss on the training set so far; at step 0 the initial one.

        If steps work on the whole training set, every step counts; otherwise the steps of the history, before
        it was thinned, and 1, 2, 4, 8, ... steps after the start. `target_loss` ends a run by this loss.
        """
        return _model(self, self.best_parameters, self.best_step)

    @property
    def best_for_a_page(self) -> Model:
        """`best`, with the accuracy of a large training set measured on some points; see `evaluation`.

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

    def snapshot_for_a_page(self, step: int) -> Model:
        """Return the model of the snapshot of `step`, by the same rule.

        Raises
        ------
        PolycoreError
            Unless the run has kept one.
        """
        kept = dict(zip(self.snapshots.step, self.snapshots.parameters, strict=True))
        if step not in kept:
            raise PolycoreError(f"step: got {step}; expected one of run.snapshots.step.")
        parameters = kept[step].astype(np.float64)
        if self._is_small:
            return _model(self, parameters, step)
        return _model_for_a_page(self, parameters, step, None)

    @property
    def _is_small(self) -> bool:
        points, _ = thinned_training_set(self.experiment)
        return len(points) == len(task_of(self.experiment).training)


def start(experiment: Experiment, weights: Model | Run | None = None) -> Run:
    """Return the run before its first step, or one that continues from given weights.

    Parameters
    ----------
    weights
        Of a model, whatever trained it, or of a run. The network must have the experiment's layers.
        The steps are counted on, so that no batch repeats, and `experiment.steps` more are taken. A run's
        optimizer keeps its state if the experiment has the same one; its history and snapshots are kept too.
        None: initial weights, as the experiment's seed determines them.

    Raises
    ------
    PolycoreError
        If the range or the scaling allows no weights that a file could store, if `weights` do not fit, and
        unless the arguments are of these types.
    """
    check_type("experiment", experiment, Experiment, "Give Experiment(...), or a run's own, run.experiment.")
    task = task_of(experiment)
    continuation = _continuation(task, weights)
    parameters, step = continuation.parameters, continuation.step
    with np.errstate(all="ignore"):  # very large logits overflow on the way to a loss that is finite
        measured = measure(parameters, task, task.kernels())
        state = update_rule(task).start(parameters, measured.loss)
    run = Run(
        experiment=experiment,
        step=step,
        parameters=state.parameters,
        optimizer_state=continuation.optimizer_state or state.optimizer_state,
        loss=state.loss,
        gradient=state.gradient,
        best_step=step,
        best_loss=measured.loss,
        best_parameters=parameters,
        history=measured.appended_to(History(task.measured_every), step),
        held_out_loss=measured.held_out_loss,
        held_out_step=step,
        began_at=step,
        optimizer_began_at=step if continuation.optimizer_state is None else continuation.optimizer_began_at,
        earlier=continuation.earlier,
        errors=continuation.errors or state.errors,
    )
    first = Snapshots.of(step, parameters)
    return replace(run, snapshots=continuation.snapshots.followed_by(first, run.snapshot_rule, step))


def advance(run: Run, steps: int) -> Run:
    """Return the run after `steps` more steps, or as many as the experiment has left; `run` does not change.

    The result is the same to the last bit however the steps are split into calls.

    Raises
    ------
    PolycoreError
        Unless `run` is a Run and `steps` a whole number, 0 or more.
    """
    check_type("run", run, Run, "Start one: advance(start(experiment), steps).")
    steps = checked_whole_number("steps", steps, 0)
    end = min(run.step + steps, run.last_step)
    if run.done or end == run.step:
        return run
    # a diverging run overflows before its loss is no longer finite, which ends it with a sentence
    with np.errstate(all="ignore"):
        return train(run, task_of(run.experiment), end)


def _continuation(task: Task, weights: Model | Run | None) -> Continuation:
    match weights:
        case None:
            return Continuation(0, _initial_parameters(task), ())
        case Run():
            return continuing.from_run(task, weights)
        case Model():
            return continuing.from_model(task, weights)
        case other:
            raise PolycoreError(
                f"weights: got {described(other)}; expected a Model, a Run or None. Give Model.load(file), "
                "or a run's best, run.best."
            )


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
    loss, accuracy = loss_and_accuracy(run.experiment, layers, *run.experiment.training_set())
    return _model_of(run, layers, step, loss, accuracy)


def _model_for_a_page(run: Run, parameters: Floats, step: int, known_loss: float | None) -> Model:
    points, labels = thinned_training_set(run.experiment)
    layers = task_of(run.experiment).raw_layers(parameters)
    loss, accuracy = loss_and_accuracy(run.experiment, layers, points, labels)
    if known_loss is None:
        return marked_as_measured_on(_model_of(run, layers, step, loss, accuracy), len(points))
    model = _model_of(run, layers, step, known_loss, accuracy)
    return replace(model, metadata={**model.metadata, ACCURACY_ON: len(points)})


def _model_of(run: Run, layers: Layers, step: int, loss: float, accuracy: float) -> Model:
    _, held_out_accuracy = loss_and_accuracy(run.experiment, layers, *run.experiment.held_out_set())
    return Model(
        weights=tuple(np.asarray(weights, dtype=np.float64) for weights, _ in layers),
        biases=tuple(np.asarray(biases, dtype=np.float64) for _, biases in layers),
        loss=loss,
        accuracy=accuracy,
        polynomials=run.experiment.polynomials,
        held_out_accuracy=held_out_accuracy,
        classes=() if run.experiment.data is None else run.experiment.data.names,
        activation=run.experiment.activation,
        features=run.experiment.features,
        metadata={
            "experiment": run.experiment.summary(),
            "step": step,
            "seed": run.experiment.seed,
            "versions": {"polycore": __version__, "numpy": np.__version__},
            **({} if run.experiment.data is None else {"window": run.experiment.data.window}),
            **({"earlier": [leg.to_dict() for leg in run.earlier]} if run.earlier else {}),
        },
    )
