"""How it learns, on Inside: walking the scenes, choosing, taking steps, and where no step can be shown."""

from concurrent.futures import Future
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

import polycore as pc
from pages.inside import (
    exercise,
    exercise_view,
    learner,
    learning_view,
    network_choice,
    step_picture,
    step_scenes,
)
from pages.server import server
from pages.state import session
from pages.state.kept_models import Kept
from polycore.formatting import number_text
from polycore.inspection import ParameterIndex
from polycore.inspection.step_detail import StepChoice, step_detail
from tests.pages import browsing
from tests.pages.browsing import (
    QUICK,
    labelled,
    opened,
    sent_to,
    session_of,
    trained,
    trigger,
    words_of,
)
from tests.pages.test_inside_values import model_of
from tests.waiting import wait_until

INSIDE, TRAIN = "pages/5_inside.py", "pages/3_train.py"
TITLES = tuple(step_scenes.TITLES.values())


def seen(app):
    """Return the page with its step, also if that takes long on a busy machine."""
    training = session_of(app).training
    if training is not None and training.view.state == "stepping":
        wait_until(lambda: not training.view.is_active, state=lambda: training.view.status)
        app.run()
    job = session_of(app).drawings.step
    if job is not None and job.view.is_active:
        wait_until(lambda: not job.view.is_active, state=lambda: job.view.said)
        app.run()
    assert not app.exception
    return app


def press(app, label):
    return seen(browsing.press(app, label))


def learning(app):
    """Show how the network on Inside learns."""
    return seen(labelled(app.button_group, "View").set_value("How it learns").run())


def title(app):
    [subheader] = app.subheader
    return subheader.value


def detail(app):
    return session_of(app).drawings.step.view.result


def said(app):
    texts = [text.value for text in [*app.text, *app.caption, *app.markdown]]
    return "\n".join([*texts, *(unescape(found.proto.body) for found in app.get("html"))])


def test_the_scenes_of_a_set_up_that_was_not_started_are_walked_to_and_fro():
    app = learning(opened(INSIDE))
    assert learner.BEGINS in said(app)
    found = [title(app), *(title(press(app, "Next scene")) for _ in range(3))]
    assert tuple(found) == TITLES
    assert {button.label: button.disabled for button in app.button}["Next scene"]
    assert title(press(app, "Previous scene")) == TITLES[2]
    seen(labelled(app.button_group, "Scene").set_value("Loss").run())
    assert title(app) == TITLES[1]
    assert sent_to(app, step_picture.KEY)["scene"] == "Loss"


def test_a_step_is_taken_as_one_step_does_and_ten_more_show_the_path_of_the_weight():
    app = learning(opened(INSIDE))
    shown = detail(app)
    press(app, "Do this step")
    run = session_of(app).training.view.run
    assert (run.step, session_of(app).training.view.status) == (1, "paused")
    assert detail(app).step.number == 2
    index = shown.weight.index
    assert detail(app).weight.index == index
    assert detail(app).weight.before == pytest.approx(shown.weight.after)
    press(app, "Ten more")
    assert session_of(app).training.view.run.step == 11
    line = browsing.drawn(app, f"{learner.PREFIX}.path").data[0]
    assert line.x == tuple(range(12))
    assert line.y[:2] == (shown.weight.before, shown.weight.after)
    assert line.y[-1] == detail(app).weight.before


def test_another_choice_and_later_steps_use_what_is_known(monkeypatch):
    app = learning(opened(INSIDE))
    press(app, "Do this step")
    press(app, "Ten more")
    shown = detail(app)
    begins = []
    monkeypatch.setattr(learner, "step_detail", lambda *call: begins.append(call) or step_detail(*call))
    seen(labelled(app.selectbox, "Weight from").set_value(learning_view.BIAS).run())
    other = detail(app)
    assert (other.step, other.trail, other.weight.index.source) == (shown.step, shown.trail, None)
    assert [step for step, _ in other.path] == list(range(12))
    assert other.path[-1][1] == other.weight.before
    assert begins == []
    press(app, "Do this step")
    [(_, _, trail, _)] = begins
    assert trail is shown.trail  # one step is computed again, and not twelve
    assert [step for step, _ in detail(app).path] == list(range(13))


def test_the_run_that_rests_shows_its_own_next_step():
    app = opened(TRAIN)
    press(press(app, "One step"), "One step")
    app.switch_page(INSIDE).run()
    learning(app)
    run = session_of(app).training.view.run
    assert (run.step, detail(app).step.number) == (2, 3)
    press(app, "Do this step")
    assert np.array_equal(session_of(app).training.view.run.parameters, pc.advance(run, 1).parameters)


def test_a_run_that_ended_continues_with_the_step_that_is_shown():
    app = trained()
    app.switch_page(INSIDE).run()
    learning(app)
    assert learner.CONTINUES in said(app)
    shown, ended = detail(app), session_of(app).training
    press(app, "Do this step")
    run = session_of(app).training.view.run
    assert session_of(app).training is not ended
    assert run.step == ended.view.run.step + 1
    position = shown.weight.index.position(run.experiment.widths)
    assert run.parameters[position] == shown.weight.after


