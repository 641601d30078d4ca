"""The film of a run: its frames, what they show, and what it refuses."""

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageSequence

import polycore as pc
from polycore.films import film as film_module
from polycore.films import gif_frames
from polycore.films.drawing import GifColors
from polycore.films.film import film
from polycore.films.film_steps import film_steps_of, losses_of
from polycore.films.gif_frames import LOSS, PLANE, LossPanel
from polycore.pictures.palette import PALETTE
from polycore.training.history import History
from polycore.training.snapshots import NO_SNAPSHOTS, Snapshots
from tests.runs import DIVERGING, OWN, POINTS, TINY

# curves far above and below the middle of the map, which runs from -1 to 1 and from -3.36 to 3.36
FLAT = replace(TINY, polynomials=(pc.Polynomial(3), pc.Polynomial(-3)), hidden=(), standardize=False)
STEEP = 200.0  # of weights: three pixels from a border the network is certain


def frames_of(content):
    """Return the frames as arrays (height, width, 3)."""
    return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(opened(content))]


def opened(content):
    return Image.open(io.BytesIO(content))


def region(label):
    """The color of a certain region: 72 % of the class's color, on white."""
    return [255 - 0.72 * (255 - part) for part in PALETTE[label].rgb]


def one_number(colors):
    """Return each color (..., 3) as one number (...,)."""
    return colors @ np.array([1, 256, 65536])


def line_columns(frame):
    """Return the columns to the right of the map that have pixels of the line's own color."""
    is_line = (frame[:, PLANE.right + 1 :] == PALETTE[0].rgb).all(axis=-1)
    return PLANE.right + 1 + np.nonzero(is_line.any(axis=0))[0]


@pytest.fixture(scope="module")
def run():
    return pc.advance(pc.start(TINY), 60)


@pytest.fixture(scope="module")
def calls():
    return []


@pytest.fixture(scope="module")
def content(run, calls):
    return film(run, lambda *numbers: calls.append(numbers))


def test_every_snapshot_has_a_frame_and_the_last_one_a_pause(content):
    # 60 steps: every second one from 0 to 60, and step 1
    image = opened(content)
    durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert durations == [180] * 31 + [2500]  # 5.76 s for 32 frames, in hundredths of a second
    assert (image.format, image.size, image.info["loop"]) == ("GIF", (640, 320), 0)
    assert len(content) <= 3_000_000


@pytest.mark.usefixtures("content")
def test_the_progress_is_reported_once_a_frame(calls):
    assert calls == [(number, 32) for number in range(1, 33)]


def test_the_dot_moves_right_from_frame_to_frame(content):
    frames = frames_of(content)
    ends = [line_columns(frame).max() for frame in frames]
    assert ends == sorted(set(ends))
    # the disk of radius 4 is at the left end of the axis first, and at the right end at last
    assert ends[0] == pytest.approx(LOSS.left + 4, abs=1)
    assert ends[-1] == pytest.approx(LOSS.right + 4, abs=1)


def test_all_frames_have_the_same_few_colors(content):
    known = set(one_number(GifColors(2).rgb).tolist())
    assert len(known) <= 256
    for frame in frames_of(content):
        assert set(np.unique(one_number(frame)).tolist()) <= known
        assert (frame[:10, :10] == 255).all()


@pytest.mark.parametrize("axis", [pytest.param(0, id="x"), pytest.param(1, id="y")])
def test_the_last_frame_shows_the_present_weights_in_the_colors_of_the_classes(axis):
    # logits -200 v and 200 v of a coordinate v: the border is where it is 0
    weights = np.zeros((2, 2))
    weights[axis] = -STEEP, STEEP
    run = pc.advance(pc.start(FLAT), 2)
    run = replace(run, step=3, parameters=np.concatenate([weights.ravel(), [0, 0]]))
    frames = frames_of(film(run))
    assert len(frames) == 4
    plane = frames[-1][PLANE.rows_and_columns].astype(int)
    middle_row, middle_column = PLANE.height // 2, PLANE.width // 2
    for away in (5, 60):
        first, second = (
            (plane[middle_row, middle_column - away], plane[middle_row, middle_column + away])
            if axis == 0
            else (plane[middle_row + away, middle_column], plane[middle_row - away, middle_column])
        )
        assert first.tolist() == pytest.approx(region(0), abs=1)
        assert second.tolist() == pytest.approx(region(1), abs=1)


