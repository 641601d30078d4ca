"""A hosted demo's limits: what the operator may write, and what users see when a limit applies."""

import io
import logging
import math
from dataclasses import replace

import pytest

import polycore as pc
from pages.compare import race_inputs
from pages.compare.sweep_view import LIMITS
from pages.compare.sweep_view import notes as sweep_notes
from pages.lessons import lessons
from pages.predict import weight_upload
from pages.runs import sentences
from pages.runs.race import ENTRANTS, experiments_of
from pages.runs.varied import unvaried
from pages.runs.view import RunView
from pages.server import limits, server
from pages.server.limits import Limits
from pages.server.server import Server
from pages.server.turns import Turns
from polycore import Experiment, PolycoreError
from polycore.experiment.settings import SETTINGS
from polycore.workers.processes import Workers
from tests.pages.browsing import (
    QUICK,
    ROOT,
    labelled,
    opened,
    page_text,
    press,
    run_status,
    session_of,
    wait_for,
)

HOME, DATA, TRAIN, COMPARE = "streamlit_app.py", "pages/2_data.py", "pages/3_train.py", "pages/6_compare.py"
PAGES = [HOME, *(f"pages/{path.name}" for path in sorted((ROOT / "pages").glob("[0-9]_*.py")))]
TINY = Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20)
SMALL = "max_width = 16\nmax_steps = 500\nmax_samples_per_class = 40\nmax_batch_size = 64\n"


@pytest.fixture
def started(own_server):
    """Return a function that lets the server begin once more, with the limits that the environment names."""

    def start():
        new = Server.of_environment()
        return own_server(limits=new.limits, turns=new.turns)

    return start


@pytest.fixture
def limited(started, monkeypatch, tmp_path):
    """Return a function that lets the server begin with the limits of a text."""

    def set_limits(text, name="limits.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(limits.VARIABLE, str(tmp_path / name))
        return started()

    return set_limits


# --- the file ---------------------------------------------------------------------------------


def test_without_a_file_nothing_is_limited_but_by_polycore(monkeypatch, started):
    monkeypatch.delenv(limits.VARIABLE, raising=False)
    own = started()
    largest = Experiment(
        polynomials=pc.TUTORIAL_POLYNOMIALS[:10],
        samples_per_class=100_000,
        batch_size=100_000,
        hidden=(512, 512, 492),
        steps=100_000_000,
    )
    assert own.limits.refusal(largest) is None
    assert own.limits.max_seconds == math.inf
    count = own.workers.count
    assert (own.turns.most_running, own.turns.most_waiting) == (15 * count, 75 * count)


@pytest.mark.parametrize(
    ("name", "is_hosted"), [(str(ROOT / "hosted.toml"), True), ("missing.toml", True), ("", False)]
)
def test_a_server_is_a_demo_if_a_file_is_named(name, is_hosted, monkeypatch):
    monkeypatch.setenv(limits.VARIABLE, name)
    assert limits.of_environment().is_hosted == is_hosted


def test_a_file_says_what_is_allowed(limited):
    own = limited(
        "max_width = 64\nmax_seconds = 12.5\nmax_sweep_runs = 9\nmax_running = 3\nmax_waiting = 0\n"
    )
    assert own.limits == Limits(
        max_width=64, max_seconds=12.5, max_sweep_runs=9, max_running=3, max_waiting=0, is_hosted=True
    )
    assert (own.turns.workers, own.turns.most_running, own.turns.most_waiting) == (own.workers.count, 3, 0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "max_widht = 64",
            "limits.toml: got the limit 'max_widht'; expected one of max_width, ",
            id="name",
        ),
        pytest.param('max_width = "64"', "max_width: got '64'; expected a whole number from 1", id="text"),
        pytest.param("max_width = 64.0", "max_width: got 64.0; expected a whole number", id="decimal"),
        pytest.param("max_width = true", "max_width: got True; expected a whole number", id="yes"),
        pytest.param("max_width = 0", "max_width: got 0; expected a whole number", id="too small"),
        pytest.param("max_width = 513", "max_width: got 513; expected a whole number", id="too large"),
        pytest.param("[max_width]\na = 1", "max_width: got {'a': 1}; expected a whole number", id="a table"),
        pytest.param("max_seconds = 0", "max_seconds: got 0; expected a number of seconds", id="no time"),
        pytest.param("max_sweep_seconds = 0", "max_sweep_seconds: got 0; expected a number", id="no sweep"),
        pytest.param("max_sweep_runs = 201", "max_sweep_runs: got 201; expected a whole number", id="runs"),
        pytest.param("max_seconds = inf", "max_seconds: got inf; expected a number", id="endless"),
        pytest.param("max_seconds = nan", "max_seconds: got nan; expected a number", id="no number"),
        pytest.param("max_seconds = true", "max_seconds: got True; expected a number", id="yes for seconds"),
        pytest.param("max_width 64", "limits.toml is not valid TOML: ", id="not TOML"),
        pytest.param("max_width = 1\nmax_width = 2", "limits.toml is not valid TOML: ", id="twice"),
    ],
)
def test_a_wrong_file_is_reported_in_one_sentence(limited, text, sentence):
    own = limited(text)
    with pytest.raises(PolycoreError) as caught:
        own.limits.check(TINY)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert own.limits.problem == str(caught.value)
    assert own.turns.take() is None  # nothing runs there


