"""The names of kept models say what differs between them."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.models.names import names_of
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from tests.pages.browsing import labelled, opened, session_of
from tests.runs import OWN, TINY

FASTER = replace(TINY, learning_rate=0.05)


def run(number, experiment=TINY, title="", **fields):
    about = fields.pop("about", "Adam, 2 polynomials")
    title = title or f"Run {number} · {about}"
    return Kept(title, pc.start(experiment).best, experiment, about=about, **fields)


def names(*kept):
    return list(names_of(kept).values())


def test_a_single_one_says_what_was_trained():
    assert names(run(1)) == ["Run 1 · Adam, 2 polynomials"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TINY, FASTER, ("learning rate 0.01", "learning rate 0.05")),
        (TINY, replace(TINY, optimizer="rmsprop"), ("Adam", "RMSProp")),
        (TINY, replace(TINY, seed=9), ("seed 5", "seed 9")),
        (TINY, replace(TINY, steps=1200), ("60 steps", "1,200 steps")),
        (TINY, replace(TINY, hidden=(8, 3)), ("one layer of 4", "layers of 8 and 3")),
        (TINY, replace(TINY, hidden=()), ("one layer of 4", "no hidden layer")),
        (TINY, replace(TINY, batch_size=7), ("batch size all", "batch size 7")),
        (TINY, replace(TINY, samples_per_class=None), ("10 samples each", "fresh points")),
        (TINY, replace(TINY, l2=0.5), ("L2 penalty 0", "L2 penalty 0.5")),
        (TINY, replace(TINY, features=("x", "y", "xy")), ("inputs x and y", "inputs x, y and xy")),
        (TINY, replace(TINY, schedule="cosine"), ("constant schedule", "cosine schedule")),
        (
            TINY,
            replace(TINY, polynomials=(*TINY.polynomials, pc.Polynomial(1, 0))),
            ("2 polynomials, −x² + 1 first", "with x"),
        ),
        (TINY, OWN, ("with −x² + 1, x³ − 2", "with left, right")),
    ],
)
def test_two_say_the_setting_that_differs(one, other, expected):
    assert names(run(1, one), run(2, other)) == [f"Run 1 · {expected[0]}", f"Run 2 · {expected[1]}"]


def test_a_run_that_ended_early_says_how_many_of_its_steps_it_took():
    early = run(1, history=pc.advance(pc.start(TINY), 20).history)
    assert "Run 1 · 20 of 60 steps" in names(early, run(2, replace(TINY, steps=1200)))


def test_as_few_settings_as_tell_them_apart_are_said():
    assert names(
        run(1), run(2, FASTER), run(3, replace(FASTER, seed=9)), run(4, replace(FASTER, seed=8))
    ) == [
        "Run 1 · learning rate 0.01, seed 5",
        "Run 2 · learning rate 0.05, seed 5",
        "Run 3 · seed 9",
        "Run 4 · seed 8",
    ]


def test_what_else_a_title_says_stays():
    continued = run(2, title="Run 2, continued from step 60 · Adam, 2 polynomials")
    assert names(run(1, FASTER), continued)[1] == "Run 2, continued from step 60 · learning rate 0.01"


def test_a_name_that_was_typed_stays_and_changes_no_other():
    typed = run(2, FASTER, title="Mine", named=True)
    assert names(run(1), typed) == ["Run 1 · Adam, 2 polynomials", "Mine"]


def test_titles_that_only_a_number_tells_apart_say_more():
    first, second = (
        run(1, one, title=title, about="")
        for one, title in ((TINY, "Race · Adam"), (FASTER, "Race · Adam (2)"))
    )
    assert names(first, second) == ["Race · Adam, learning rate 0.01", "Race · Adam, learning rate 0.05"]
    assert names(first, run(2, FASTER)) == ["Race · Adam", "Run 2 · learning rate 0.05"]


def test_an_unknown_origin_differs_in_nothing():
    model = replace(pc.start(TINY).best, metadata={})
    assert names(Kept("Upload 1 · 2 polynomials", model, None, about="2 polynomials"), run(1)) == [
        "Upload 1 · 2 polynomials",
        "Run 1 · Adam, 2 polynomials",
    ]


def test_no_two_are_the_same():
    # one that the user typed as another is called by what differs
    typed = run(1, title="Run 2 · learning rate 0.05", named=True)
    assert len(set(names(typed, run(3), run(2, FASTER)))) == 3


def test_every_page_shows_the_names():
    kept = run(1), run(2, FASTER)
    app = opened("pages/6_compare.py", {}, Session(models=KeptModels(kept, kept[1].title)))
    expected = ["Run 2 · learning rate 0.05", "Run 1 · learning rate 0.01"]
    assert app.multiselect[0].options == expected
    assert [text.value for text in app.text if text.value.startswith("Run")] == expected
    app.switch_page("pages/4_predict.py").run()
    model = labelled(app.selectbox, "Model")
    assert model.options == expected
    model.select_index(1).run()
    assert session_of(app).answering is kept[0]
