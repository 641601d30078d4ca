"""Film: an animated GIF of a run, with its map and its loss side by side."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from polycore.arrays import evenly
from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.films.film_steps import film_steps_of
from polycore.training.run import Run

if TYPE_CHECKING:
    from PIL.Image import Image

    from polycore.films.gif_frames import Frames

MOST_FRAMES = 48
MOST_BYTES = 3_000_000
FILM_MS, LAST_MS = 5760, 2500  # of all frames but the pause on the last one
SLOWEST_MS = 400  # for a frame, if there are few


def film(run: Run, progress: Callable[[int, int], None] | None = None) -> bytes:
    """Return an animated GIF of 640 by 320 pixels, at most 3 MB, that repeats forever.

    On the left is the map, in the colors of the classes, with the true curves over it or, for points of the
    user's own, at most 300 of the training points; on the right the loss, in nats, up to the step of the
    frame. The frames are those of the run's snapshots and of its present weights, which come last: 48 that
    are evenly chosen if there are more, and fewer if the GIF would be too large.

    Parameters
    ----------
    progress
        Called after each frame with the number of frames drawn, from 1, and how many there are.

    Raises
    ------
    PolycoreError
        Unless `run` is a Run, and if Pillow is not installed.
    """
    check_type("run", run, Run, "Start one: film(advance(start(experiment), steps)).")
    frames_of = _frames_class()
    drawn = []
    # weights of a run that diverged, or was loaded from a file, may be so large that logits overflow
    with np.errstate(all="ignore"):
        steps = film_steps_of(run, MOST_FRAMES)
        frames = frames_of(run, steps)
        for step in steps:
            drawn.append(frames.frame(step))
            if progress is not None:
                progress(len(drawn), len(steps))
    return _fitting_gif(drawn)


def _frames_class() -> "type[Frames]":
    """Import what draws. Raises PolycoreError if Pillow is missing."""
    try:
        import PIL  # noqa: F401  # asked for here: our own modules may be loaded already

        from polycore.films.gif_frames import Frames
    except ModuleNotFoundError as error:
        if error.name != "PIL":
            raise
        raise PolycoreError(
            "film needs Pillow, which is not installed. "
            'Install it: pip install pillow, or polycore-playground with its extra "film".'
        ) from error
    return Frames


def _fitting_gif(frames: "Sequence[Image]") -> bytes:
    """Return the GIF of as many evenly chosen frames as fit into MOST_BYTES, or of the last one alone."""
    content = _gif(frames)
    while len(content) > MOST_BYTES and len(frames) > 1:
        # frames differ in size: a little fewer than would fit if they did not
        fitting = max(1, int(0.95 * len(frames) * MOST_BYTES / len(content)))
        frames = [frames[index] for index in evenly(len(frames), fitting)] if fitting > 1 else frames[-1:]
        content = _gif(frames)
    return content


def _gif(frames: "Sequence[Image]") -> bytes:
    first, *others = frames
    each = min(SLOWEST_MS, FILM_MS // len(frames) // 10 * 10)  # a GIF counts in hundredths of a second
    target = io.BytesIO()
    first.save(
        target,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[*[each] * len(others), LAST_MS],
        loop=0,
        optimize=False,
    )
    return target.getvalue()