def test_a_run_that_advances_is_paused_first():
    app = press(opened(TRAIN, QUICK | {"steps": "5000000"}), "Start")
    training = session_of(app).training
    wait_until(lambda: training.view.run.step > 0, state=lambda: training.view.status)
    app.switch_page(INSIDE).run()
    learning(app)
    assert learner.RUNNING in said(app)
    press(app, "Pause")
    assert training.view.status == "paused"
    assert title(app) == TITLES[0]
    assert detail(app).step.number == training.view.run.step + 1
    training.stop()


def test_the_tutorials_network_learns_by_random_search():
    app = press(opened(INSIDE), network_choice.TUTORIAL_LABEL)
    learning(app)
    assert learner.TUTORIALS in said(app)
    seen(labelled(app.button_group, "Scene").set_value("Back").run())
    assert title(app) == step_scenes.NO_WAY_BACK


def test_a_model_without_its_experiment_says_why_there_is_no_step():
    app = opened()
    kept = Kept("Upload 1", model_of((3,)), None)
    models = replace(session_of(app).models, kept=(kept,), in_use=kept.title)
    app.session_state[session.KEY] = replace(session_of(app), models=models)
    app.switch_page(INSIDE).run()
    learning(app)
    assert learner.UNKNOWN in said(app)
    assert {button.label: button.disabled for button in app.button}["Do this step"]
    assert not app.subheader


def test_a_kept_model_begins_with_a_fresh_optimizer_in_a_run_of_its_own():
    app = trained()
    press(app, "Reset")  # another run: of the same experiment
    run = session_of(app).training
    app.switch_page(INSIDE).run()
    learning(app)
    assert detail(app).step.number == 1  # of the run, though the network that answers is from its end
    assert session_of(app).training is run


def test_point_and_weight_are_chosen_from_inputs_and_in_the_picture():
    app = learning(opened(INSIDE))
    seen(labelled(app.number_input, "Point").set_value(3).run())
    assert detail(app).point.index == 3
    seen(labelled(app.selectbox, "Layer").set_value(1).run())
    seen(labelled(app.selectbox, "Weight from").set_value(2).run())
    assert detail(app).weight.index == ParameterIndex(1, 1, 2)
    seen(trigger(app, step_picture.KEY, "choose", {"weight": [0, 5, None]}))
    assert detail(app).weight.index == ParameterIndex(0, 5)
    seen(trigger(app, step_picture.KEY, "choose", {"point": 7}))
    assert detail(app).point.index == 7
    assert labelled(app.number_input, "Point").value == 7
    seen(trigger(app, step_picture.KEY, "choose", {"weight": [9, 9, 9]}))
    assert not app.exception


def test_a_point_that_the_step_does_not_have_is_refused_in_words():
    app = learning(opened(INSIDE))
    seen(labelled(app.number_input, "Point").set_value(40).run())
    assert not app.exception
    assert "expected a whole number from 0 to 39" in said(app)


def test_the_address_names_the_view_and_leads_to_it():
    app = learning(opened(INSIDE))
    assert words_of(app)["inside"] == "learns"
    labelled(app.button_group, "View").set_value("What it computes").run()
    assert "inside" not in words_of(app)
    app = seen(opened(INSIDE, QUICK | {"inside": "learns"}))
    assert title(app) == TITLES[0]


def test_the_view_stays_while_other_pages_are_shown():
    app = learning(opened(INSIDE))
    press(app, "Next scene")
    app.switch_page(TRAIN).run()
    app.switch_page(INSIDE).run()
    assert title(app) == TITLES[1]


# --- you compute it ---------------------------------------------------------------------------


def answer(app, text):
    return seen(labelled(app.text_input, "Your number").set_value(text).run())


def answered_wrongly(app, text):
    """Give an answer that is wrong twice: then the number is shown."""
    for _ in range(2):
        answer(app, text)


def asking(app):
    """Press "You compute it"; return the page."""
    return press(app, exercise_view.LABEL)


def test_two_curves_and_two_neurons_replace_the_set_up_and_undo_brings_it_back():
    app = learning(opened(INSIDE))
    before = session_of(app).experiment
    asking(app)
    assert session_of(app).experiment == exercise_view.SET_UP
    assert title(app) == "1 of 3 · A logit"
    assert words_of(app)["weights"]
    assert words_of(app)["inside"] == "learns"
    linked = seen(opened(INSIDE, words_of(app)))
    assert detail(linked).point.loss == detail(app).point.loss
    press(app, "Undo")
    assert session_of(app).experiment == before
    assert title(app) == TITLES[0]
    assert "weights" not in words_of(app)


