"""The loss landscape of one or several runs: computed by workers when it is asked for, then shown."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from math import prod

import streamlit as st

from pages.models import job_button
from pages.plane import live
from pages.runs.job import Job, Progress
from pages.server import server
from polycore import Landscape, Run
from polycore.figures.landscape import landscape_figure
from polycore.inspection.survey import MOST_POINTS, Directions
from polycore.workers.landscape_in_parts import landscape_by

TITLE = "The loss landscape"
DRAW, DRAW_AGAIN = "Draw the loss landscape", "Draw it again"
EXPLAINED = (
    "The map shows what the loss would be if all weights were moved in two directions at once: slate "
    "blue is low, sand is high."
)
HEIGHT = 520
SIZES = (41, 31, 21)  # losses along each side
# multiplications: the recommended network takes 2.3e10 with 41 by 41 losses, and a second
MOST_EFFORT = 6e10


def ask(
    find: Callable[[], Job[Landscape] | None], begin: Callable[[], None], key: str, text: str
) -> Landscape | None:
    """Draw the button that begins a landscape, with the help `text`; return it once there is one.

    find, begin: see `job_button.draw`.
    """
    label = DRAW if find() is None else DRAW_AGAIN
    return job_button.draw(find, begin, key, label, ":material/landscape:", text)


def begun(of: str, run: Run, *others: Run, directions: Directions = "principal") -> Job[Landscape]:
    """Return the job that computes the landscape around `run`, with all trajectories; it has started.

    of: the name of that run, or of the first of several.
    """
    compute = partial(_computed, run, others, directions)
    job = Job(of, compute, "Waiting for another landscape", "{:,} of {:,} losses computed")
    job.start()
    return job


def draw(
    landscape: Landscape, key: str, names: Sequence[str] | None = None, lines: Sequence[int] | None = None
) -> None:
    """Draw a landscape with its caption; for names and lines see the figure."""
    live.figure(landscape_figure(landscape, names, lines), key=f"{key}.map", height=HEIGHT)
    rows, columns = landscape.losses.shape
    star = "the star" if names is None else f"the star of {names[0]}"
    st.caption(
        f"{rows} by {columns} losses, each measured on {landscape.point_count:,} training points. The map is "
        f"exact at {star}; other weights lie off this plane, and a line shows the points of the plane that "
        "are nearest to them. Hover over a line for the losses of its own weights."
    )


def _computed(run: Run, others: Sequence[Run], directions: Directions, show: Progress) -> Landscape:
    own = server.current()
    with own.turns.landscape:
        size = size_for(run)
        return landscape_by(own.workers, run, *others, directions=directions, size=size, progress=show)


def size_for(run: Run) -> int:
    """Return how many losses along each side take a few seconds, or the fewest that show anything."""
    widths = run.experiment.widths
    weights = sum(map(prod, pairwise(widths)))
    points = min(MOST_POINTS, run.experiment.sample_count or MOST_POINTS)
    return next((size for size in SIZES if size**2 * points * weights <= MOST_EFFORT), SIZES[-1])
