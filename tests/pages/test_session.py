"""What is kept, and what goes, when a session keeps more than it may."""

import threading
from concurrent.futures import Executor, Future
from dataclasses import replace

import pytest

import polycore as pc
from pages.inside import edited_model
from pages.models import model_in_use
from pages.models.shown_network import shown_on
from pages.predict import weight_upload
from pages.runs.job import Job
from pages.runs.pacing import Pacing
from pages.runs.training import Training
from pages.state import session
from pages.state.comparison import Comparison
from pages.state.kept_models import MOST_KEPT, Kept
from pages.state.session_value import Drawings
from polycore.inspection.parameter_index import ParameterIndex
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("in_session")

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=3)


def finished_training(seed):
    run = pc.advance(pc.start(pc.Experiment(polynomials=EXPERIMENT.polynomials, steps=3, seed=seed)), 3)
    return Training(run, executor=None, advance=pc.advance)


def test_the_oldest_goes_but_never_the_runs_own():
    session.begin(finished_training(0))
    session.collect()
    model = session.current().answering.model
    for _ in range(MOST_KEPT + 3):
        session.add_upload(model)
    titles = [kept.title for kept in session.current().models.kept]
    assert len(titles) == MOST_KEPT
    assert titles[0] == "Run 1 · Adam, 2 polynomials"
    assert titles[1] == "Upload 5 · 2 polynomials"
    assert session.current().answering.title == titles[-1] == "Upload 15 · 2 polynomials"


def test_a_run_of_an_experiment_that_is_kept_answers_with_the_kept_weights():
    session.begin(finished_training(0))
    session.collect()
    session.begin(finished_training(1))
    session.collect()
    first, second = session.current().models.kept
    assert session.current().answering == second
    session.begin(Training(pc.start(first.experiment), executor=None, advance=pc.advance))
    assert session.current().answering == first


# --- before a step of a run is measured -------------------------------------------------------------

BATCHES = replace(EXPERIMENT, hidden=(8,), batch_size=16, steps=400)  # measured every eight steps


def after(steps, experiment=BATCHES):
    return Training(pc.advance(pc.start(experiment), steps), executor=None, advance=pc.advance)


def answering_step():
    """Return the step of the weights that answer, and what they are called."""
    session.collect()
    now = session.current()
    assert shown_on("Predict", now).model is now.answering.model
    return now.answering.model.metadata["step"], shown_on("Predict", now).name


def test_before_a_step_is_measured_the_latest_weights_answer_and_from_then_on_the_best_that_was_measured():
    found = []
    for steps, measured in ((3, 2), (5, 4), (8, 8), (9, 8)):
        training = after(steps)
        assert training.view.run.best_step == measured
        session.exchange_run(training)
        found.append(answering_step())
    assert found == [(step, f"best loss (step {step})") for step in (3, 5, 8, 8)]


def test_latest_weights_that_are_worse_than_the_best_that_was_measured_do_not_answer():
    training = after(3, replace(BATCHES, learning_rate=5.0))
    assert training.view.current.loss > training.view.run.best_loss
    session.exchange_run(training)
    assert answering_step() == (2, "best loss (step 2)")


def test_a_reset_keeps_the_weights_from_before_a_step_was_measured():
    session.exchange_run(after(5))
    answering_step()
    session.exchange_run(after(0))
    assert answering_step()[0] == 5


def test_the_moments_of_a_run_before_a_step_is_measured_end_with_the_latest_which_are_the_best():
    view = after(3).view
    assert view.moments[-1] == (3, "Now")
    assert "Best" not in dict(view.moments).values()
    assert (view.best, view.best_step, view.best_loss) == (view.current, 3, view.current.loss)


def test_a_run_from_before_a_lesson_goes_as_it_went_and_that_of_the_lesson_as_the_lesson_says():
    earlier, own, pacing = finished_training(0), finished_training(1), Pacing(100, 300)
    session.begin(earlier)
    session.change_view(pacing=Pacing(10))
    session.begin_lesson("dead", replace(EXPERIMENT, seed=9), None, pacing)
    assert earlier.view.pacing == Pacing(10)
    session.begin(own)
    assert own.view.pacing == pacing