def test_a_file_that_is_not_text_is_reported(limited, started, tmp_path):
    limited("")
    (tmp_path / "limits.toml").write_bytes(b"max_width = \xff")
    assert started().limits.problem.startswith("limits.toml is not valid TOML")


def test_a_missing_file_is_shown_by_name_on_the_page_and_logged_by_path_once(
    started, monkeypatch, tmp_path, caplog
):
    missing = tmp_path / "missing.toml"
    monkeypatch.setenv(limits.VARIABLE, str(missing))
    sentence = started().limits.problem
    for page in PAGES[:3]:
        assert sentence in page_text(opened(page))
    assert sentence.startswith("POLYCORE_LIMITS names missing.toml, which cannot be read (No such file")
    assert str(tmp_path) not in sentence
    [record] = [one for one in caplog.records if one.name == limits.__name__]
    assert (record.levelno, record.exc_info) == (logging.ERROR, None)
    assert sentence in record.getMessage()
    assert str(missing) in record.getMessage()


def test_a_server_with_a_wrong_file_does_nothing_and_says_why_on_every_page(limited):
    limited("max_width = 'wide'")
    app = opened(HOME)
    for page in PAGES:
        app.switch_page(page).run()
        assert [element.value for element in app.text] == [
            "limits.toml: max_width: got 'wide'; expected a whole number from 1 to 512."
        ], page
        assert len(app.button) == len(app.number_input) == 0, page


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "change", "sentence"),
    [
        pytest.param({"max_width": 8}, {"hidden": (4, 9)}, "at most 8 neurons a layer (here 9)", id="width"),
        # 2·4 + 4 weights and biases, and 4·2 + 2 more
        pytest.param(
            {"max_parameters": 21}, {"hidden": (4,)}, "21 weights and biases (here 22)", id="parameters"
        ),
        pytest.param(
            {"max_samples_per_class": 5},
            {"samples_per_class": 6},
            "5 samples of each polynomial (here 6)",
            id="samples of each",
        ),
        pytest.param(
            {"max_samples": 19}, {"samples_per_class": 10}, "19 samples in all (here 20)", id="samples"
        ),
        pytest.param({"max_batch_size": 7}, {"batch_size": 8}, "7 points a batch (here 8)", id="batch"),
        pytest.param({"max_steps": 1000}, {"steps": 1001}, "1,000 steps (here 1,001)", id="steps"),
    ],
)
def test_what_is_beyond_a_limit_is_named_with_what_to_do(most, change, sentence):
    experiment = Experiment(
        polynomials=pc.INTRODUCTION_POLYNOMIALS[:2], samples_per_class=5, hidden=(1,), steps=10
    )
    allowed = Limits(**most)
    allowed.check(experiment)
    refusal = allowed.refusal(replace(experiment, **change))
    assert sentence in refusal
    assert refusal.endswith(limits.ADVICE)
    [(name, amount)] = most.items()
    assert replace(allowed, **{name: amount + 1}).refusal(replace(experiment, **change)) is None


def test_all_that_is_beyond_is_named_at_once():
    refusal = Limits(max_width=8, max_steps=9).refusal(Experiment(hidden=(9,), steps=10))
    assert "at most 8 neurons a layer (here 9), 9 steps (here 10): choose less" in refusal


def test_the_public_demo_has_room_for_all_that_its_pages_offer():
    allowed = limits.read(ROOT / "hosted.toml")
    assert (allowed.max_seconds, allowed.seconds_of_sweep, allowed.max_sweep_runs) == (60, 10, 12)
    own = [Experiment.recommended(), Experiment.tutorial(), Experiment()]
    assert len(lessons.EXPERIMENTS) >= 8
    for experiment in (*own, *lessons.EXPERIMENTS):
        allowed.check(experiment)
        for racing in experiments_of(experiment, "Optimizers", ENTRANTS["Optimizers"]):
            allowed.check(replace(racing, steps=1))


