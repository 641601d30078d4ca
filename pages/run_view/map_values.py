"""What the map of a run shows while the run advances: the pixels of its regions, and its mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pages.models import map_layers
from pages.models.map_layers import Mistakes
from pages.plane.plane import decisions_of
from pages.plane.referee import referee_of
from pages.plane.scene import Scene, scene_of
from pages.wording.percent import percent
from polycore import Experiment, Referee
from polycore.figures import alternative_text
from polycore.figures.plane import mistakes_layer
from polycore.pictures.class_map import PackedMap, unpacked
from polycore.pictures.painter import alphas_of, differences
from polycore.pictures.words import regions


@dataclass(frozen=True)
class ShownMap:
    """A map as a frame has it: values for its header, and the pixels.

    The value "map" has the number of columns and rows, and the alphas of the `Painting` with these pixels.
    """

    values: Mapping[str, Any]
    pixels: bytes


@lru_cache(maxsize=16)
def shown_map(picture: PackedMap, experiment: Experiment, differences: bool) -> ShownMap:
    """Return the regions of a network, or where they differ from those of the referee.

    Sessions that train the same show the same map: the differences take 5 ms.
    """
    referee = referee_of(experiment) if differences else None
    if referee is not None:
        return _differences(picture, scene_of(experiment), referee)
    scene = scene_of(experiment)
    alt = regions(scene.classes, *scene.window, picture.areas, picture.probability)
    return ShownMap({"map": _sizes(picture, alphas_of(picture.levels)), "map_alt": alt}, picture.scanlines)


def mistakes(wrong: Mistakes, experiment: Experiment) -> dict[str, Any]:
    """Return the held-out points with a wrong answer, as many as a map marks, and the caption about all."""
    [trace] = mistakes_layer(wrong.points, wrong.labels, wrong.answers, experiment.shown_classes).traces
    return {
        "x": trace.x.tolist(),
        "y": trace.y.tolist(),
        "text": list(trace.hovertext),
        "caption": map_layers.mistakes_caption(wrong),
    }


def _differences(picture: PackedMap, scene: Scene, referee: Referee) -> ShownMap:
    answers = unpacked(picture) // np.uint8(picture.levels + 1)
    decisions = decisions_of(referee, scene.window, picture.columns, picture.rows).for_answers(answers)
    painting = differences(answers, decisions)
    alt = alternative_text.differences(
        scene.classes,
        np.array(scene.window[0]),
        np.array(scene.window[1]),
        answers.astype(np.int64),
        decisions.astype(np.int64),
    )
    differing = percent((answers != decisions).mean())
    values = {"map": _sizes(picture, painting.alphas), "map_alt": alt, "differing": differing}
    return ShownMap(values, painting.scanlines())


def _sizes(picture: PackedMap, alphas: tuple[int, ...]) -> dict[str, Any]:
    return {"columns": picture.columns, "rows": picture.rows, "alphas": alphas}