def show_inside(choice):
    session.update(view=session.current().view.chosen_inside(choice))


def test_inside_shows_the_best_of_a_new_run_though_the_latest_of_the_last_one_were_chosen():
    session.begin(finished_training(0))
    session.collect()
    show_inside("Now")
    training = finished_training(1)
    # the latest weights are no longer the best, so that there are two to choose from
    run = replace(training.view.run, best_step=2)
    session.begin(Training(run, executor=None, advance=pc.advance))
    session.collect()
    assert session.current().inside_choice == "Best"
    show_inside("Now")
    assert session.current().inside_choice == "Now"


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda: session.begin(finished_training(1)), id="a new run"),
        pytest.param(lambda: session.remove(session.current().answering.title), id="deleted"),
    ],
)
def test_the_landscape_of_a_run_that_goes_is_computed_no_further_and_its_film_stays(end):
    session.begin(finished_training(0))
    session.collect()
    may_report = threading.Event()

    def compute(show):
        may_report.wait(60)
        show(1, 2)
        return "all losses"

    job, film = (Job("run", work, "waits", "{} of {}") for work in (compute, lambda _: b"GIF"))
    session.update(drawings=Drawings(film, job))
    job.start()
    end()
    may_report.set()
    wait_until(lambda: not job.view.is_active)
    assert job.view.result is None
    assert session.current().drawings.landscape is None
    assert session.current().drawings.film is film


# --- names, pins and deletions ----------------------------------------------------------------


@pytest.fixture
def three(in_session):  # noqa: ARG001  # what it keeps is held there
    """Three uploads are kept, the third answers."""
    for _ in range(3):
        session.add_upload(pc.start(EXPERIMENT).best)
    return [kept.title for kept in session.current().models.kept]


def titles():
    return [kept.title for kept in session.current().models.kept]


def test_a_name_is_taken_with_its_spaces_tidied_up_and_goes_on_answering(three):
    session.rename(three[2], "  the \t good\none ")
    assert titles() == [*three[:2], "the good one"]
    assert session.current().answering.title == "the good one"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(" \n", "0 characters", id="nothing but spaces"),
        pytest.param("x" * 61, "61 characters", id="too long"),
        pytest.param("a\u202eb", "invisible", id="a mark that turns the text round"),
        pytest.param("a\x00b", "invisible", id="a control character"),
        pytest.param("Upload 1 · 2 polynomials", "Another model", id="the name of another"),
    ],
)
def test_an_invalid_name_is_refused_and_changes_nothing(three, text, reason):
    with pytest.raises(pc.PolycoreError, match=reason):
        session.rename(three[1], text)
    assert titles() == three


@pytest.mark.parametrize("text", ["x" * 60, "<b>**x**</b> ![](a)", "Ünïcødé ✓", "Upload 2 · 2 polynomials"])
def test_any_other_name_is_accepted(three, text):
    session.rename(three[1], text)
    assert titles() == [three[0], text, three[2]]


def test_the_choice_of_a_model_has_a_new_version_if_others_are_kept_but_not_if_one_improves(
    three, monkeypatch
):
    keys = []

    def selectbox(_, titles, *, index, key, **__):
        session.st.session_state.setdefault(key, titles[index])
        keys.append(key)

    monkeypatch.setattr(session.st, "selectbox", selectbox)
    model_in_use.draw_choice()
    kept = session.current().models.kept[0]
    session.put(kept, replace(kept, seconds=5.0))
    model_in_use.draw_choice()
    assert keys[0] == keys[1]
    for change in (
        lambda: session.rename(three[0], "first"),
        lambda: session.use("first"),
        lambda: session.remove(three[1]),
        lambda: session.add_upload(kept.model),
    ):
        change()
        model_in_use.draw_choice()
        assert keys[-1] not in keys[:-1]


def test_a_new_name_is_also_that_of_the_model_that_is_compared(three):
    session.update(comparison=Comparison(titles=(three[2], three[0])))
    session.rename(three[0], "first")
    assert session.current().comparison.titles == (three[2], "first")


