"""The panel of a lesson: one thing at a time, and a guess that stays beside what came of it."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.lessons import asking, card, checks, lesson_panel, lessons, panel_style
from pages.lessons.guesses import code_of
from pages.lessons.question import CurveQuestion, PointQuestion, Question
from pages.lessons.situation import FURTHER, START, Task
from pages.runs.pacing import UNPACED
from pages.runs.training import Training
from pages.state import page_links, session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Guesses, Lessons, Session
from pages.state.setup import Setup
from pages.state.view import View
from pages.train import untrained
from tests.pages.browsing import (
    HOME,
    come_to,
    drawn,
    labels,
    live_text,
    opened,
    press,
    session_of,
    unfold_settings,
    words_of,
)

TRAIN, GUESSES, GLOSSARY = page_links.TRAIN, page_links.GUESSES, page_links.GLOSSARY
NAMES = [lesson.name for lesson in lessons.LESSONS]


def choose(app, letter):
    """Choose an answer of the one question on the page."""
    [question] = app.radio
    question.set_value(letter).run()
    assert not app.exception
    return app


def texts(app):
    return "\n".join(text.value for text in (*app.markdown, *app.caption))


def guesses_of(app, name):
    return session_of(app).lessons.guesses_in(name)


def after_a_run(name, steps=3, **fields):
    """Return a session with that lesson under way whose run, of its first set-up, has ended."""
    experiment = replace(lessons.named(name).set_ups[0].experiment, steps=steps)
    run = pc.advance(pc.start(experiment), steps)
    kept = Kept("Run 1", run.best, run.experiment, run.history)
    return Session(
        setup=Setup(experiment),
        models=KeptModels((kept,), "Run 1"),
        training=Training(run, executor=None, advance=pc.advance),
        lessons=Lessons(current=name, **fields),
    )


@pytest.mark.parametrize("kind", [Question, CurveQuestion, PointQuestion])
def test_a_lesson_asks_before_it_says_what_to_do(kind):
    lesson = next(lesson for lesson in lessons.LESSONS if type(lesson.questions.prediction) is kind)
    app = opened(TRAIN, {"look": lesson.name})
    assert lesson.questions.prediction.text in texts(app)
    for later in (lesson.do, lesson.see, lesson.why, lesson.questions.prediction.why):
        assert later not in texts(app)
    press(app, "Skip the question")
    assert lesson.do in texts(app)
    assert lesson.see not in texts(app)
    assert len(app.radio) == 0


def test_a_guess_may_change_until_start_and_not_after_it():
    app = choose(opened(TRAIN, {"look": "dead"}), "b")
    assert START.format(start="Start", where="", name="Learning rate 1") in live_text(app)
    assert "Skip the question" not in labels(app)
    choose(app, "a")
    assert guesses_of(app, "dead") == Guesses("a")
    press(app, "Start")
    session_of(app).training.stop()
    assert len(app.radio) == 0
    assert "dead" in session_of(app).lessons.closed
    assert guesses_of(app, "dead") == Guesses("a")


def test_the_panel_says_where_the_run_pauses():
    app = opened(TRAIN, {"look": "by-heart"})
    app.button(key="lesson.skip").click().run()
    assert lesson_panel.PAUSES.format(1000) in texts(app)
    short = opened(TRAIN, {"look": "by-heart", "v": "2", "steps": "500"})
    short.button(key="lesson.skip").click().run()
    assert lessons.named("by-heart").do in texts(short)
    assert lesson_panel.PAUSES.format(1000) not in texts(short)


def paused_at(experiment, step, pacing=UNPACED):
    """Return the training of a run of `experiment` that is paused at that step."""
    training = Training(pc.advance(pc.start(experiment), step), executor=None, advance=pc.advance)
    training.go_at(pacing)
    return training


# by hand: the steps of the first set-up without those up to the pause
@pytest.mark.parametrize(("name", "step", "left"), [("dead", 300, 1700), ("by-heart", 1000, 5000)])
def test_at_its_pause_the_panel_says_how_the_run_continues(name, step, left):
    lesson = lessons.named(name)
    first = lesson.set_ups[0].experiment
    training = paused_at(first, step, lesson.pacing)
    begun = Session(
        setup=Setup(first),
        training=training,
        lessons=Lessons(current=name, seen=frozenset([name])),
        view=View(pacing=lesson.pacing),
    )
    app = opened(TRAIN, {}, begun)
    assert f"{lesson_panel.PAUSED.format(step)} {FURTHER.format('Resume', left)}" in texts(app)
    assert labels(app)["Resume"]
    elsewhere = paused_at(first, step - 1, lesson.pacing)
    assert lesson_panel.paused_text(replace(begun, training=elsewhere), "") == ""
    before = replace(begun.lessons, before=training.name)
    assert lesson_panel.paused_text(replace(begun, lessons=before), "") == ""


def test_a_run_that_was_paused_before_a_lesson_is_there_after_it_and_kept_if_another_begins():
    training = paused_at(pc.Experiment(hidden=(4,), steps=100), 10)
    own = training.view.run.experiment
    app = opened(HOME, {}, Session(setup=Setup(own), training=training))
    come_to(app, TRAIN, {"look": "dead"})
    assert lesson_panel.OF_BEFORE.format(10) in texts(app)
    assert "Resume" not in labels(app)
    press(app, "End the lesson")
    assert labels(app)["Resume"]
    assert session_of(app).training is training
    come_to(app.switch_page(HOME).run(), TRAIN, {"look": "dead"})
    press(app, "Start")
    session_of(app).training.stop()
    assert "Your run from before" not in texts(app)
    assert session_of(app).models.kept[0].experiment == own


LONG = {"v": "2", "hidden": "4", "steps": "5000000"}


def test_a_run_that_still_advances_as_a_lesson_begins_is_named_and_not_shown():
    app = press(opened(TRAIN, LONG), "Start")
    before = session_of(app).training
    come_to(app.switch_page(HOME).run(), TRAIN, {"look": "dead"})
    said, buttons, first = texts(app), labels(app), lessons.named("dead").set_ups[0].experiment
    curves = [trace.name for trace in drawn(app, untrained.KEY).data]
    assert before.view.is_active
    press(app, "Start")
    session_of(app).training.stop()
    assert lesson_panel.STILL_RUNNING in said
    assert buttons["Start"]
    assert not {"Start new", "Pause"} & buttons.keys()
    assert len(curves) >= len(first.polynomials)
    assert session_of(app).training.view.run.experiment == first
    assert before.view.status == "stopped"


def test_start_alone_is_offered_beside_unfolded_settings_while_a_lesson_has_no_run():
    app = press(press(opened(TRAIN, LONG), "Start"), "Pause")
    come_to(app.switch_page(HOME).run(), TRAIN, {"look": "dead"})
    unfold_settings(app)
    assert labels(app)["Start"]
    assert "Start new" not in labels(app)


@pytest.mark.parametrize(("guess", "sign"), [("a", asking.RIGHT), ("b", asking.WRONG), (None, "")])
def test_a_guess_stands_beside_what_came_of_it_with_a_check_mark_if_it_was_right(guess, sign):
    lesson = lessons.named("dead")
    question = lesson.questions.prediction
    seen = after_a_run("dead", seen=frozenset(["dead"]), guesses={"dead": Guesses(guess)})
    said = texts(opened(TRAIN, {}, seen))
    assert f"{sign} **{asking.headline(question, guess)}**".strip() in said
    assert (asking.RIGHT in said) == (guess == "a")
    for text in (asking.quoted(question, guess) if guess else "", lesson.see, question.why):
        assert text in said


@pytest.mark.parametrize("steps", [2000, 500])
def test_nothing_is_said_of_the_paused_run_of_another_lesson(steps):
    training = paused_at(replace(checks.TOO_FAST, steps=steps), 10)
    now = Session(training=training, lessons=Lessons(current="small", before=training.name))
    assert lesson_panel.run_before_text(now) == ""


def test_a_guess_is_quoted_and_a_wrong_one_beside_the_right_answer():
    question = lessons.named("by-heart").questions.prediction
    a, b = (question.answer(letter).text for letter in "ab")
    assert question.right == "b"
    assert (asking.headline(question, "b"), asking.quoted(question, "b")) == (
        asking.GUESSED_RIGHT,
        f"You: “{b}”",
    )
    assert (asking.headline(question, "a"), asking.quoted(question, "a")) == (
        asking.GUESSED_WRONG,
        f"You: “{a}”  \nRight: “{b}”",
    )
    assert asking.headline(question, None) == asking.NO_GUESS


def test_the_last_question_is_answered_once_and_then_the_next_lesson_is_what_comes():
    lesson = lessons.named("by-heart")
    app = opened(TRAIN, {}, after_a_run("by-heart", seen=frozenset(["by-heart"])))
    assert lesson.questions.recap.text in texts(app)
    assert lesson.questions.recap.right == "c"
    choose(app, "a")
    assert guesses_of(app, "by-heart") == Guesses(None, "a")
    assert len(app.radio) == 0
    assert "Right: “More points to learn from”" in texts(app)
    assert lesson_panel.ending(lesson, frozenset()) in live_text(app)
    press(app, "Next lesson")
    assert session_of(app).lessons.current == "referee"


@pytest.mark.parametrize("name", ["referee", "features"])
def test_a_point_of_the_map_can_be_guessed_until_start(name, in_session):
    lesson = lessons.named(name)
    assert isinstance(lesson.questions.prediction, PointQuestion)
    in_session(Session(lessons=Lessons(current=name)))
    asking.guess_point(0.7149, 0.5)
    now = session.current()
    assert asking.guessed_point(now) == (0.71, 0.5)
    asking.skip(lesson)
    now = session.current()
    assert (asking.open_point_question(now), asking.guessed_point(now)) == (None, None)
    asking.guess_point(0.0, 0.0)
    assert session.current().lessons.guesses_in(name) == Guesses((0.71, 0.5))


def test_a_click_on_the_map_guesses_nothing_if_the_question_has_answers_to_choose(in_session):
    in_session(Session(lessons=Lessons(current="dead")))
    asking.guess_point(0.5, 0.5)
    assert session.current().lessons.guesses == {}


@pytest.mark.parametrize(
    ("fields", "page", "part"),
    [
        ({}, "Train", ".st-key-controls-Start"),
        ({}, "Glossary", ".st-key-lesson-way"),
        ({"seen": frozenset(["by-heart"])}, "Train", '[class*="st-key-lesson-recap-"]'),
        ({"seen": frozenset(["by-heart"])}, "Glossary", ".st-key-lesson-way"),
        (
            {"seen": frozenset(["by-heart"]), "guesses": {"by-heart": Guesses("a", "c")}},
            "Train",
            ".st-key-lesson-forward",
        ),
    ],
)
def test_on_every_page_what_comes_next_in_a_lesson_is_filled_or_marked(fields, page, part, in_session):
    noted = Lessons("by-heart", **{"closed": frozenset(["by-heart"]), **fields})
    in_session(Session(setup=Setup(checks.BY_HEART), lessons=noted))
    task = lesson_panel.task_of(lessons.named("by-heart"), page, has_panel=page == "Train")
    assert panel_style.part_of(task, page) == part


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_each_curve_to_choose_is_drawn_once(lesson):
    question = lesson.questions.prediction
    drawn = asking.pictures(question)
    curves = len(question.answers) if isinstance(question, CurveQuestion) else 0
    assert drawn.count("data:image/svg+xml") == curves
    assert "<" not in drawn  # it stands within a style


def test_the_highest_point_of_a_curve_is_at_the_top_of_its_picture():
    answer = asking.Answer("Up", heights=(0.0, 1.0))
    assert 'points="2.0,48.0 98.0,2.0"' in asking._svg(answer, mark=None)


@pytest.mark.parametrize(
    ("name", "page", "figure"),
    [
        ("by-heart", "Train", "progress.accuracy"),
        ("raise", "Train", "progress.loss"),
        ("crossing", "Train", "progress.map"),
        ("crossing", "Predict", "predict.map"),
        ("folds", "Inside", "inside.map"),
        ("by-heart", "Predict", ""),
    ],
)
def test_the_figure_that_a_lesson_is_about_is_marked(name, page, figure):
    lesson = lessons.named(name)
    assert panel_style.figure_on(lesson, page) == figure
    style = panel_style.style(lesson, page, "watch", Task(""), folds=False)
    assert ("Watch this" in style) == (figure != "")


@pytest.mark.parametrize("lesson", lessons.LESSONS, ids=NAMES)
def test_a_link_of_a_lesson_names_the_view_that_has_its_figure(lesson):
    for one in lesson.links:
        has_views = one.page in page_links.VIEWS
        assert one.view in (page_links.VIEWS[one.page] if has_views else {None})


def test_settings_fold_as_a_lesson_begins_and_unfold_as_it_ends():
    app = opened(TRAIN, {"look": "search"})
    assert session_of(app).view.settings is False
    press(app, "End the lesson")
    assert session_of(app).view.settings is True


def test_elsewhere_a_line_names_the_lesson_and_leads_back():
    app = opened(GLOSSARY, {"look": "scaling"})
    assert f"Lesson 3 of {len(lessons.LESSONS)} {lesson_panel.ANSWER}" in live_text(app)
    assert [link.proto.label for link in app.main.get("page_link")].count(lesson_panel.BACK_LABEL) == 1
    assert len(app.radio) == 0
    press(app, "End the lesson")
    assert session_of(app).lessons.current is None


# --- the card ----------------------------------------------------------------------------------

# by hand: in "by-heart" b and c are right, in "dead" a is
MADE = {"by-heart": Guesses("b", "a"), "dead": Guesses("b"), "referee": Guesses((0.5, 0.25))}


def test_a_card_has_the_guesses_of_lessons_that_have_been_seen_alone():
    now = Lessons(guesses=MADE, seen=frozenset(["by-heart", "referee", "small"]))
    assert set(card.finished(now)) == {"by-heart", "referee"}


def test_a_card_says_what_was_guessed_and_whether_that_was_right():
    before, after = card.rows_of("by-heart", MADE)
    assert (before.is_right, after.is_right) == (True, False)
    assert after == ("More steps", False, "More points to learn from")
    assert card.rows_of("dead", MADE)[1] is None
    assert card.rows_of("referee", MADE)[0][:2] == ("Your point: (0.5, 0.25)", True)  # in its second box
    assert card.summary(MADE) == "2 of 4 guesses came out right."


def test_a_link_brings_a_card_and_no_address_of_a_page_has_one():
    app = opened(GUESSES, {"guesses": code_of(MADE)})
    assert card.RECEIVED in texts(app)
    assert card.summary(MADE) in texts(app)
    assert "guesses" not in words_of(app)
    app.switch_page(TRAIN).run()
    assert "guesses" not in words_of(app)
    app.switch_page(GUESSES).run()
    press(app, card.SHOW_OWN)
    assert card.NONE_YET in texts(app)


def test_the_own_card_has_a_link_with_names_and_letters_alone():
    app = opened(GUESSES, {}, Session(lessons=Lessons(guesses=MADE, seen=frozenset(MADE))))
    [link] = [code.value for code in app.code]
    assert link.endswith("?guesses=dead.b.~by-heart.b.a~referee.50_25.")
    assert card.SHOW_OWN not in labels(app)


@pytest.mark.parametrize("code", ["", "no-lesson.a.", "<b>", "dead.z."])
def test_a_link_without_a_guess_brings_no_card(code):
    app = opened(GUESSES, {"guesses": code})
    assert session_of(app).lessons.card == ""
    assert card.NONE_YET in texts(app)


def test_home_offers_the_card_once_there_are_guesses():
    begun = Session(lessons=Lessons(guesses=MADE, seen=frozenset(MADE)))
    app = press(opened(GLOSSARY, {}, begun).switch_page(HOME).run(), f"All {len(lessons.LESSONS)}")
    assert lesson_panel.GUESSES_LABEL in [link.proto.label for link in app.main.get("page_link")]


def test_guesses_survive_a_refresh_and_a_card_in_the_address_comes_with_it():
    before = Session(lessons=Lessons(current="dead", guesses=MADE, closed=frozenset(["dead"])))
    after = before.after_refresh(Session(lessons=Lessons(current="dead", card="dead.a.")))
    assert (after.lessons.guesses, after.lessons.closed) == (MADE, {"dead"})
    assert after.lessons.card == "dead.a."


def test_a_question_closes_as_the_first_run_of_its_lesson_begins():
    run = pc.start(replace(checks.TOO_FAST, steps=5))
    resting = Session(
        training=Training(run, executor=None, advance=pc.advance), lessons=Lessons(current="dead")
    )
    assert lessons.noted(resting).closed == frozenset()
    assert lessons.noted(after_a_run("dead")).closed == {"dead"}
    begun = after_a_run("dead")
    of_before = replace(begun, lessons=replace(begun.lessons, before=begun.training.name))
    assert lessons.noted(of_before).closed == frozenset()