def test_three_numbers_are_computed_one_after_another():
    app = asking(learning(opened(INSIDE)))
    for number, name in enumerate(("A logit", "A slope", "A new weight")):
        assert title(app) == f"{number + 1} of 3 · {name}"
        number_asked = exercise.question_of(detail(app), number).number
        # the second is right at the second try, and the third is not
        answers = [number_asked + 10] * number + [number_asked][: 2 - number]
        for index, given in enumerate(answers):
            assert f"Computed: {number_text(number_asked)}." not in said(app)
            assert sent_to(app, step_picture.KEY)["center"]["text"] == "?"
            labelled(app.text_input, "Your number").set_value(repr(given))
            seen(press(app, "Check"))  # in one request, as a click into the button sends both
            assert ("Right." if given == number_asked else "Not quite.") in said(app)
            assert (exercise_view.AGAIN in said(app)) == (index == 0 and given != number_asked)
            assert "got nothing" not in said(app)
        assert f"Computed: {number_text(number_asked)}." in said(app)
        assert sent_to(app, step_picture.KEY)["center"]["text"] == ""
        press(app, "Next number" if number < 2 else "How did it go?")
    assert title(app) == "2 of 3 right"
    shown = detail(app).point.index
    press(app, "Another point")
    assert detail(app).point.index != shown
    assert title(app) == "1 of 3 · A logit"
    assert labelled(app.text_input, "Your number").value == ""


def test_a_number_that_is_asked_for_is_not_on_the_page():
    app = asking(learning(opened(INSIDE)))
    for number in range(3):
        question = exercise.question_of(detail(app), number)
        # given numbers may be equal to a line on the way, but not to the last one
        shown, in_tex = said(app), f"= {number_text(question.number).replace('−', '-')}$"
        assert f">{number_text(question.number)}<" not in shown
        assert in_tex not in shown
        answered_wrongly(app, "0,123")
        assert f"Computed: {number_text(question.number)}." in said(app)
        assert in_tex in said(app)  # so it would have been found
        press(app, "Next number" if number < 2 else "How did it go?")


def test_a_wrong_answer_is_shown_beside_the_line_at_which_it_goes_wrong():
    app = asking(learning(opened(INSIDE)))
    question = exercise.question_of(detail(app), 0)
    [slip] = [one for one in question.slips if one.words == "The bias of neuron 0 is left out."]
    wrong = question.by(slip)
    answer(app, repr(wrong[-1].value))
    assert slip.words in said(app)  # for the one more try
    answer(app, repr(wrong[-1].value))
    assert slip.words in said(app)
    assert f"Here you have {number_text(wrong[0].value)}." in said(app)


def test_what_is_no_number_is_refused_and_the_question_stays():
    app = asking(learning(opened(INSIDE)))
    press(app, "Check")
    assert "got nothing; expected a number such as" in said(app)
    answer(app, "a half")
    assert "got 'a half'; expected a number such as" in said(app)
    assert title(app) == "1 of 3 · A logit"
    answer(app, "1/2")
    assert "You: 0.5." in said(app)


def test_the_next_step_and_another_weight_begin_the_questions_again():
    app = asking(learning(opened(INSIDE)))
    answered_wrongly(app, "1")
    press(app, "Next number")
    press(app, "Do this step")
    assert (title(app), detail(app).step.number) == ("1 of 3 · A logit", 2)
    answered_wrongly(app, "1")
    press(app, "Next number")
    seen(labelled(app.selectbox, "Weight from").set_value(-1).run())
    assert title(app) == "1 of 3 · A logit"
    press(app, "Show the scenes")
    assert title(app) == TITLES[0]


def test_a_step_that_is_no_longer_looked_at_leaves_the_queue_of_the_workers(monkeypatch, own_server):
    app = learning(opened(INSIDE))
    waiting, calls = Future(), []

    class Busy:
        def submit(self, *call):
            calls.append(call)
            return waiting if len(calls) == 1 else workers.submit(*call)

    workers = server.current().workers
    own_server(workers=Busy())
    monkeypatch.setattr(learning_view, "WAITS", 0)
    labelled(app.number_input, "Point").set_value(3).run()
    assert session_of(app).drawings.step.view.is_active
    wait_until(lambda: calls)
    view = session_of(app).view
    chosen = replace(view, learning=replace(view.learning, choice=StepChoice(4)))
    app.session_state[session.KEY] = replace(session_of(app), view=chosen)
    seen(app.run())
    assert detail(app).point.index == 4
    wait_until(waiting.cancelled)


def test_a_step_whose_page_was_left_is_not_computed_any_further_and_begins_again_when_it_is_back(
    monkeypatch, own_server
):
    app = press(opened(TRAIN), "One step")  # Train then shows the run, and no longer the step
    learning(app.switch_page(INSIDE).run())
    waiting, workers = Future(), server.current().workers

    class Busy:
        def submit(self, *_):
            return waiting

    own_server(workers=Busy())
    monkeypatch.setattr(learning_view, "WAITS", 0)
    monkeypatch.setattr(learner, "LEFT_SECONDS", 1.0)
    labelled(app.number_input, "Point").set_value(3).run()
    job = session_of(app).drawings.step
    assert server.current().audience.looking_at(job.name)
    app.switch_page(TRAIN).run()
    wait_until(waiting.cancelled)
    own_server(workers=workers)
    seen(app.switch_page(INSIDE).run())
    assert detail(app).point.index == 3