def test_true_curves_are_drawn_where_they_are():
    frame = frames_of(film(pc.start(FLAT)))[-1]
    # the margin is 6 % of the range from -3 to 3 on both sides: y = 3 is 0.36 of 6.72 below the top
    row = PLANE.top + round(PLANE.height * 0.36 / 6.72)
    for label, at in ((0, row), (1, PLANE.top + PLANE.bottom - 1 - row)):
        near = frame[at - 1 : at + 2, PLANE.left + PLANE.width // 3].tolist()
        assert list(PALETTE[label].rgb) in near


def test_own_points_are_drawn_where_they_are_in_their_colors():
    run = pc.start(OWN)
    frame = frames_of(film(run))[-1]
    (left, right), (low, high) = POINTS.window
    points, labels = OWN.training_set()
    assert len(points) > 10
    for (x, y), label in zip(points.tolist(), labels.tolist(), strict=True):
        column = PLANE.left + int((x - left) / (right - left) * PLANE.width)
        row = PLANE.top + int((high - y) / (high - low) * PLANE.height)
        assert frame[row, column].tolist() == list(PALETTE[label].rgb)


def test_of_many_own_points_300_are_drawn(monkeypatch):
    drawn = []
    monkeypatch.setattr(gif_frames, "draw_disk", lambda *arguments: drawn.append(arguments))
    points = np.random.default_rng(0).normal(size=(1000, 2))
    film(pc.start(TINY.on_points(pc.PointSet(points, np.arange(1000) % 2))))
    points_drawn = [arguments for arguments in drawn if gif_frames.POINT_RADIUS in arguments]
    assert len(points_drawn) == 300  # the others are the dots of the loss


def test_a_run_without_snapshots_is_a_still_picture(run):
    image = opened(film(replace(run, snapshots=NO_SNAPSHOTS)))
    assert (image.n_frames, image.info["duration"]) == (1, 2500)
    # snapshots at measured steps alone: for any other the film measures the loss, which its line shows
    kept = zip(run.snapshots.step, run.snapshots.parameters, strict=True)
    measured = Snapshots(*zip(*(one for one in kept if one[0] in run.history.step), strict=True))
    last = frames_of(film(replace(run, snapshots=measured)))[-1]
    assert (np.asarray(image.convert("RGB")) == last).all()


def test_a_run_that_diverged_has_a_film():
    run = pc.advance(pc.start(DIVERGING), 50)
    assert run.diverged
    assert opened(film(run)).size == (640, 320)


def test_a_film_that_is_too_large_has_fewer_frames(monkeypatch, run, content):
    monkeypatch.setattr(film_module, "MOST_BYTES", len(content) // 3)
    smaller = film(run)
    assert len(smaller) <= len(content) // 3
    frames = frames_of(smaller)
    assert 5 <= len(frames) <= 12
    assert (frames[0] == frames_of(content)[0]).all()
    assert (frames[-1] == frames_of(content)[-1]).all()


def with_snapshots_at(run, steps, history_steps):
    """Return the run with its present weights at other steps, and losses 1, 2, ... at `history_steps`."""
    numbers = np.arange(1.0, len(history_steps) + 1)
    history = History(1, np.array(history_steps), numbers, numbers / 100, numbers / 100)
    snapshots = Snapshots(tuple(steps), tuple(run.parameters.astype(np.float32) for _ in steps))
    return replace(run, history=history, snapshots=snapshots)


def test_of_many_snapshots_some_are_chosen_evenly(run):
    steps = [one.step for one in film_steps_of(with_snapshots_at(run, range(60), [0, 60]), 48)]
    assert (len(steps), steps[0], steps[-1]) == (48, 0, 60)
    assert set(np.diff(steps)) == {1, 2}


def test_the_figures_are_the_nearest_ones_or_measured_if_those_are_far(run):
    changed = with_snapshots_at(run, [0, 5, 50], [0, 40])
    start, early, later, present = film_steps_of(changed, 48)
    assert (start.loss, start.held_out_accuracy) == (1, 0.01)
    assert (later.loss, later.held_out_accuracy) == (2, 0.02)  # 10 of 50 steps away
    # step 0 is 5 of 5 steps away; and step 40 is not the present
    current = run.current
    for measured in (early, present):
        assert not measured.in_history
        assert measured.loss == pytest.approx(current.loss, rel=1e-5)  # snapshots are rounded to float32
        assert measured.held_out_accuracy == pytest.approx(current.held_out_accuracy)
    steps, losses = losses_of(changed.history, [start, early, later, present])
    assert steps.tolist() == [0, 5, 40, 60]
    assert losses.tolist() == [1, early.loss, 2, present.loss]


def test_a_run_that_continues_shows_what_was_trained_before(run):
    continued = pc.advance(pc.start(replace(TINY, optimizer="sgd"), run), 60)
    film_steps = film_steps_of(continued, 48)
    assert (film_steps[0].step, film_steps[-1].step) == (0, 120)
    steps, losses = losses_of(continued.whole_history, film_steps)
    assert (np.diff(steps) >= 0).all()
    assert losses[0] == run.history.loss[0]


def test_the_axis_of_losses_is_logarithmic():
    panel = LossPanel(np.array([0, 30, 60]), np.array([1.0, 0.1, 0.01]), LOSS)
    rows = []
    for step in (0, 30, 60):
        frame = Image.new("RGB", (640, 320), (255, 255, 255))
        panel.draw(frame, step)
        pixels = np.asarray(frame)
        # the dot is at the right end, and the line that leads to it is above
        end = line_columns(pixels).max()
        rows.append(np.nonzero((pixels[:, end] == PALETTE[0].rgb).all(axis=-1))[0].mean())
    assert rows[1] - rows[0] == pytest.approx(rows[2] - rows[1], abs=1)
    # the margin is 6 % of the two decades at both ends
    assert rows[1] - rows[0] == pytest.approx(LOSS.height / 2.24, abs=1)


@pytest.mark.parametrize("losses", [[0.0, 0.0], [0.0, 2.0], [np.nan, 2.0], [np.inf, np.inf], [5.0, 5.0]])
def test_losses_without_a_logarithm_are_drawn_too(losses):
    frame = Image.new("RGB", (640, 320), (255, 255, 255))
    panel = LossPanel(np.array([0, 1]), np.array(losses), LOSS)
    panel.draw_axes(frame)
    panel.draw(frame, 1)
    assert line_columns(np.asarray(frame)).max() == pytest.approx(LOSS.right + 4, abs=1)


@pytest.mark.parametrize("count", [2, 3, 12, 24])
def test_each_class_has_several_strengths_among_256_colors(count):
    colors = GifColors(count)
    assert len(colors.rgb) <= 256
    assert len(np.unique(colors.rgb, axis=0)) > 16 + 8 * count - 20  # few happen to be equal
    full = np.array([look.rgb for look in PALETTE[:count]], dtype=np.uint8)
    assert (colors.rgb[colors.nearest(full)] == full).all()
    assert colors.nearest(np.array([255, 255, 255], dtype=np.uint8)) == 0


def test_a_film_without_pillow_says_what_is_missing(monkeypatch, run):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(
        pc.PolycoreError,
        match=r'^film needs Pillow, .* pip install pillow, or polycore-playground with its extra "film"\.$',
    ):
        film(run)


@pytest.mark.slow  # it starts a process
def test_its_import_does_not_load_pillow_and_it_needs_no_plotly():
    code = """
import sys
import polycore as pc
from polycore.films.film import film
assert not {"PIL", "plotly"} & set(sys.modules)
sys.modules["plotly"] = None  # as if it were not installed
print(film(pc.start(pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=())))[:6])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "b'GIF89a'\n"


def test_only_runs_have_films():
    with pytest.raises(pc.PolycoreError, match=r"^run: got .*Experiment; expected a Run"):
        film(TINY)
