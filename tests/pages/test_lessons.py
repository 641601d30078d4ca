"""The guided lessons: each shows what it promises, and reports it as seen then and not before."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import polycore as pc
from pages.channel import session_key
from pages.compare import cards
from pages.inside import edited_model, exercise, inside_values, neuron_map
from pages.lessons import asking, checks, continuing, lesson_panel, lessons
from pages.lessons.situation import FURTHER, LOAD, START, Situation, Task
from pages.models import model_in_use, shown_network
from pages.models.point_choices import AskedPoint
from pages.models.shown_network import ShownNetwork
from pages.patches import rerun_requests
from pages.plane.referee import BESIDE, best_possible
from pages.predict import asked_point, prediction
from pages.run_view import progress
from pages.runs.job import Job
from pages.runs.training import Training
from pages.server import server
from pages.setup.controls import CONTINUE
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.session_value import Drawings, Lessons, Session
from pages.state.setup import Setup
from pages.state.shown_weights import ShownWeights
from pages.state.view import EXERCISE_QUESTIONS, Exercise, Learning, PointInputs, View
from polycore.formatting import loss_text, percent
from polycore.inspection.step_detail import StepChoice, step_detail
from polycore.links import link
from polycore.model.evaluation import DataSets
from tests.pages.browsing import (
    HOME,
    ROOT,
    come_to,
    labelled,
    labels,
    live_text,
    live_value,
    metrics,
    opened,
    press,
    say,
    sent_to,
    session_of,
    words_of,
)
from tests.waiting import wait_until

TRAIN, PREDICT = "pages/3_train.py", "pages/4_predict.py"
NAMES = [lesson.name for lesson in lessons.LESSONS]


@cache
def run_to_end(experiment, steps):
    """Return a run of `experiment` that has ended after `steps` steps."""
    return pc.advance(pc.start(replace(experiment, steps=steps)), steps)


def kept(run, title="Run 1"):
    return Kept(title, run.best, run.experiment, run.history, earlier=run.earlier)


def holding(*runs, map_view="Network"):
    """Return a session that keeps these runs; the last one is its current run."""
    held = tuple(kept(run, f"Run {number}") for number, run in enumerate(runs, 1))
    training = Training(runs[-1], executor=None, advance=pc.advance) if runs else None
    return Session(
        models=KeptModels(kept=held, in_use=held[-1].title if held else None),
        training=training,
        view=View(map_view=map_view),
    )


def during(name, now):
    """Return the session with that lesson under way, and the first of its set-ups loaded."""
    first = lessons.named(name).set_ups[0].experiment
    return replace(now, setup=Setup(first), lessons=Lessons(current=name))


def seen(name, now, page="Train", asked=None):
    return missing(name, now, page, asked) == ""


def missing(name, now, page="Train", asked=None):
    task = lessons.named(name).task(Situation(now, page, asked))
    return "" if task is None else task.text


def panel(app):
    """Return what the panel or the line of a lesson says."""
    titles = [box.label for box in app.expander if "*Lesson " in box.label]
    texts = [text.value for text in (*app.markdown, *app.caption)]
    return (
        [*titles, *texts, *live_text(app).splitlines()] if titles else [t for t in texts if "*Lesson " in t]
    )


def says(app, words):
    """Return whether the panel says these words."""
    return any(words in text for text in panel(app))


def test_they_have_different_names_and_are_numbered_from_1():
    assert len(set(NAMES)) == len(NAMES)
    assert [lessons.number(lesson) for lesson in lessons.LESSONS] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_every_set_up_goes_through_a_link_unchanged(lesson):
    for set_up in lesson.set_ups:
        assert link.from_query(link.to_query(set_up.experiment)) == link.Opened(set_up.experiment, ())


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_every_link_of_a_lesson_leads_to_an_existing_page(lesson):
    for one in lesson.links:
        assert (ROOT / one.page).is_file()


@pytest.mark.parametrize("page", ["Home", "Train", "Predict", "Inside"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_has_been_seen_before_anything_was_trained_or_if_that_was_something_else(name, page):
    other = run_to_end(pc.Experiment(hidden=(4,)), 1200)
    for runs in ((), (other,)):
        assert not seen(name, holding(*runs, map_view="Referee"), page, asked=(0.0, 0.0))


# of each lesson that compares two set-ups the runs, and how many new points they get right, within a margin
PAIRS = {
    "search": ((checks.SEARCH, 20_000), (checks.GRADIENT, 600)),
    "scaling": ((checks.UNSCALED, 5000, 0.43, 0.08), (checks.SCALED, 5000, 0.98, 0.02)),
    "small": ((checks.TWO_NEURONS, 8000, 0.4, 0.08), (checks.MORE_NEURONS, 8000, 0.9, 0.06)),
    "features": ((checks.STRAIGHT, 4000, 0.73, 0.03), (checks.POWERS, 4000, 1, 0.01)),
    "smooth": ((checks.FOLDED, 20_000, 1, 0.02), (checks.SMOOTH, 20_000, 1, 0.02)),
    "weights": ((checks.LARGE, 4000, 0.85, 0.02), (checks.SMALL, 4000, 0.91, 0.03)),
    "dropout": ((checks.ALL, 4000, 0.84, 0.02), (checks.DROPPED, 4000, 0.88, 0.02)),
    "practice": ((checks.EVEN, 3000), (checks.PRACTICED, 3000)),
}


def pair(name):
    return tuple(run_to_end(experiment, steps) for experiment, steps, *_ in PAIRS[name])


@pytest.mark.parametrize("name", sorted(PAIRS.keys() - {"search", "practice"}))
def test_the_two_runs_of_a_lesson_end_as_it_promises(name):
    for run, (*_, right, margin) in zip(pair(name), PAIRS[name], strict=True):
        assert run.current.held_out_accuracy == pytest.approx(right, abs=margin)


def test_adam_is_far_ahead_of_random_search_after_few_steps():
    search, gradient = pair("search")
    assert gradient.best.loss < search.best.loss - 0.5


def test_powers_of_x_make_cubic_curves_linear():
    plain, powers = pair("features")
    # the border between the two upper classes is in their middle, y = x³ + x² + 1/2
    x = np.linspace(-1.9, 0.9, 50)
    for offset, answer in ((0.25, 0), (-0.25, 1)):
        beside = np.column_stack([x, x**3 + x**2 + 0.5 + offset])
        assert (powers.current.predict(beside) == answer).all()
        assert (plain.current.predict(beside) == answer).mean() < 0.9
    assert not seen("features", holding(run_to_end(checks.STRAIGHT, 500), powers))


def test_a_penalty_on_large_weights_helps_against_learning_by_heart():
    large, small = pair("weights")
    assert large.current.accuracy == pytest.approx(1, abs=0.02)
    assert small.current.accuracy == pytest.approx(0.9, abs=0.03)
    sizes = [np.abs(np.concatenate([w.ravel() for w in run.current.weights])).sum() for run in (large, small)]
    assert sizes[1] < sizes[0] / 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_points_where_it_errs_leave_a_third_of_the_mistakes_or_less(seed):
    even, practiced = (run_to_end(replace(one, seed=seed), 3000) for one in (checks.EVEN, checks.PRACTICED))
    right, more_right = even.current.held_out_accuracy, practiced.current.held_out_accuracy
    assert right == pytest.approx(0.988, abs=0.005)
    assert more_right == pytest.approx(0.998, abs=0.0015)
    assert 1 - more_right <= (1 - right) / 3 + 1e-9
    assert seen("practice", holding(even, practiced))
    assert not seen("practice", holding(even, run_to_end(replace(checks.PRACTICED, seed=seed), 500)))


def test_steps_of_one_length_get_down_the_slope_and_shorter_or_longer_ones_do_not():
    short, fitting, long = runs = [
        run_to_end(one, 40) for one in (checks.SHORT_STEPS, checks.FITTING_STEPS, checks.LONG_STEPS)
    ]
    beginning = short.history.loss[0]
    assert short.loss > 0.85 * beginning
    assert fitting.loss == pytest.approx(0.57, abs=0.005)
    assert long.loss > 1.5 * beginning
    assert np.array_equal(long.snapshots.step, range(41))  # on its landscape one sees every step
    assert missing("slope", holding(*runs)) == checks.OPEN_LANDSCAPE
    job = Job("a run", lambda _: pc.landscape(long, size=3), "", "")
    drawn = replace(holding(*runs), drawings=Drawings(landscape=job))
    assert missing("slope", drawn) == checks.OPEN_LANDSCAPE
    job.start()
    wait_until(lambda: not job.view.is_active)
    assert seen("slope", drawn)
    assert not seen("slope", replace(holding(*runs[1:]), drawings=drawn.drawings))


def test_runs_are_compared_as_they_ended_and_one_that_got_lower_with_other_steps_is_named():
    short, fitting, long = (run_to_end(one.experiment, 40) for one in lessons.named("slope").set_ups)
    losses = short.history.loss
    lower = replace(short, history=replace(short.history, loss=0.4 * losses / losses[-1]))
    # the long steps have never been as low as before the first, at 0.885
    words = '"0.3" is at 0.570, the others at 0.400 and 1.72: it must be lowest. Press "0.3".'
    assert missing("slope", holding(lower, fitting, long)) == words


def test_at_a_crossing_the_odds_are_even():
    run = run_to_end(checks.CROSSING, 8000)
    [[first, second, third], beside] = run.best.predict_proba([[0.0, 0.0], [0.9, 0.9]])
    assert first == pytest.approx(0.5, abs=0.15)
    assert second == pytest.approx(0.5, abs=0.15)
    assert third < 0.01
    assert beside[0] > 0.95
    now = holding(run)
    assert seen("crossing", now, "Predict", asked=(0.0, 0.01))
    assert seen("crossing", now, "Train", asked=(0.0, 0.01))
    assert not seen("crossing", now, "Predict", asked=(0.5, 0.5))
    assert not seen("crossing", now, "Predict")
    assert not seen(
        "crossing", replace(now, models=replace(now.models, in_use=None)), "Predict", asked=(0.0, 0.0)
    )


def test_a_learning_rate_of_1_kills_more_than_half_of_the_neurons():
    dead, alive = run_to_end(checks.TOO_FAST, 500), run_to_end(checks.SLOWER, 500)
    assert seen("dead", holding(dead))
    assert not seen("dead", holding(alive))
    assert not seen("dead", holding(pc.start(checks.TOO_FAST)))


def at_its_pause(name):
    """Return the first run of that lesson at the step at which it pauses."""
    lesson = lessons.named(name)
    return pc.advance(pc.start(lesson.set_ups[0].experiment), lesson.pacing.pause_at)


def test_where_the_lesson_on_dead_neurons_pauses_most_are_dead():
    assert seen("dead", holding(at_its_pause("dead")))


def test_where_the_lesson_on_memorizing_pauses_its_accuracies_have_parted_and_it_has_more_to_learn():
    now = at_its_pause("by-heart").current
    assert now.held_out_accuracy < best_possible(checks.BY_HEART) < now.accuracy < 1


def test_a_hundred_points_are_learned_by_heart():
    run = run_to_end(checks.BY_HEART, 3000)
    best = pc.Referee(
        checks.BY_HEART.polynomials, checks.BY_HEART.x_range, checks.BY_HEART.noise
    ).accuracy.value
    assert "81.6\u00a0%" in lessons.named("by-heart").see
    assert best == pytest.approx(0.816, abs=0.0005)
    assert run.best.accuracy == 1.0
    assert run.best.held_out_accuracy < best - 0.02
    assert seen("by-heart", holding(run))
    assert not seen("by-heart", holding(run_to_end(checks.BY_HEART, 20)))


def test_with_noise_the_network_comes_near_the_referee():
    run = run_to_end(checks.NOISY, 5000)
    best = pc.Referee(checks.NOISY.polynomials, checks.NOISY.x_range, checks.NOISY.noise).accuracy.value
    assert "89.7\u00a0%" in lessons.named("referee").see
    assert best == pytest.approx(0.897, abs=0.0005)
    assert abs(run.best.held_out_accuracy - best) < 0.02
    assert seen("referee", holding(run, map_view="Referee"))
    assert seen("referee", holding(run, map_view="Differences"))
    assert not seen("referee", holding(run, map_view="Network"))


def test_six_folds_are_enough_for_three_curves():
    run = run_to_end(checks.FOLDED, 6000)
    assert run.best.held_out_accuracy > 0.97
    chosen = replace(holding(run), view=View(neuron=(0, 3)))
    assert seen("folds", chosen, "Inside")
    assert not seen("folds", holding(run), "Inside")  # no neuron has been chosen
    assert not seen("folds", chosen, "Train")


def test_a_new_weight_that_was_computed_by_hand_is_seen_on_inside_alone():
    run = run_to_end(checks.TINY, 10)

    def after(right, page="Inside", view="How it learns"):
        learning = Learning(exercise=right and Exercise(right=right))
        now = replace(holding(run), view=View(inside_view=view, learning=learning))
        return missing("learns", now, page)

    assert after((False, False, True)) == ""
    assert after((True, True, False)) == checks.COMPUTE_AGAIN
    assert (after(None), after((True, True))) == (checks.COMPUTE, checks.ANSWER_THREE)
    assert after((True, True, True), "Train") == checks.OPEN_LEARNING
    assert after((True, True, True), view="What it computes") == 'Choose "How it learns".'


def test_where_the_lesson_on_how_it_learns_pauses_a_new_weight_differs_more_than_rounding_does():
    detail = step_detail(at_its_pause("learns"), StepChoice())
    assert exercise.fits(detail.experiment)
    question = exercise.question_of(detail, EXERCISE_QUESTIONS - 1)
    assert not exercise.verdict_on(question, detail.weight.before).is_right
    assert exercise.verdict_on(question, detail.weight.after).is_right


def continued(experiment, before, steps):
    """Return a run of `experiment` that continued from `before`, a run or model, `steps` later."""
    return pc.advance(pc.start(experiment, weights=before), steps)


def test_a_raised_learning_rate_throws_the_loss_up_and_ends_below():
    slow = run_to_end(continuing.SLOW, 5000)
    before = slow.history.loss[-1]
    raised = continued(continuing.RAISED, slow, 5000)
    assert before == pytest.approx(0.15, abs=0.005)
    assert raised.history.loss.max() > 1.2 * before
    assert raised.history.loss[-1] < 0.11
    assert seen("raise", holding(slow, raised))
    assert not seen("raise", holding(slow))
    assert not seen("raise", holding(slow, continued(continuing.RAISED, slow, 500)))  # too early to say
    assert not seen("raise", holding(run_to_end(continuing.RAISED, 5000)))  # from the beginning
    assert not seen("raise", holding(continued(continuing.RAISED, run_to_end(continuing.SLOW, 9), 2000)))


def test_who_learns_parabolas_forgets_the_lines():
    lines = run_to_end(continuing.LINES, 4000)
    after = continued(continuing.PARABOLAS, lines, 2000)
    of_lines, of_parabolas = shown(lines.best, lines.experiment), shown(after.current, after.experiment)
    assert continuing.accuracy_on_lines(of_lines) == pytest.approx(0.98, abs=0.01)
    assert continuing.accuracy_on_lines(of_parabolas) == pytest.approx(0.5, abs=0.05)
    assert after.current.held_out_accuracy > 0.95
    assert seen("forget", holding(lines, after))
    assert not seen("forget", holding(lines))
    assert not seen("forget", holding(run_to_end(continuing.PARABOLAS, 2000)))  # it knew no lines
    assert not seen("forget", holding(continued(continuing.PARABOLAS, run_to_end(continuing.LINES, 1), 2000)))
    text = lessons.named("forget").watched.text(Situation(holding(lines, after), "Train").network)
    assert text == percent(continuing.accuracy_on_lines(of_parabolas))


def shown(model, experiment):
    return ShownNetwork("now (step 1)", model, 0.0, experiment)


def test_points_on_the_lines_are_counted_for_the_line_they_are_on():
    # scores x - y and y - x, after ReLU: the second class wins where y > x
    model = replace(
        run_to_end(replace(continuing.LINES, hidden=(2,)), 1).best,
        weights=(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.eye(2)),
        biases=(np.zeros(2), np.zeros(2)),
    )
    for seed in (0, 7):
        experiment = replace(continuing.LINES, seed=seed)
        points, labels = experiment.held_out_set()
        share = np.mean((points[:, 1] > points[:, 0]) == labels)
        assert continuing.accuracy_on_lines(shown(model, experiment)) == share


def test_the_accuracy_on_the_lines_is_the_held_out_accuracy_while_the_lines_are_learned():
    run = run_to_end(replace(continuing.LINES, seed=3), 200)
    network = Situation(holding(run), "Train").network
    assert continuing.accuracy_on_lines(network) == run.current.held_out_accuracy


def spoiled(model, value):
    weights = [np.array(one) for one in model.weights]
    weights[0][0, 0] = value
    experiment = replace(continuing.WHOLE, steps=2000)
    return DataSets.of(experiment).measured(replace(model, weights=tuple(weights)))


def by_hand(now, model):
    changed = replace(model, metadata={**model.metadata, "changed_by_hand": True})
    return replace(now, models=now.models.added(Kept("by hand", changed, None), None))


def test_a_broken_weight_heals():
    whole = run_to_end(continuing.WHOLE, 2000)
    broken = spoiled(whole.best, 10.0)
    healed = continued(continuing.WHOLE, broken, 1000)
    assert broken.loss > 1.0
    assert healed.current.loss < 0.1
    now = holding(whole, healed)
    assert seen("heal", by_hand(now, broken))
    assert not seen("heal", now)  # nothing was changed by hand
    assert not seen("heal", by_hand(holding(whole), broken))
    assert not seen("heal", by_hand(holding(whole, continued(continuing.WHOLE, whole, 1000)), broken))
    harmless = spoiled(whole.best, whole.best.weights[0][0, 0] + 1e-4)
    assert not seen("heal", by_hand(holding(whole, continued(continuing.WHOLE, harmless, 100)), harmless))


@pytest.mark.parametrize("name", PAIRS)
def test_a_lesson_is_seen_with_both_runs_and_remembers_its_first_when_that_is_no_longer_kept(name):
    first, second = pair(name)
    assert seen(name, holding(first, second))
    assert not seen(name, holding(first))
    assert not seen(name, holding(second))
    remembered = replace(holding(), lessons=lessons.noted(holding(first)))
    assert not seen(name, remembered)
    assert seen(name, replace(holding(second), lessons=remembered.lessons))


def test_a_short_run_does_not_replace_what_a_lesson_remembers_of_a_long_one():
    long, short = run_to_end(checks.UNSCALED, 5000), run_to_end(checks.UNSCALED, 10)
    remembered = replace(holding(short), lessons=lessons.noted(holding(long)))
    remembered = replace(holding(pair("scaling")[1]), lessons=lessons.noted(remembered))
    assert seen("scaling", remembered)


def test_nothing_is_remembered_of_a_run_that_is_of_no_lesson():
    assert lessons.noted(holding(run_to_end(pc.Experiment(hidden=(4,)), 1200))) == Lessons()


def test_a_broken_weight_that_healed_is_seen_without_the_broken_network():
    whole = run_to_end(continuing.WHOLE, 2000)
    broken = spoiled(whole.best, 10.0)
    remembered = lessons.noted(by_hand(holding(whole), broken))
    healed = holding(continued(continuing.WHOLE, broken, 1000))
    assert not seen("heal", healed)
    assert seen("heal", replace(healed, lessons=remembered))


def test_the_run_that_makes_the_lesson_s_first_one_go_completes_the_lesson():
    # as in lesson 13 after lesson 8: its first run has the oldest of twelve slots
    folded, smooth = pair("smooth")
    others = [kept(pc.start(pc.Experiment(hidden=(4,), seed=seed)), f"Other {seed}") for seed in range(11)]
    models = KeptModels(kept=(kept(folded), *others), in_use="Run 1")
    app = opened(TRAIN, {}, during("smooth", replace(holding(smooth), models=models)))
    assert "Run 1" not in session_of(app).models.titles
    assert session_of(app).lessons.seen == {"smooth"}


def loaded(experiment, *runs, **view):
    """Return the session that keeps these runs, with that set-up loaded."""
    return replace(holding(*runs), setup=Setup(experiment), view=View(**view))


def to_load(name, start="Start new"):
    return LOAD.format(name=name, where="", start=start)


def to_start(name, where="", start="Start new"):
    return START.format(name=name, where=where, start=start)


# what a user has done instead of what the lesson asks for, and what the panel then says
WRONG = {
    "crossing": ("elsewhere", "The point is x = 0.5, y = −0.75. Ask about x = 0, y = 0."),
    "search": ("second first", to_load("Random search")),
    "scaling": (
        "continued",
        f'"Standardized" has continued from other weights. {to_start("Standardized")}',
    ),
    "small": (
        "stopped",
        f'"32 neurons" has trained for 400 of 1,000 steps. {to_load("32 neurons")}',
    ),
    "dead": ("second first", to_load("Learning rate 1")),
    "by-heart": ("second first", to_load("100 samples")),
    "referee": ("started", checks.CHOOSE_REFEREE),
    "folds": ("started", checks.OPEN_INSIDE),
    "raise": (
        "second first",
        f'"0.1, falling" started from step 0. {to_load("Learning rate 0.001")}',
    ),
    "forget": (
        "second first",
        f'"Parabolas" started from step 0. {to_load("Lines")}',
    ),
    "heal": ("started", continuing.BREAK_IT),
    "features": ("second first", to_load("x and y")),
    "smooth": ("second first", to_load("ReLU")),
    "weights": (
        "continued",
        f'"L2 penalty 0.01" has continued from other weights. {to_start("L2 penalty 0.01")}',
    ),
    "dropout": (
        "stopped",
        f'"Dropout 0.8" has trained for 400 of 1,000 steps. {to_load("Dropout 0.8")}',
    ),
    "learns": ("started", checks.OPEN_LEARNING),
    "slope": ("second first", to_load("Learning rate 0.001")),
    "practice": ("second first", to_load("Even points")),
}


def after(done, first, second):
    """Return the session after that was done with the first and the last set-up of a lesson."""
    match done:
        case "started" | "elsewhere":
            return loaded(first, run_to_end(first, 1200))
        case "second first":
            return loaded(second, run_to_end(second, 1200))
        case "continued":
            before = run_to_end(first, 1200)
            now = loaded(second, before, continued(second, before, 1200))
        case _:
            now = loaded(first, run_to_end(first, 1200), run_to_end(second, 400))
    now.training.stop()
    return now


@pytest.mark.parametrize("name", NAMES)
def test_after_a_wrong_press_the_panel_says_what_is_missing(name):
    set_ups = [set_up.experiment for set_up in lessons.named(name).set_ups]
    done, expected = WRONG[name]
    asked = (0.5, -0.75) if done == "elsewhere" else None
    assert missing(name, after(done, set_ups[0], set_ups[-1]), asked=asked) == expected


# every run that a lesson asks for: two lessons are seen without the last of their set-ups
RUNS = [
    (lesson.name, number)
    for lesson in lessons.LESSONS
    for number in range(1 if lesson.name in ("dead", "by-heart") else len(lesson.set_ups))
]


@pytest.mark.parametrize(("name", "number"), RUNS)
def test_a_run_that_was_stopped_is_to_be_continued_and_counts_as_one_then(name, number):
    *before, set_up = lessons.named(name).set_ups[: number + 1]
    experiment, steps = set_up.experiment, 20_000 if name == "search" else 1200
    runs = [run_to_end(one.experiment, steps) for one in before]
    begun = pc.start(experiment, weights=runs[-1] if runs and name in ("raise", "forget") else None)
    stopped = pc.advance(begun, 3)
    now = loaded(experiment, *runs, stopped)
    now.training.stop()
    task = lessons.named(name).task(Situation(now, "Train"))
    assert task.key == f"controls.{CONTINUE}"
    assert task.text.endswith(FURTHER.format(CONTINUE, experiment.steps))
    for other in {one.experiment for one in lessons.named(name).set_ups} - {experiment}:
        assert missing(name, replace(now, setup=Setup(other))).endswith(to_load(set_up.name))
    whole, rest = (
        pc.advance(pc.start(replace(experiment, steps=steps), weights=one), steps)
        for one in (runs[-1] if begun.earlier else None, stopped)
    )
    assert missing(name, loaded(experiment, *runs, rest)) == missing(name, loaded(experiment, *runs, whole))


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_before_anything_is_trained_the_panel_says_which_set_up_to_start(lesson):
    first, *others = lesson.set_ups
    assert missing(lesson.name, loaded(first.experiment)) == to_start(first.name, start="Start")
    elsewhere = to_start(first.name, " on Train", "Start")
    assert missing(lesson.name, loaded(first.experiment), "Inside") == elsewhere
    for other in others:
        assert missing(lesson.name, loaded(other.experiment)) == to_load(first.name, "Start")


def test_inside_the_network_of_the_lesson_is_asked_for():
    folded, other = run_to_end(checks.FOLDED, 1200), run_to_end(pc.Experiment(hidden=(4,)), 10)
    assert missing("folds", holding(folded), "Inside") == checks.CHOOSE_NEURON
    another = 'Inside shows another network. Choose the network of "Six neurons".'
    assert missing("folds", replace(holding(folded, other), view=View(neuron=(0, 3))), "Inside") == another


def test_a_lesson_about_a_broken_weight_says_each_next_step():
    whole = run_to_end(continuing.WHOLE, 2000)
    now = replace(holding(whole), setup=Setup(continuing.WHOLE))
    harmless, broken = spoiled(whole.best, whole.best.weights[0][0, 0] + 1e-4), spoiled(whole.best, 10.0)
    held = ByHand("Run 1", whole.best, harmless)
    assert missing("heal", replace(now, by_hand=held)) == continuing.BREAK_IT, "it is not measured yet"
    for model, words in ((harmless, continuing.BREAK_IT_MORE), (broken, continuing.KEEP_IT)):
        assert missing("heal", replace(now, by_hand=replace(held, result=model))).endswith(words)
    in_use = by_hand(now, broken)
    assert missing("heal", in_use) == continuing.CONTINUE_IT
    assert missing("heal", in_use.using("Run 1")) == continuing.CHOOSE_IT
    begun = continued(continuing.WHOLE, broken, 3)
    healing = by_hand(loaded(continuing.WHOLE, whole, begun), broken)
    healing.training.stop()
    assert missing("heal", healing).endswith(f"must fall to less than half. {FURTHER.format(CONTINUE, 5000)}")
    assert seen("heal", by_hand(holding(whole, continued(continuing.WHOLE, begun, 1000)), broken))


def test_another_seed_is_still_the_same_lesson():
    run = run_to_end(replace(checks.TOO_FAST, seed=5), 500)
    assert seen("dead", holding(run))


def test_a_cold_link_of_a_lesson_opens_what_it_holds():
    changed = {"look": "dead", **link.to_query(replace(checks.TOO_FAST, seed=7))}
    app = opened(TRAIN, changed)
    assert session_of(app).lessons.current == "dead"
    assert session_of(app).experiment == replace(checks.TOO_FAST, seed=7)


@pytest.mark.parametrize("name", ["<b>", "", None])
def test_there_is_no_lesson_of_an_unknown_name(name):
    assert lessons.named(name) is None


def test_a_point_that_predict_itself_chooses_is_seen_at_once():
    app = opened(PREDICT, {}, during("crossing", holding(run_to_end(checks.CROSSING, 8000))))
    assert says(app, "Ask about x = 0, y = 0.")
    labelled(app.segmented_control, "Point").set_value(asked_point.AT_CROSSING).run()
    assert "crossing" in session_of(app).lessons.seen
    assert says(app, asking.NO_GUESS)


def watched(app):
    """Return the figure to watch in the panel, and which network it is of."""
    return live_value(app, "watched"), live_value(app, "network")


def past_its_best(now):
    """Return the session with its run at step 300, its best weights at step 40 and a snapshot of step 16."""
    run, best = run_to_end(continuing.WHOLE, 300), run_to_end(continuing.WHOLE, 40)
    assert 16 in run.snapshots.step
    run = replace(run, best_step=40, best_loss=best.current.loss, best_parameters=best.parameters)
    return replace(now, training=Training(run, executor=None, advance=pc.advance))


@pytest.mark.parametrize(
    ("page", "view", "step", "network"),
    [
        pytest.param("Train", View(), 300, "now (step 300)", id="Train, now"),
        pytest.param("Train", View(weights="Best"), 40, "best loss (step 40)", id="Train, best"),
        pytest.param("Train", View(past=16), 16, "then (step 16)", id="Train, the past"),
        pytest.param("Home", View(), 300, "now (step 300)", id="Home"),
        pytest.param("Predict", View(), 40, "best loss (step 40)", id="Predict"),
        pytest.param("Inside", View(), 40, "best loss (step 40)", id="Inside, best"),
        pytest.param("Inside", View(past=16), 16, "then (step 16)", id="Inside, the past"),
    ],
)
def test_the_figure_to_watch_is_of_the_network_that_the_page_shows_and_says_which(page, view, step, network):
    now = past_its_best(Session(view=view)).collected()
    values = lesson_panel.values(lessons.named("heal"), page, now, Task(""))
    loss = run_to_end(continuing.WHOLE, step).history.loss[-1]
    assert (values["watched"], values["network"]) == (loss_text(loss), network)


def test_the_figure_to_watch_follows_a_change_by_hand_inside():
    app = opened("pages/5_inside.py", {}, past_its_best(during("heal", Session())).collected())
    bias = next(slider for slider in app.slider if slider.label == "Bias")
    before = metrics(app)["Loss"]
    bias.set_value(bias.max).run()
    session_of(app).by_hand.measuring.wait(20)
    assert metrics(app.run())["Loss"] != before
    assert watched(app) == (metrics(app)["Loss"], "changed by hand")
    press(app, edited_model.KEEP_LABEL)
    kept = session_of(app).answering.title
    assert watched(app) == (metrics(app)["Loss"], kept)
    app.switch_page(TRAIN).run()
    assert watched(app) == (live_value(app, "weights.loss_text"), "now (step 300)")


def test_the_next_lesson_begins_on_the_same_page_and_an_address_from_before_that_press_begins_nothing():
    app = opened(TRAIN, {"look": "search"})
    before = words_of(app)
    press(app, "Next lesson")
    assert (session_of(app).lessons.current, session_of(app).experiment) == ("scaling", checks.UNSCALED)
    assert words_of(app)["look"] == "scaling"
    say(app, before)  # the second of two quick presses: the browser does not know the answer to the first
    press(app, "Next lesson")
    assert (session_of(app).lessons.current, session_of(app).experiment) == ("dead", checks.TOO_FAST)
    assert words_of(app)["look"] == "dead"


def test_an_address_from_before_its_end_begins_a_lesson_again_only_if_it_is_opened():
    app = opened(TRAIN, {"look": "search"})
    before = words_of(app)
    press(app, "End the lesson")
    say(app, before)
    app.run()
    assert session_of(app).lessons.current is None
    assert "look" not in words_of(app)
    app.switch_page(HOME).run()
    come_to(app, TRAIN, before)
    assert session_of(app).lessons.current == "search"


@pytest.mark.parametrize(("label", "current"), [("End the lesson", None), ("Next lesson", "scaling")])
def test_a_press_that_ends_the_page_s_first_run_counts_against_the_address(label, current):
    app = opened(TRAIN, {"look": "search"})
    del app.session_state[rerun_requests.ARRIVED_AT]  # the press came before the page had noted the arrival
    press(app, label)
    assert session_of(app).lessons.current == current


def drawn_charts(app):
    """Return the keys of the components of the page, as a part of their ids."""
    return " ".join(component.proto.id for component in app.get("bidi_component"))


def test_a_lesson_begun_later_loads_its_set_up_keeps_the_models_and_can_be_undone():
    run = run_to_end(pc.Experiment(hidden=(4,)), 10)
    app = opened(HOME, {}, loaded(run.experiment, run))
    before = session_of(app)
    come_to(app, TRAIN, {"look": "by-heart", **link.to_query(checks.BY_HEART)})
    after = session_of(app)
    assert (after.lessons.current, after.experiment) == ("by-heart", checks.BY_HEART)
    assert (after.models.kept, after.training) == (before.models.kept, before.training)
    assert "untrained.map" in drawn_charts(app)  # the map of the earlier run would look like a part of it
    assert "progress.map" not in drawn_charts(app)
    assert says(app, lessons.named("by-heart").questions.prediction.text)  # nothing has come of it yet
    app.button(key="undo.button").click().run()
    assert session_of(app).lessons.current is None
    assert "progress.map" in drawn_charts(app)
    assert session_of(app).experiment == before.experiment
    assert "look" not in words_of(app)


def test_the_map_of_the_lesson_s_own_run_stays_as_settings_change():
    app = opened(TRAIN, {}, during("small", holding(run_to_end(checks.TWO_NEURONS, 20))))
    for name in ("32 neurons", "New seed"):
        assert "progress.map" in drawn_charts(press(app, name))


def test_the_last_lesson_has_no_next():
    assert "Next lesson" not in labels(opened(TRAIN, {"look": NAMES[-1]}))


def test_the_point_is_that_of_predict_there_and_elsewhere_that_on_the_map():
    now = Session(view=View(asked=(1.0, 2.0), point_inputs=PointInputs(x=0.25, y=-0.5)))
    assert lesson_panel.situation_on("Predict", now).asked == (0.25, -0.5)
    assert lesson_panel.situation_on("Train", now).asked == (1.0, 2.0)


def test_on_a_curve_the_point_of_predict_is_that_of_the_model_in_use():
    # y = 3x at x = 0.5; the y of the inputs is from the curve of an earlier model
    model = pc.start(pc.Experiment(polynomials=(pc.Polynomial(3, 0), pc.Polynomial(-1)))).current
    inputs = PointInputs("On a curve", x=0.5, y=-7.0, curve=0)
    now = Session(models=KeptModels((Kept("a", model, None),), "a"), view=View(point_inputs=inputs))
    assert lesson_panel.situation_on("Predict", now).asked == (0.5, 1.5)


def test_a_set_up_of_the_lesson_is_one_click_away_and_stays_as_the_lesson_is_ended():
    app = press(press(opened(TRAIN, {"look": "scaling"}), "Skip the question"), "Standardized")
    assert session_of(app).experiment == checks.SCALED
    assert session_of(app).lessons.current == "scaling"
    press(app, "End the lesson")
    assert session_of(app).lessons.current is None
    assert session_of(app).experiment == checks.SCALED
    assert "look" not in words_of(app)
    assert panel(app) == []


def test_the_runs_of_all_other_set_ups_stay_in_the_charts_each_with_its_name():
    slope = lessons.named("slope")
    runs = [run_to_end(one.experiment, 40) for one in slope.set_ups]
    now = replace(holding(*runs), lessons=Lessons(current="slope"))
    compared = lessons.compared(now)
    others = {"Learning rate 0.001": runs[0].history, "0.3": runs[1].history}
    assert compared == ("10", others)
    stopped = replace(holding(*runs[:2], continued(checks.LONG_STEPS, runs[2], 9)), lessons=now.lessons)
    assert lessons.compared(stopped) == compared
    assert lessons.compared(replace(now, lessons=Lessons())) is None
    assert lessons.compared(replace(holding(runs[0]), lessons=Lessons(current="slope"))) is None
    assert lessons.compared(replace(now, lessons=Lessons(current="scaling"))) is None  # of something else
    shown = ShownWeights.of(now.run_view, "Now")
    loss, accuracy = progress.loss_chart(shown, compared), progress.accuracy_chart(shown, None, compared)
    for chart, own in ((loss, ["10"]), (accuracy, ["training points", "10"])):
        lines = [trace for trace in chart["data"] if trace["mode"] == "lines"]
        assert [line["name"] for line in lines] == [*own, *others]
        assert [trace for trace in chart["data"] if trace.get("showlegend") is not False] == lines
        assert len({(line["line"]["color"], line["line"].get("dash")) for line in lines}) == len(lines)
        assert not any(trace["mode"] == "text" for trace in chart["data"])  # it would lie on the other lines
    assert loss["data"][-1]["y"].tolist() == runs[1].history.loss.tolist()
    assert 1 - 10.0 ** -accuracy["data"][-1]["y"] == pytest.approx(runs[1].history.held_out_accuracy)


def test_in_a_lesson_all_pages_show_the_weights_of_now_and_else_those_of_the_best_loss():
    run = run_to_end(checks.LONG_STEPS, 40)
    in_lesson = replace(holding(run), lessons=Lessons(current="slope"))
    from_before = Lessons("slope", before=in_lesson.training.name)
    for now, name, loss in (
        (in_lesson, "now (step 40)", "1.72"),
        (replace(in_lesson, lessons=Lessons()), "best loss (step 0)", "0.885"),
        (replace(in_lesson, lessons=from_before), "best loss (step 0)", "0.885"),
    ):
        for page in ("Predict", "Inside", "Compare", "Play"):
            shown = shown_network.shown_on(page, now)
            assert (shown.name, loss_text(shown.loss)) == (name, loss), page
        for figures in (
            inside_values.contents(neuron_map.ANSWER, now).values["figures"],
            prediction.contents(AskedPoint(0.5, 0.75), now).values["figures"],
            cards.contents(now).values,
        ):
            assert (figures["loss"], figures["which"]) == (loss, name)
            assert figures[BESIDE].startswith(f"{name} · best possible ")
        assert loss_text(model_in_use.newest(now.own, now.training).loss) == "0.885"  # what is downloaded


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_each_lesson_has_a_figure_to_watch(lesson):
    run = run_to_end(lesson.set_ups[0].experiment, 50)
    text = lesson.watched.text(Situation(holding(run), "Train").network)
    accuracy = f"{100 * run.current.held_out_accuracy:.1f} %"
    if lesson.watched.label == "New points right":
        assert text == accuracy
    elif lesson.watched.label.startswith("Training"):
        assert text.endswith(accuracy)
    else:
        assert any(sign.isdigit() for sign in text)


def test_the_end_of_the_last_lesson_says_whether_all_are_seen():
    first, last = lessons.LESSONS[0], lessons.LESSONS[-1]
    assert lesson_panel.ending(first, set(NAMES)) == f"Next: {lessons.LESSONS[1].title}."
    assert f"You have finished all {len(NAMES)} lessons" in lesson_panel.ending(last, set(NAMES))
    assert "you have seen 1." in lesson_panel.ending(last, {last.name})


def test_while_a_run_is_under_way_its_frames_say_when_the_lesson_is_seen(monkeypatch):
    seen = []  # by hand: a run may have shown it before the page is drawn
    waiting = replace(lessons.named("dead"), check=lambda *_: None if seen else Task("Wait."))
    others = (lesson for lesson in lessons.LESSONS if lesson.name != "dead")
    monkeypatch.setattr(lessons, "LESSONS", (waiting, *others))
    app = press(
        opened(TRAIN, {"look": "dead", **link.to_query(replace(checks.TOO_FAST, steps=10**6))}), "Start"
    )
    training = session_of(app).training
    component = sent_to(app, "lesson.standing")
    assert (component["until"], component["follow"]["run"]) == ("moved", f"{training.name}-lesson")
    held = server.current().audience.viewer(app.session_state[session_key.KEY].key)
    source = held.source(f"{training.name}-lesson")
    assert source.frame().header["moved"] is False
    seen.append(True)
    wait_until(lambda: source.frame().header["moved"])
    app.run()
    training.stop()
    assert session_of(app).lessons.seen == {"dead"}
    assert says(app, asking.NO_GUESS)
