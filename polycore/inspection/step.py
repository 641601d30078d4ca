"""The next step of a run, explained: its points, their slopes, and how each weight gets its new value."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, by_fields
from polycore.checks import check_type, checked_whole_number
from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.formatting import aligned, counted, number_text
from polycore.formula import Line, Working
from polycore.inspection.parameter_index import ParameterIndex, WeightChange
from polycore.inspection.point_slopes import PointSlopes
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.parameters import Layers, layers
from polycore.network.plain import passes
from polycore.network.regularization import Draw, Masks, Penalty
from polycore.optimizers.optimizer import (
    Explain,
    FullBatchOptimizer,
    FullBatchUpdate,
    GradientOptimizer,
    GradientUpdate,
    Optimizer,
    SearchOptimizer,
    SearchUpdate,
)
from polycore.optimizers.registry import OPTIMIZERS
from polycore.pictures.notebook import map_html
from polycore.training.run import Run, advance
from polycore.training.task import Task, precision_of, task_of
from polycore.training.update_rules import rates, slopes_of

_PENALTIES = {"L_1": "sign(w)", "L_2": "w"}  # the slopes of the penalties, of strength 1


class Losses(NamedTuple):
    """A loss before and after a step, in nats."""

    before: float
    after: float

    def __str__(self) -> str:
        """Return both as text, and the difference, which may be small beside them."""
        before, after, change = map(number_text, (*self, self.after - self.before))
        return f"{before} → {after} nats ({'+' if self.after > self.before else ''}{change})"


@dataclass(frozen=True, eq=False, repr=False)
class NextStep:
    """The step that a run takes next, as `next_step` returns it. `str` has an overview as text.

    Points and weights are explained when they are asked for. That takes no more memory than a training step.
    The value can be pickled: a worker can create it, and can be asked for `step.point` and `step.weight`.

    Attributes
    ----------
    before
        The run before the step, without snapshots.
    after
        The run after it, as `advance` returns it. All new weights are this run's.
    batch_loss
        On the points of the step, without the neurons that dropout leaves out in it.
    training_loss
        On the whole training set.
    """

    before: Run
    after: Run
    batch_loss: Losses
    training_loss: Losses

    __reduce__ = by_fields

    @property
    def number(self) -> int:
        """Which step it is, counted from 1."""
        return self.before.step + 1

    @property
    def experiment(self) -> Experiment:
        """The experiment of the run."""
        return self.before.experiment

    @property
    def optimizer(self) -> Optimizer:
        """What takes the step."""
        return OPTIMIZERS[self.experiment.optimizer]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the step, by the schedule and the warm-up."""
        done = self.before.step - self.before.began_at
        return next(iter(rates(self.experiment, done, done + 1)))

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """The x and y of the points of the step, (N, 2)."""
        before = self.before
        return self._task.points(before.step, before.began_at, before.errors).astype(np.float64)

    @property
    def labels(self) -> Integers:
        """The classes of the points, (N,)."""
        return self._batch.labels

    @cached_property
    def errors(self) -> NDArray[np.float64]:
        """1 minus the probability of its class before the step, for each point, (N,)."""
        with np.errstate(all="ignore"):
            kernels, batch = self._task.kernels(), _exact(self._batch)
            return np.asarray(kernels.gradient_and_errors(self._parameters, batch, _draw(self.before))[1])

    @property
    def weights(self) -> Layers:
        """The weights and biases before the step, layer by layer, as they act on standardized inputs."""
        return self._layers(self._parameters)

    @cached_property
    def changes(self) -> Layers:
        """What the step adds to each of them."""
        return self._layers(self._change)

    @property
    def mean_slopes(self) -> Layers | None:
        """The mean slope of each of them over the points, as training computed it; None in a search."""
        return None if self._gradient is None else self._layers(self._gradient)

    def point(self, index: int) -> PointSlopes:
        """Return the point of the batch at an index: the way forward, its loss, and the way back.

        Raises
        ------
        PolycoreError
            If the batch has no such point.
        """
        batch = self._batch
        index = checked_whole_number("point", index, 0, len(batch) - 1)
        return PointSlopes(
            index=index,
            point=self.points[index],
            label=int(batch.labels[index]),
            inputs=batch.columns[:-1, index].astype(np.float64),
            parameters=self.weights,
            activation=self.experiment.activation,
            factors=self._factors_at(index),
            classes=self.experiment.shown_classes,
            input_labels=self.experiment.inputs.labels,
        )

    def weight(self, index: ParameterIndex) -> WeightChange:
        """Return how one weight or bias changes.

        Its slopes are computed in float64 from the numbers that training has. Training computes in float32,
        unless each step works on all samples. The mean slope that it used, with which the calculation begins,
        differs from the mean of these by at most 1e-5 of the largest slope that a point has in that layer, or
        would have if the probability of its class were 99 %. Float32 has probabilities and derivatives to
        1e-7 only: the two differ by more if all neurons of a layer are saturated, or if one lies so close to
        a kink of its activation that rounding moves it across.

        Raises
        ------
        PolycoreError
            If the network has no such weight or bias.
        """
        check_type("index", index, ParameterIndex, "Give ParameterIndex(layer, neuron, source).")
        widths = self.experiment.widths
        position = index.position(widths)
        with np.errstate(all="ignore"):
            explanation = self._explain(position)
            is_search = self._gradient is None
            slopes, off = (None, None) if is_search else self._slopes_of_points(index)
        known = self._slope_lines(position, is_weight=index.source is not None)
        return WeightChange(
            index=index,
            name=index.in_words(
                self.experiment.inputs.labels, len(widths) - 1, self.experiment.shown_classes
            ),
            before=float(self._parameters[position]),
            after=float(self.after.parameters[position]),
            slopes=slopes,
            off=off,
            lines=(*known, *explanation.lines),
            in_file=self._file_lines(index),
            reason=explanation.reason.format(
                kind=index.kind, slope=next((line.words for line in known if line.symbol == "g"), "")
            ),
            note=explanation.note,
        )

    @property
    def largest_change(self) -> ParameterIndex:
        """The weight or bias that changes most."""
        return ParameterIndex.at(int(np.abs(self._change).argmax()), self.experiment.widths)

    def __repr__(self) -> str:
        """The number of the step, and the losses."""
        return f"<NextStep {self.number:,} by {self.optimizer.words.label}: loss {self.training_loss}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: a map of the weights after the step, and what the representation says."""
        experiment, alt = self.experiment, "Map of the most likely class after the step"
        kind = experiment.activation, experiment.inputs
        return map_html(self, alt, self.after.layers, *kind, experiment.window, experiment.shown_classes)

    def __str__(self) -> str:
        """Return what the step works on, and the losses before and after it."""
        rate = (
            f", learning rate {number_text(self.learning_rate)}"
            if "learning_rate" in self.optimizer.uses
            else ""
        )
        rows = [
            ("loss on these points", str(self.batch_loss)),
            ("loss on the training set", str(self.training_loss)),
        ]
        return (
            f"Step {self.number:,} of {self.before.last_step:,} by {self.optimizer.words.label}{rate}, "
            f"on {counted(len(self._batch), 'point')}.\n{aligned(rows)}"
        )

    @property
    def _task(self) -> Task:
        return task_of(self.experiment)

    @cached_property
    def _batch(self) -> Batch:
        return _batch(self.before)

    @property
    def _parameters(self) -> Floats:
        """The parameters before the step in the precision in which training takes it."""
        return self.before.parameters.astype(precision_of(self.experiment), copy=False)

    @property
    def _change(self) -> Floats:
        return self.after.parameters.astype(np.float64) - self._parameters.astype(np.float64)

    def _layers(self, vector: Floats) -> Layers:
        return layers(vector.astype(np.float64), self.experiment.widths)

    @property
    def _gradient(self) -> Floats | None:
        """The gradient that the step followed, of the points alone; None in a search."""
        # on all points it came with the loss before the step; on others the step itself computed it
        is_known = self._task.full_batch and _draw(self.before) is None
        return self.before.gradient if is_known else self.after.gradient

    def _slopes(self, gradient: Floats, clipping: float) -> Floats:
        """Return what the optimizer follows: the gradient plus the penalty's, clipped."""
        experiment = self.experiment
        penalty = Penalty.of(experiment.l1, experiment.l2, experiment.widths, self._task.precision)
        return slopes_of(gradient, self._parameters, penalty, clipping)

    @cached_property
    def _explain(self) -> Explain:
        """The optimizer's function that explains the new value of the parameter at an index."""
        before, after, batch, kernels = self.before, self.after, self._batch, self._task.kernels()
        gradient = cast(Floats, self._gradient)
        match self.optimizer:
            case GradientOptimizer() as optimizer:
                return optimizer.explain(
                    GradientUpdate(
                        parameters=self._parameters,
                        slopes=self._slopes(gradient, self.experiment.gradient_clipping),
                        state=before.optimizer_state,
                        learning_rate=self.learning_rate,
                        settings=self.experiment,
                        widths=self.experiment.widths,
                        new_parameters=after.parameters,
                        new_state=after.optimizer_state,
                    )
                )
            case SearchOptimizer() as optimizer:
                size, step = before.parameters.size, before.step
                return optimizer.explain(
                    SearchUpdate(
                        parameters=before.parameters,
                        direction=next(self._task.directions(size, step, step + 1)),
                        state=before.optimizer_state,
                        learning_rate=self.learning_rate,
                        loss_of=lambda parameters: kernels.loss(parameters, batch),
                        new_parameters=after.parameters,
                        new_state=after.optimizer_state,
                    )
                )
            case FullBatchOptimizer() as optimizer:
                return optimizer.explain(
                    FullBatchUpdate(
                        parameters=before.parameters,
                        loss=cast(float, before.loss),
                        gradient=gradient,
                        state=before.optimizer_state,
                        loss_and_gradient=lambda parameters: kernels.loss_and_gradient(parameters, batch),
                        new_parameters=after.parameters,
                        new_state=after.optimizer_state,
                    )
                )
            case other:
                raise TypeError(f"{other.name} is an optimizer of an unknown kind.")

    def _slope_lines(self, position: int, *, is_weight: bool) -> tuple[Line, ...]:
        """Return the value before the step and, unless the optimizer searches, the slope that it follows."""
        working, experiment, gradient = Working(), self.experiment, self._gradient
        working.measure("w", "its value before the step", self._parameters[position])
        if gradient is None:
            return working.lines
        # L-BFGS has neither penalties nor clipping
        is_plain = not isinstance(self.optimizer, GradientOptimizer)
        strengths = {} if is_plain or not is_weight else {"L_1": experiment.l1, "L_2": experiment.l2}
        limit = 0.0 if is_plain else experiment.gradient_clipping
        length = float(np.linalg.norm(self._slopes(gradient, 0.0).astype(np.float64)))
        terms = [f"{name} * {_PENALTIES[name]}" for name, strength in strengths.items() if strength]
        words, mean = f"its mean slope over {counted(len(self._batch), 'point')}", gradient[position]
        if not terms and not 0 < limit < length:
            working.measure("g", words, mean)
            return working.lines
        working.measure("mean", words, mean)
        working.known |= {**strengths, "limit": limit}
        formula = "mean"
        if terms:
            working.compute("penalty", "slope of the penalty", " + ".join(terms))
            formula = "mean + penalty"
        if 0 < limit < length:
            working.measure("length", "length of the whole gradient, which is above the limit", length)
            formula = f"({formula}) * limit / length"
        working.compute(
            "g", "the slope that the step follows", formula, self._slopes(gradient, limit)[position]
        )
        return working.lines

    def _file_lines(self, index: ParameterIndex) -> tuple[Line, ...]:
        """Return how the number in the file follows, before and after the step; () if it is the same."""
        task = self._task
        if index.layer or not (task.mean.any() or (task.deviation != 1).any()):
            return ()
        working, neuron = Working(), index.neuron
        runs = (("", "before", self._parameters), ("new_", "after", self.after.parameters))
        for prefix, when, parameters in runs:
            [(weights, biases), *_] = self._layers(parameters)
            [(raw_weights, raw_biases), *_] = task.raw_layers(parameters)
            if index.source is None:
                for source, (mean, deviation) in enumerate(zip(task.mean, task.deviation, strict=True)):
                    working.known |= {f"mean_{source}": float(mean), f"deviation_{source}": float(deviation)}
                    working.known[f"{prefix}w_{source}"] = float(weights[source, neuron])
                working.known[f"{prefix}b"] = float(biases[0, neuron])
                sources = range(len(task.mean))
                terms = (f" - mean_{one} * {prefix}w_{one} / deviation_{one}" for one in sources)
                formula, value = f"{prefix}b{''.join(terms)}", raw_biases[0, neuron]
            else:
                working.known["deviation"] = float(task.deviation[index.source])
                working.known[f"{prefix}w"] = float(weights[index.source, neuron])
                formula, value = f"{prefix}w / deviation", raw_weights[index.source, neuron]
            working.compute(f"{prefix}file", f"{when} the step", formula, value)
        return working.lines

    def _parts(self) -> Iterator[tuple[Batch, Masks | None]]:
        """Yield the parts of the batch that training computes together, with the masks of dropout."""
        draw = _draw(self.before)
        for part in self._task.kernels().parts(self._batch):
            yield part, None if draw is None else draw(len(part))

    def _factors_at(self, index: int) -> tuple[Floats, ...] | None:
        """Return dropout's factors for one point, (neurons,) of each hidden layer; None without dropout."""
        for part, masks in self._parts():
            if index < len(part):
                return None if masks is None else tuple(mask[:, index].astype(np.float64) for mask in masks)
            index -= len(part)
        raise IndexError(index)

    def _slopes_of_points(self, index: ParameterIndex) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the slope of each point, (N,), for a weight or bias, and whether its neuron is off, (N,)."""
        weights, activation, slopes, off = self.weights, ACTIVATIONS[self.experiment.activation], [], []
        for part, masks in self._parts():
            factors = None if masks is None else [mask.T.astype(np.float64) for mask in masks]
            both = passes(weights, part.points.astype(np.float64), part.one_hot.T, activation, factors)
            of_neuron = both.slopes[index.layer][:, index.neuron]
            if index.layer < len(both.derivatives):
                off.append(both.derivatives[index.layer][:, index.neuron] == 0)
            else:  # an output is never off
                off.append(np.zeros(len(of_neuron), dtype=np.bool_))
            if index.source is not None:
                of_neuron = of_neuron * both.inputs[index.layer][:, index.source]
            slopes.append(of_neuron)
        return np.concatenate(slopes), np.concatenate(off)


def next_step(run: Run) -> NextStep:
    """Return the step that a run takes next, explained.

    It is the step of `advance`, to the last bit.

    Raises
    ------
    PolycoreError
        If the run is done, or diverges in this step, and unless `run` is a Run.
    """
    check_type("run", run, Run, "For a model, start one: start(model.experiment, model).")
    if run.done:
        raise PolycoreError(
            f"run: got one that is done at step {run.step:,}; expected one with a step left. Continue it: "
            "start(run.experiment, run)."
        )
    before = run.without_snapshots()
    after = advance(before, 1)
    if after.diverged:
        raise PolycoreError(f"run: got one whose next step cannot be taken. {after.ended_because}")
    task, batch = task_of(run.experiment), _exact(_batch(before))
    both = (before.parameters.astype(task.precision), after.parameters)
    kernels = task.kernels()
    with np.errstate(all="ignore"):
        on_training_set = [kernels.loss(parameters, task.training) for parameters in both]
        on_batch = on_training_set
        if batch is not task.training or _draw(before) is not None:
            on_batch = [kernels.loss(parameters, batch, _draw(before)) for parameters in both]
    return NextStep(before, after, Losses(*on_batch), Losses(*on_training_set))


def _batch(run: Run) -> Batch:
    """Return the points of the next step of a run."""
    return task_of(run.experiment).batch(run.step, run.began_at, run.errors)


def _exact(batch: Batch) -> Batch:
    return batch if batch.columns.dtype == np.float64 else batch.astype(np.float64)


def _draw(run: Run) -> Draw | None:
    """Return what draws the masks of the next step of a run; None if it leaves out no neurons."""
    if not isinstance(OPTIMIZERS[run.experiment.optimizer], GradientOptimizer):
        return None
    return task_of(run.experiment).dropout(run.step + 1)