def test_no_two_titles_are_alike_whatever_the_user_named_the_others():
    model = pc.start(EXPERIMENT).best
    session.add_upload(model)
    session.rename(titles()[0], "Upload 2 · 2 polynomials")
    for _ in range(2):
        session.add_upload(model)
    session.rename(titles()[2], "Upload 4 · 2 polynomials")
    session.add_upload(model)
    assert titles() == [
        "Upload 2 · 2 polynomials",
        "Upload 2 · 2 polynomials (2)",
        "Upload 4 · 2 polynomials",
        "Upload 4 · 2 polynomials (2)",
    ]


def test_pinned_models_never_go_and_two_slots_stay_for_others():
    model = pc.start(EXPERIMENT).best
    for _ in range(12):
        session.add_upload(model)
    pinned = titles()[:10]
    for title in pinned:
        assert session.current().models.may_pin()
        session.pin(title)
    assert not session.current().models.may_pin()
    assert session.free_slots() == 2
    session.pin(titles()[11])
    assert not session.current().models.kept[11].pinned
    for _ in range(3):
        session.add_upload(model)
    assert titles() == [*pinned, "Upload 14 · 2 polynomials", "Upload 15 · 2 polynomials"]
    session.unpin(pinned[4])
    session.add_upload(model)
    assert pinned[4] not in titles()


def test_with_ten_pinned_the_run_keeps_its_slot_and_one_is_left_for_others():
    for _ in range(10):
        session.add_upload(pc.start(EXPERIMENT).best)
        session.pin(titles()[-1])
    session.begin(finished_training(0))
    session.collect()
    assert session.free_slots() == 1
    for _ in range(3):
        session.add_upload(pc.start(EXPERIMENT).best)
    assert titles()[10:] == ["Run 1 · Adam, 2 polynomials", "Upload 13 · 2 polynomials"]


@pytest.mark.parametrize(("deleted", "answers"), [(1, 2), (2, 1)], ids=["another", "the one that answers"])
def test_what_was_deleted_is_gone_the_newest_answers_and_it_can_be_brought_back(three, deleted, answers):
    session.remove(three[deleted])
    assert titles() == [three[0], three[answers]]
    assert session.current().answering.title == three[answers]
    assert session.current().undo.text == f"{three[deleted]} was deleted."
    session.bring_back()
    assert titles() == three
    assert session.current().answering.title == three[2]


def test_after_the_last_one_was_deleted_none_answers(three):
    for title in three:
        session.remove(title)
    assert session.current().answering is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: session.add_upload(pc.start(EXPERIMENT).best), id="keeping another"),
        pytest.param(lambda title: session.rename(title, "new"), id="renaming"),
        pytest.param(session.pin, id="pinning"),
    ],
)
def test_undo_never_takes_back_what_was_done_since(three, change):
    session.remove(three[0])
    change(three[1])
    after = session.current().models.kept
    session.bring_back()
    assert session.current().models.kept == after


def test_a_finished_run_that_is_deleted_is_not_kept_again_and_comes_back_whole():
    training = finished_training(0)
    session.begin(training)
    session.collect()
    session.remove(titles()[0])
    session.collect()
    assert session.current().models.kept == ()
    session.bring_back()
    assert session.current().training is training
    assert titles() == ["Run 1 · Adam, 2 polynomials"]


@pytest.mark.parametrize("action", ["start", "pause"])
def test_a_run_under_way_cannot_be_deleted_until_it_is_stopped(action):
    class Never(Executor):
        def submit(self, *_):
            return Future()

    run = pc.advance(pc.start(pc.Experiment(polynomials=EXPERIMENT.polynomials, steps=30)), 3)
    training = Training(run, Never(), pc.advance)
    training.start()
    if action == "pause":
        training.pause()
    session.begin(training)
    session.collect()
    assert session.is_under_way(session.current().models.kept[0])
    session.remove(titles()[0])
    assert titles() == ["Run 1 · Adam, 2 polynomials"]
    training.stop()
    session.remove(titles()[0])
    assert titles() == []


