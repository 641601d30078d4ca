"""The frames of a run: what its pages show, complete in each of them."""

import base64
import io
import json
import math
import threading
import zlib
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import polycore as pc
from pages.channel.live_text import Followed
from pages.models import map_layers
from pages.plane.scene import scene_of
from pages.run_view.map_view import figure_of
from pages.run_view.shown import Selection, ShownRun, contents, values
from pages.runs import view
from pages.runs.training import Training
from pages.runs.view import Milestone
from pages.state.shown_weights import ShownWeights
from polycore.figures.progress import accuracy_heights
from polycore.model import neurons
from polycore.network.plain import predict_proba
from polycore.pictures.class_map import class_map, unpacked
from polycore.workers.picture import picture_of
from tests.hand import Hand
from tests.node import scripts, value_after
from tests.pages.watching import WatchedRun
from tests.pictures import opened as pixels_of
from tests.waiting import wait_until

EXPERIMENT = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=30, hidden=(8,), steps=400, batch_size=16
)


NETWORK = Selection(map_view="Network")


class Directly:
    """Computes what a run submits at once, in this process."""

    def submit(self, function, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future


class NoWorker:
    """Computes nothing."""

    def submit(self, *_):
        return Future()


def watched(steps=120, selection=NETWORK, experiment=EXPERIMENT):
    """Return a tab that shows a run at that step, at rest, whose picture has been made."""
    training = Training(pc.advance(pc.start(experiment), steps), Directly(), pc.advance)
    tab = WatchedRun(training)
    tab.select(selection)
    if selection.map_view is not None:
        wait_until(lambda: training.view.pictured is not None)
    return tab


def opened(frame):
    """Return the header and the blobs in the bytes of a frame, read as the format says."""
    content = frame.content
    size = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + size])
    blobs, start = {}, 4 + size
    for name, length in header["blobs"]:
        blobs[name] = content[start : start + length]
        start += length
    assert start == len(content)
    return header, blobs


def test_a_frame_has_the_whole_history():
    tab = watched()
    _, blobs = opened(tab.frame())
    history = tab.training.view.run.history
    count = len(history.step)
    assert len(blobs["history"]) == 16 * count <= 7000
    steps = np.frombuffer(blobs["history"][: 4 * count], "<u4")
    losses, accuracies, held_out = np.frombuffer(blobs["history"][4 * count :], "<f4").reshape(3, count)
    np.testing.assert_array_equal(steps, history.step)
    np.testing.assert_allclose(losses, history.loss, rtol=1e-6)
    np.testing.assert_allclose(accuracies, 100 * history.accuracy, rtol=1e-6)
    np.testing.assert_allclose(held_out, 100 * history.held_out_accuracy, rtol=1e-6)