def test_the_public_demo_keeps_the_largest_experiments_out():
    allowed = limits.read(ROOT / "hosted.toml")
    for change in ({"hidden": (512,)}, {"samples_per_class": 80_000}, {"steps": 100_000_000}):
        assert allowed.refusal(replace(Experiment(), **change))


# --- on the page ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [HOME, TRAIN, "pages/7_play.py"])
def test_a_link_beyond_the_limits_stays_as_it_is_and_does_not_start(limited, page):
    limited(SMALL)
    app = opened(page, QUICK | {"hidden": "64", "steps": "9000"})
    assert session_of(app).experiment.hidden == (64,)
    assert session_of(app).experiment.steps == 9000
    assert "at most 16 neurons a layer (here 64), 500 steps (here 9,000)" in page_text(app)
    [start] = [button for button in app.button if button.label in ("Start", "Train the network")]
    start.click().run()
    assert not app.exception
    assert session_of(app).training is None
    assert page_text(app).count(limits.ADVICE) == 1


def test_what_is_typed_beyond_a_limit_is_reported_at_once_and_a_smaller_choice_may_start(limited):
    limited(SMALL)
    app = opened(TRAIN)
    assert limits.ADVICE not in page_text(app)
    assert "layers of up to 16" in labelled(app.text_input, "Hidden layers").help
    labelled(app.number_input, "Steps").set_value(501)
    labelled(app.number_input, "Batch size (0 = all)").set_value(65).run()
    assert "64 points a batch (here 65), 500 steps (here 501)" in page_text(app)
    labelled(app.number_input, "Steps").set_value(200)
    labelled(app.number_input, "Batch size (0 = all)").set_value(7).run()
    assert limits.ADVICE not in page_text(app)
    wait_for(press(app, "Start"), "finished")


def test_the_data_page_reports_too_many_samples(limited):
    limited(SMALL)
    app = opened(DATA, QUICK | {"samples": "40"})
    assert not app.get("download_button")[0].proto.disabled
    labelled(app.number_input, SETTINGS["samples_per_class"].label).set_value(41).run()
    assert "at most 40 samples of each polynomial (here 41)" in page_text(app)
    assert app.get("download_button")[0].proto.disabled
    assert session_of(app).experiment.samples_per_class == 41


def test_a_preset_beyond_the_limits_is_used_and_reported(limited):
    limited(SMALL)
    app = press(opened(TRAIN), "Recommended")
    assert session_of(app).experiment.steps == 7_000
    assert "500 steps (here 7,000)" in page_text(app)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        pytest.param(
            "finished",
            "The run has used the demo's 0.2 s of computing; its best model is kept. "
            "On your own machine a run continues to its last step.",
            id="no time is left",
        ),
        pytest.param("paused", "", id="it may continue"),
    ],
)
def test_a_run_that_ends_when_its_seconds_are_used_says_so(own_server, state, said):
    own_server(limits=Limits(max_seconds=0.2))
    view = RunView.of("a run", pc.advance(pc.start(TINY), 10), budget=0.2)
    assert sentences.notes(replace(view, state=state))["spent"] == said


def test_a_run_that_takes_its_last_step_says_nothing_about_seconds(own_server):
    own_server(limits=Limits(max_seconds=60))
    run = pc.start(replace(TINY, steps=3))
    assert sentences.notes(RunView.of("a run", pc.advance(run, 3), budget=60))["spent"] == ""


def test_a_run_on_a_page_has_the_seconds_of_the_server(limited):
    limited("max_seconds = 0.2")
    app = wait_for(press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start"), "finished")
    training = session_of(app).training
    assert training.view.has_spent_budget
    assert session_of(app).answering.model.loss == training.view.best.loss


def race_view(app):
    app.button_group(key="compare.view.v0").set_value("Race").run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("most", "offered"),
    [
        pytest.param(math.inf, race_inputs.BUDGETS, id="no limit"),
        pytest.param(10, (5, 10), id="ten"),
        pytest.param(2.5, (2.5,), id="fewer than any offer"),
    ],
)
def test_a_race_has_no_more_seconds_than_a_run(most, offered):
    assert race_inputs.budgets_within(most) == offered


def test_a_race_beyond_the_limits_does_not_begin(limited):
    limited(SMALL)
    app = press(race_view(opened(COMPARE, QUICK | {"hidden": "64"})), "Start the race")
    assert session_of(app).comparison.race is None
    assert "at most 16 neurons a layer (here 64)" in page_text(app)
    assert "steps (here" not in page_text(app)  # its seconds end a race