def test_a_run_is_kept_with_its_marks():
    training = finished_training(0)
    session.begin(training)
    session.collect()
    assert session.current().models.kept[0].milestones == training.view.milestones


# --- titles: what belongs to one --------------------------------------------------------------


def a_model(seed=0, polynomials=EXPERIMENT.polynomials):
    return pc.start(replace(EXPERIMENT, seed=seed)).best.with_polynomials(polynomials)


def changed(title):
    """Change the model of that title by hand, and return it as it was and as it is."""
    kept = session.current().models.titled(title)
    edited_model.enter(kept, ParameterIndex(0, 0), 7.0)
    return session.current().by_hand


def test_another_model_by_the_name_of_a_deleted_one_has_none_of_its_changes():
    session.add(Kept("A", a_model(), None))
    session.add(Kept("B", a_model(1), None))
    by_hand = changed("A")
    session.remove("A")
    assert session.current().undo.before["by_hand"] is by_hand
    session.rename("B", "A")
    kept = session.current().models.titled("A")
    assert edited_model.shown(kept) is kept.model


def test_a_deleted_model_comes_back_with_its_changes():
    session.add(Kept("A", a_model(), None))
    by_hand = changed("A")
    session.remove("A")
    session.bring_back()
    assert edited_model.shown(session.current().models.titled("A")) is by_hand.model


def test_changes_go_with_the_model_that_makes_room():
    session.add(Kept("A", a_model(), None))
    changed("A")
    for _ in range(MOST_KEPT):
        session.add_upload(a_model())
    assert session.current().by_hand is None


def test_changes_by_hand_are_offered_no_more_once_their_model_is_renamed():
    session.add(Kept("A", a_model(), None))
    changed("A")
    edited_model.put_back()
    assert session.current().undo is not None
    session.rename("A", "B")
    session.rename("B", "A")
    assert session.current().undo is None


def test_changes_by_hand_are_offered_no_more_after_others():
    session.add(Kept("A", a_model(), None))
    changed("A")
    edited_model.put_back()
    newer = changed("A")
    session.bring_back()
    assert session.current().undo is None
    assert session.current().by_hand is newer


def test_a_model_that_is_brought_back_leaves_a_newer_choice_of_what_answers(three):
    session.remove(three[0])
    session.use(three[1])
    session.bring_back()
    assert titles() == three
    assert session.current().models.in_use == three[1]


def test_a_choice_that_goes_with_what_is_undone_gives_way_to_the_one_before(three):
    before = session.current()
    session.add_upload(a_model())
    fourth = titles()[-1]
    session.use(three[0])
    session.offer_undo(weight_upload.REPLACED, before)
    session.use(fourth)
    session.bring_back()
    assert titles() == three
    assert session.current().models.in_use == before.models.in_use == three[2]


def test_what_a_run_has_learned_since_stays_when_a_deleted_model_comes_back():
    session.add_upload(a_model())
    session.begin(finished_training(0))
    session.collect()
    upload, of_run = titles()
    session.remove(upload)
    better = replace(session.current().models.titled(of_run), model=a_model(1))
    session.put(session.current().models.titled(of_run), better)
    session.bring_back()
    assert titles() == [upload, of_run]
    assert session.current().models.titled(of_run) is better


def test_a_run_begun_after_one_was_deleted_is_not_dropped():
    session.begin(finished_training(0))
    session.collect()
    session.remove(titles()[0])
    newer = finished_training(1)
    session.begin(newer)
    session.bring_back()
    assert session.current().training is newer


def test_classes_that_were_named_since_keep_their_names():
    session.add(Kept("A", a_model(), None))
    session.add(Kept("B", a_model(1, ()), None))
    session.remove("A")
    session.name_classes("B", EXPERIMENT.polynomials)
    session.bring_back()
    assert [kept.title for kept in session.current().models.kept] == ["B"]
    assert session.current().models.titled("B").model.polynomials == EXPERIMENT.polynomials