@pytest.mark.parametrize(("how", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_it_pauses_and_stops_its_run_unless_that_has_changed_since(how, status):
    training = Training(pc.start(EXPERIMENT), NoWorker(), pc.advance)
    tab = WatchedRun(training)
    training.start()
    tab.halt(how, training.view.generation - 1)
    assert training.view.is_active
    tab.halt(how, training.view.generation)
    assert training.view.status == status


def test_its_map_is_that_of_the_network():
    tab = watched()
    header, blobs = opened(tab.frame())
    run, size = tab.training.view.run, header["weights"]["map"]
    weights, biases = zip(*run.layers, strict=True)
    picture = class_map(weights, biases, scene_of(EXPERIMENT).window, sharp=True).packed()
    assert (size["columns"], size["rows"]) == (picture.columns, picture.rows) == (480, 360)
    assert blobs["map"] == picture.scanlines
    # opaque as in polycore.figures: 0.72 if certain, nothing by chance
    assert (size["alphas"][0], size["alphas"][-1]) == (0, round(0.72 * 255))
    assert len(size["alphas"]) == picture.levels + 1


def read_in_a_browser(frame, name, colors=()):
    """Return what a figure shows for that name: `Values` in live.js."""
    code = "const matchMedia = () => ({}), keeping = () => {};"
    code += scripts(
        "polycore/web/painter.js",
        *(f"pages/{name}.js" for name in ("channel/channel", "channel/picture", "plane/live")),
    )
    code += f"const bytes = Buffer.from({json.dumps(base64.b64encode(frame.content).decode())}, 'base64');"
    code += "const frame = unpacked(Uint8Array.from(bytes).buffer);"
    return value_after(code, f"new Values(frame, {json.dumps({'colors': colors})}).at('{name}')")


def test_a_browser_reads_the_whole_history_of_any_frame():
    tab = watched()
    frame, history = tab.frame(), tab.training.view.run.history
    assert read_in_a_browser(frame, "history.step") == history.step.tolist()
    for name, column in {
        "loss": history.loss,
        "accuracy": 100 * history.accuracy,
        "held_out": 100 * history.held_out_accuracy,
    }.items():
        assert read_in_a_browser(frame, f"history.{name}") == pytest.approx(column, rel=1e-6)  # four bytes


def test_a_browser_draws_accuracies_as_high_as_the_figure_does():
    tab = watched()
    frame, history = tab.frame(), tab.training.view.run.history
    for name, shares in {"accuracy": history.accuracy, "held_out": history.held_out_accuracy}.items():
        heights = accuracy_heights(shares)
        assert read_in_a_browser(frame, f"heights.history.{name}") == pytest.approx(heights, rel=1e-5)
        assert read_in_a_browser(frame, f"last.heights.history.{name}") == pytest.approx(
            heights[-1], rel=1e-5
        )
    shown = tab.training.view.current.held_out_accuracy
    height = accuracy_heights(np.asarray(shown))
    assert read_in_a_browser(frame, "heights.weights.held_out") == pytest.approx(height, rel=1e-9)


def test_a_browser_draws_no_mistakes_where_the_figure_does():
    code = "const matchMedia = () => ({}), keeping = () => {};" + scripts("pages/plane/live.js")
    assert value_after(code, "heights([0, 90, 100])") == pytest.approx([0, 1, 4])


def test_each_pixel_in_a_browser_has_the_color_of_its_class_and_the_alpha_of_its_confidence():
    tab = watched()
    frame, colors = tab.frame(), [(200, 10, 20), (30, 210, 40)]
    pixels = pixels_of(read_in_a_browser(frame, "picture", colors))[::-1]  # the lowest y first
    weights, biases = zip(*tab.training.view.run.layers, strict=True)
    regions = class_map(weights, biases, scene_of(EXPERIMENT).window, sharp=True)
    assert (pixels[..., :3] == np.array(colors)[regions.classes]).all()
    alphas = np.array(frame.header["weights"]["map"]["alphas"])
    assert (pixels[..., 3] == alphas[regions.confidences]).all()
    assert set(np.unique(regions.classes)) == {0, 1}
    assert len(np.unique(regions.confidences)) > 10


def drawn_first(tab, selection):
    """Return what a page draws before its first frame."""
    training, view = tab.training, tab.training.view
    followed = Followed(training.name, 0, active=False)
    return ShownRun(training, view, selection, ShownWeights.of(view, selection.weights), followed)


@pytest.mark.parametrize("map_view", ["Network", "Differences"])
@pytest.mark.parametrize("weights", ["Now", "Best", 0])
def test_a_page_draws_first_the_map_of_the_frame_that_follows(map_view, weights):
    selection = Selection(weights, map_view)
    tab = watched(steps=300, selection=selection)
    header, blobs = opened(tab.frame())
    figure = figure_of(drawn_first(tab, selection))
    image = Image.open(
        io.BytesIO(base64.b64decode(figure["layout"]["images"][0]["source"].partition(",")[2]))
    )
    lines = np.frombuffer(zlib.decompress(blobs["map"]), dtype=np.uint8).reshape(image.height, -1)
    np.testing.assert_array_equal(np.asarray(image), lines[:, 1:])  # each begins with its filter
    assert figure["layout"]["meta"]["alt"] == header["weights"]["map_alt"]


def test_the_map_of_a_past_step_is_rendered_once_for_the_page_and_all_frames(monkeypatch):
    tab, selection, rendered = watched(steps=300), Selection(0, "Network"), []
    portrait_of = view.portrait_of
    monkeypatch.setattr(view, "portrait_of", lambda *given: rendered.append(given) or portrait_of(*given))
    shown = drawn_first(tab, selection)
    assert shown.picture.scanlines == contents(shown.view, selection, "").blobs["map"]
    assert shown.values == values(shown.view, shown.weights, "")
    contents(shown.view, selection, "")
    assert len(rendered) == 1


def test_before_a_worker_has_rendered_the_map_the_page_does_so():
    training = Training(pc.start(EXPERIMENT), NoWorker(), pc.advance)
    picture = drawn_first(WatchedRun(training), NETWORK).picture
    weights, biases = zip(*training.view.run.layers, strict=True)
    assert picture == class_map(weights, biases, scene_of(EXPERIMENT).window).packed()


def test_a_run_that_continues_does_not_wait_for_the_picture_that_no_worker_has_drawn():
    asked = []

    class Hanging:
        def submit(self, *_):
            return asked.append(Future()) or asked[-1]

    training = Training(pc.advance(pc.start(EXPERIMENT), 20), Hanging(), pc.advance)
    WatchedRun(training).select(NETWORK)
    wait_until(lambda: asked)
    training.resume()
    wait_until(asked[0].cancelled)


def test_the_worker_counts_dead_neurons_and_the_server_does_not(monkeypatch):
    tab = watched()
    monkeypatch.setattr(neurons, "dead_count", lambda *_: pytest.fail("they were counted again"))
    values, _ = EXPERIMENT.training_set()
    [(weights, biases), _] = tab.training.view.run.layers
    dead = int((np.maximum(values @ weights + biases, 0).max(axis=0) == 0).sum())
    assert opened(tab.frame())[0]["weights"]["dead"] == f"{dead} of 8"


def test_its_figures_are_of_the_latest_weights_or_the_best():
    tab = watched(steps=300)
    run = tab.training.view.run
    now = opened(tab.frame())[0]["weights"]
    assert now["step"] == 300
    assert now["held_out"] == 100 * run.current.held_out_accuracy
    tab.select(Selection("Best", "Network"))
    wait_until(lambda: tab.training.view.pictured[1].best is not None)
    best = opened(tab.frame())[0]["weights"]
    assert (best["step"], best["loss"]) == (run.best_step, run.best_loss)
    assert best["held_out"] == 100 * run.best.held_out_accuracy
    assert best["name"] == f"best loss (step {run.best_step})"


def test_the_status_names_the_best_loss_as_the_best_weights_have_it():
    # steps on batches are measured every few steps: the latest weights may be better than the best measured
    run = pc.advance(pc.start(EXPERIMENT), EXPERIMENT.steps // 50)
    while run.current.loss >= 0.99 * run.best_loss:
        run = pc.advance(run, 1)
    training = Training(run, NoWorker(), pc.advance)
    now, best = WatchedRun(training), WatchedRun(training)
    best.select(Selection("Best"))
    lowest = best.frame().header["weights"]["loss_text"]
    assert lowest != now.frame().header["weights"]["loss_text"]
    line = f" · best loss {lowest} nats (step {run.best_step})"
    assert now.frame().header["line"].endswith(line)
    assert best.frame().header["line"].endswith(line)


@pytest.mark.parametrize(
    ("state", "ahead", "speed", "time"),
    [
        pytest.param("running", None, "40", ("Time left", "8 s"), id="running"),
        pytest.param("running", 2, "\N{EN DASH}", ("Time left", "\N{EN DASH}"), id="in the queue"),
        pytest.param("paused", None, "\N{EN DASH}", ("Time left", "8 s"), id="paused"),
        pytest.param("stopped", None, "32", ("Computing time", "3.1 s"), id="stopped"),
    ],
)
def test_the_speed_and_the_time_are_those_of_the_status(state, ahead, speed, time):
    # 100 of 400 steps in 3.125 s of computing; of late 37.5 a second, and in the last two seconds 40
    run = pc.advance(pc.start(EXPERIMENT), 100)
    view = replace(
        Training(run, NoWorker(), pc.advance).view,
        state=state,
        ahead=ahead,
        milestones=(Milestone.of(pc.start(EXPERIMENT), 0.0), Milestone.of(run, 3.125)),
        steps_per_second=40.0,
        average_speed=37.5,
    )
    shown = values(view, ShownWeights.of(view, "Now"), "")
    assert (shown["speed"], (shown["time_label"], shown["time"])) == (speed, time)
    imported = replace(view, state="stopped", milestones=view.milestones[1:])
    assert values(imported, ShownWeights.of(view, "Now"), "")["time"] == "3.1 s since step 100"


def test_before_the_speed_is_known_nothing_is_said_of_the_time():
    training = Training(pc.start(EXPERIMENT), NoWorker(), pc.advance)
    training.start()
    shown = values(training.view, ShownWeights.of(training.view, "Now"), "")
    assert (shown["speed"], shown["time"]) == ("\N{EN DASH}", "\N{EN DASH}")


def test_later_frames_have_greater_numbers_and_without_news_there_is_no_other_frame():
    hand = Hand()
    training = Training(pc.start(EXPERIMENT), hand, pc.advance)
    tab = WatchedRun(training)
    frames = [tab.frame()]
    assert tab.frame() is frames[0]
    training.start()
    frames.append(tab.frame())
    for step in (5, 20):
        run = pc.advance(training.view.run, step)
        hand.deliver(run)
        wait_until(lambda run=run: training.view.run.step == run.step)
        frames.append(tab.frame())
    tab.select(Selection("Best"))
    frames.append(tab.frame())
    training.stop()
    frames.append(tab.frame())
    numbers = [frame.sequence for frame in frames]
    assert numbers == sorted(set(numbers))
    assert [frame.header["active"] for frame in frames] == [False, True, True, True, True, False]
    assert [frame.header["step"] for frame in frames] == [0, 0, 5, 25, 25, 25]
    assert tab.news >= 4
    tab.show()
    before = tab.news
    training.resume()
    assert tab.news == before


def test_another_source_of_the_same_run_never_goes_back():
    hand = Hand()
    training = Training(pc.start(EXPERIMENT), hand, pc.advance)
    earlier = WatchedRun(training)
    for selection in (NETWORK, Selection("Best"), NETWORK):
        earlier.select(selection)
    shown = earlier.frame().sequence
    later = WatchedRun(training)
    training.start()
    training.stop()
    hand.close()  # it asks for a picture at rest
    assert later.frame().sequence > shown


def test_where_they_differ_has_stripes_of_both_answers():
    tab = watched(steps=40, selection=Selection(map_view="Differences"))
    header, blobs = opened(tab.frame())
    weights, biases = zip(*tab.training.view.run.layers, strict=True)
    (left, right), (low, high) = scene_of(EXPERIMENT).window
    # the center of each pixel, by hand: four to a cell, the outer cells' centers on the edges
    width, height = (right - left) / 119, (high - low) / 89
    x = left - width / 2 + (np.arange(480) + 0.5) * width / 4
    y = low - height / 2 + (np.arange(360) + 0.5) * height / 4
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    answers = predict_proba(weights, biases, points).argmax(axis=1).reshape(360, 480)
    distances = np.abs(points[:, 1:] - np.stack([p(points[:, 0]) for p in EXPERIMENT.polynomials], axis=1))
    nearest = np.sort(distances, axis=1)
    clear = (nearest[:, 1] - nearest[:, 0] > 1e-9).reshape(360, 480)  # else both are as likely
    decisions = distances.argmin(axis=1).reshape(360, 480)
    picture = replace(tab.training.view.pictured[1].now.map, scanlines=blobs["map"])
    pixels = unpacked(picture)
    differing = answers != decisions
    np.testing.assert_array_equal((pixels % 2 == 1)[clear], differing[clear])
    rows, columns = np.indices(answers.shape)
    expected = np.where((rows + columns) % 8 < 4, decisions, answers)
    np.testing.assert_array_equal((pixels // 2)[clear], expected[clear])
    assert header["weights"]["map"]["alphas"] == [round(0.14 * 255), 255]
    share = float(header["weights"]["differing"].split("\u00a0")[0])
    assert share == pytest.approx(100 * differing[clear].mean(), abs=0.1)


def test_mistakes_are_the_held_out_points_with_a_wrong_answer():
    tab = watched(steps=20, selection=Selection(map_view="Network", layers=("Mistakes",)))
    mistakes = opened(tab.frame())[0]["weights"]["mistakes"]
    points, labels = EXPERIMENT.held_out_set()
    answers = tab.training.view.run.current.predict(points)
    wrong = np.flatnonzero(answers != labels)
    shown = wrong[np.linspace(0, len(wrong) - 1, min(500, len(wrong))).round().astype(int)]
    np.testing.assert_array_equal(mistakes["x"], points[shown, 0])
    np.testing.assert_array_equal(mistakes["y"], points[shown, 1])
    assert mistakes["text"] == [f"on p{labels[i]}, answered with p{answers[i]}" for i in shown]
    assert f"{len(wrong):,} of 3,000 new points" in mistakes["caption"]


def test_the_next_points_of_a_frame_are_those_of_its_step():
    following = replace(EXPERIMENT, samples_per_class=None, sampling="errors")
    selection = Selection(map_view="Network", layers=("Next points",))
    tab = watched(selection=selection, experiment=following)
    values = opened(tab.frame())[0]["weights"]["next_points"]
    run = tab.training.view.run
    x, y = (np.reshape(values[name], (following.class_count, -1)) for name in "xy")
    curves = zip(following.polynomials, x, strict=True)
    np.testing.assert_allclose(y, [curve(of_curve) for curve, of_curve in curves])
    # as many of a curve's dots are left of the middle as the density says, give or take one
    density = run.point_density
    left = density[:, : density.shape[1] // 2].sum(axis=1) / density.sum(axis=1)
    assert np.abs((x < 0).sum(axis=1) - left * x.shape[1]).max() <= 1
    assert values["caption"] == map_layers.DENSE
    # a run does not keep which points came after earlier weights
    assert 16 in run.snapshots.step
    tab.select(replace(selection, weights=16))
    wait_until(lambda: "next_points" in opened(tab.frame())[0]["weights"])
    values = opened(tab.frame())[0]["weights"]["next_points"]
    assert (values["x"], values["caption"]) == ([], map_layers.NOT_OF_THESE)


def test_the_answer_about_a_point_comes_with_each_frame():
    tab = watched(selection=Selection(asked=(0.5, -0.25)))
    header, _ = opened(tab.frame())
    model = tab.training.view.run.current
    shares = model.predict_proba(np.array([[0.5, -0.25]]))[0]
    label = int(shares.argmax())
    assert header["answer"]["heading"] == "No curve is near"
    assert f"p{label} = {EXPERIMENT.polynomials[label].typeset}: " in header["answer"]["sentence"]
    assert f"probability {100 * shares.max():.1f}" in header["answer"]["sentence"]
    assert header["answer"]["bars"]["data"]


def test_a_frame_for_a_hidden_tab_has_the_same_header_and_nothing_else():
    tab = watched()
    frame = tab.frame()
    size = int.from_bytes(frame.without_blobs[:4], "little")
    assert len(frame.without_blobs) == 4 + size
    header = json.loads(frame.without_blobs[4:])
    assert {**header, "blobs": None} == {**opened(frame)[0], "blobs": None}
    assert len(frame.without_blobs) < 4000


def test_a_run_that_diverged_gives_a_frame_too():
    run = pc.start(EXPERIMENT)
    lost = replace(
        run, loss=math.inf, best_loss=math.inf, history=replace(run.history, loss=np.array([math.inf]))
    )
    tab = WatchedRun(Training(lost, Hand(), pc.advance))
    header, _ = opened(tab.frame())
    assert header["weights"]["loss"] is None
    assert header["weights"]["loss_text"] == "∞"


def test_without_a_viewer_no_picture_is_made():
    training = Training(pc.advance(pc.start(EXPERIMENT), 20), Directly(), pc.advance)
    tab = WatchedRun(training)
    tab.is_hidden = True
    before = set(threading.enumerate())
    tab.select(Selection(map_view="Network"))
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
    assert training.view.pictured is None


def test_the_picture_of_the_best_is_that_of_the_latest_weights_if_they_are_the_best():
    run = pc.start(EXPERIMENT)
    tab = watched(steps=0, selection=Selection("Best", "Network"))
    assert picture_of(run, Selection("Best").wish(EXPERIMENT)).best is not None
    assert tab.training.view.pictured[1].best is tab.training.view.pictured[1].now


def test_frame_of_a_run_at_its_best_measures_no_model_that_a_worker_has_measured(monkeypatch):
    best = pc.advance(pc.start(pc.Experiment.tutorial()), 50)
    assert best.parameters is best.best_parameters
    picture = picture_of(best, NETWORK.wish(best.experiment))
    _refuse_to_measure(monkeypatch)
    shown = replace(view.RunView.of("a run", best, math.inf), pictured=(best, picture))
    shown.models.take(best, picture)

    _check_frame(shown, picture)


def test_frame_one_chunk_late_measures_no_model_that_a_worker_has_measured(monkeypatch):
    earlier = pc.advance(pc.start(EXPERIMENT), 105)  # between two measurements, so not the best
    later = pc.advance(earlier, 10)
    picture, next_picture = [picture_of(run, NETWORK.wish(run.experiment)) for run in (earlier, later)]
    _refuse_to_measure(monkeypatch)
    shown = replace(view.RunView.of("a run", earlier, math.inf), pictured=(earlier, picture))
    shown.models.take(earlier, picture)
    shown.models.take(later, next_picture)  # the next chunk comes while a frame still shows this one

    _check_frame(shown, picture)


def _refuse_to_measure(monkeypatch):
    def measured(_):
        raise AssertionError("measured in the server")

    monkeypatch.setattr(pc.Run, "current_for_a_page", property(measured))
    monkeypatch.setattr(pc.Run, "best_for_a_page", property(measured))


def _check_frame(shown, picture):
    """Fail unless the run and its frame have the model and the accuracy of the worker's picture."""
    assert shown.current is picture.now.model
    assert contents(shown, NETWORK, "").values["weights"]["held_out"] == pytest.approx(
        100 * picture.now.model.held_out_accuracy
    )