def test_a_demo_keeps_no_larger_network_than_it_trains(limited):
    limited("max_width = 16\nmax_parameters = 100")
    small, large = (pc.start(replace(TINY, hidden=hidden)).best for hidden in ((12,), (17,)))
    app = opened("pages/4_predict.py")
    for name, model in (("small.npz", small), ("large.npz", large)):
        content = io.BytesIO()
        model.save(content)
        uploader = app.file_uploader(key=weight_upload.FILES_KEY)
        uploader.set_value((name, content.getvalue(), "")).run()
    # 2 polynomials: 2·12 + 12 + 12·2 + 2 = 62 numbers, and 2·17 + 17 + 17·2 + 2 = 87
    assert "at most 16 neurons a layer (here 17): choose less" in page_text(app)
    own = limited("max_width = 32\nmax_parameters = 80")
    with pytest.raises(PolycoreError, match=r"at most 80 weights and biases \(here 87\): "):
        own.limits.check_model(large)
    own.limits.check_model(small)
    assert [kept.model.widths for kept in session_of(app).models.kept] == [(2, 12, 2)]


def sweep_view(app):
    app.button_group(key="compare.view.v0").set_value("Sweep").run()
    assert not app.exception
    return app


def test_a_sweep_beyond_the_limits_is_reported_and_cannot_start(limited):
    limited("max_sweep_runs = 4\nmax_sweep_seconds = 2.5\n")
    app = sweep_view(opened(COMPARE))
    assert "This demo gives each run 2.5 s of computing, and a sweep 4 runs." in page_text(app)
    [networks] = [widget for widget in app.text_input if widget.label == "Networks"]
    networks.set_value("8, 4").run()
    assert "at most 4 runs a sweep (here 6)" in page_text(app)
    assert limits.ADVICE in page_text(app)
    [start] = [button for button in app.button if button.label == "Start the sweep"]
    assert start.disabled
    [seeds] = [widget for widget in app.number_input if widget.label == "Seeds"]
    seeds.set_value(2).run()
    assert "**4 runs**: 2 settings with 2 seeds." in page_text(app)


def test_no_limits_of_a_demo_are_said_of_a_sweep_if_there_are_none(own_server):
    own_server(limits=Limits())
    assert sweep_notes(TINY, unvaried(TINY)) == []
    own_server(limits=Limits(max_sweep_seconds=2.5, max_sweep_runs=4))
    assert sweep_notes(TINY, unvaried(TINY)) == [LIMITS.format(seconds=2.5, runs=4)]


# --- the queue on pages ---------------------------------------------------------------------


@pytest.fixture
def full(own_server):
    """Let another user compute on a server that has room for one run, while two more wait."""
    shared = own_server(turns=Turns(Workers(1), most_running=1, most_waiting=3)).turns
    return [shared.take(is_new=number < 2) for number in range(3)]  # the last one has had a turn


def test_a_waiting_run_shows_its_position_on_every_page_and_starts_by_itself(full):
    app = press(opened(TRAIN), "Start")
    assert session_of(app).training.view.status == "waiting"
    assert sentences.waiting(session_of(app).run_view) in page_text(app)
    assert run_status(app) == "Waiting · step 0 of 300 · position 2 in the queue"
    app.switch_page(DATA).run()
    assert "position 2 in the queue" in page_text(app)
    app.switch_page(TRAIN).run()
    for turn in full:
        turn.give_up()
    wait_for(app, "finished")
    assert "Waiting" not in page_text(app)


@pytest.mark.usefixtures("full")
def test_the_page_says_that_the_queue_is_full():
    server.current().turns.take()
    app = press(opened(TRAIN), "Start")
    assert session_of(app).training.view.status == "ready"
    assert f"{sentences.FULL} (1 at once, 3 in the queue)." in page_text(app)


WAITING = replace(RunView.of("a run", pc.start(TINY), math.inf), state="running")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        pytest.param(WAITING, "", id="alone"),
        pytest.param(replace(WAITING, others_wait=True), "Others are waiting too. ", id="others wait"),
        pytest.param(
            replace(WAITING, ahead=2),
            "Waiting: 2 others are before you. Your run starts by itself. ",
            id="third in the queue",
        ),
        pytest.param(
            replace(WAITING, ahead=1),
            "Waiting: 1 other is before you. Your run starts by itself. ",
            id="second",
        ),
        pytest.param(
            replace(WAITING, ahead=0, run=pc.advance(WAITING.run, 1)),
            "Waiting: you are next. Your run continues by itself. ",
            id="next, in its middle",
        ),
    ],
)
def test_turns_are_explained_while_any_run_waits(view, said):
    assert sentences.waiting(view) == (said and said + sentences.TURNS)
