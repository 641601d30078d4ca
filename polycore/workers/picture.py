"""What a page shows of a run's weights, computed where the run's chunks are: figures, and a map.

With NumPy alone, so that workers elsewhere need nothing more.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from polycore.model import neurons
from polycore.model.model import Model
from polycore.pictures.class_map import PackedMap, class_map
from polycore.polynomials.window import Window
from polycore.training.run import Run


@dataclass(frozen=True)
class Wish:
    """What a picture of a run's weights contains.

    window: of the map; None for no map.
    best: of the best weights too, and not only of the latest.
    answers: the answers at the held-out points.
    sharp: a map that is as fine everywhere as at its borders.
    """

    window: Window | None = None
    best: bool = False
    answers: bool = False
    sharp: bool = False


@dataclass(frozen=True, eq=False)
class Portrait:
    """Some weights of a run, measured.

    model: with its loss and accuracies; on a large training set they are measured on some of its points.
    dead: how many hidden neurons are dead.
    answers: the class (N,) at each held-out point; like `map` it is None if it was not wished for.
    """

    model: Model
    dead: int
    map: PackedMap | None = None
    answers: NDArray[np.uint8] | None = None


class Picture(NamedTuple):
    """The weights of a run after its latest step, and its best; `best` is None if it was not wished for."""

    now: Portrait
    best: Portrait | None

    def has(self, wish: Wish) -> bool:
        """Return whether it contains all that is wished for, except the sharpness of its map."""
        portraits = (self.now, self.best) if wish.best else (self.now,)
        return all(
            portrait is not None
            and (wish.window is None or portrait.map is not None)
            and (not wish.answers or portrait.answers is not None)
            for portrait in portraits
        )


def picture_of(run: Run, wish: Wish) -> Picture:
    """Return the picture that is wished for. If the latest weights are the best, both are one object."""
    now = portrait_of(run, run.current_for_a_page, wish)
    if not wish.best:
        return Picture(now, None)
    if run.parameters is run.best_parameters or np.array_equal(run.parameters, run.best_parameters):
        return Picture(now, now)
    return Picture(now, portrait_of(run, run.best_for_a_page, wish))


def portrait_of(run: Run, model: Model, wish: Wish) -> Portrait:
    """Return the portrait of one of the models of `run`, with all that is wished for but `best`."""
    map_of, answers = None, None
    if wish.window is not None:
        map_of = class_map(
            model.weights,
            model.biases,
            wish.window,
            sharp=wish.sharp,
            activation=model.activation,
            inputs=model.inputs,
        ).packed()
    if wish.answers:
        points, _ = run.experiment.held_out_set()
        answers = model.predict_proba(points).argmax(axis=1).astype(np.uint8)
    return Portrait(model, neurons.dead_count(model, run.experiment), map_of, answers)
