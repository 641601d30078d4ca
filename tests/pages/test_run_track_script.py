"""The bar of a run in a browser: where presses, drags and keys put the mark at which the run pauses."""

import json

import pytest

from tests.node import CHANNEL, component, value_after

SCRIPT = component("pages/run_view/run_track.js")
# The bar is 400 pixels wide, from 100: in a run of 40,000 steps a pixel is 100 steps, which is the unit too.
PAGE = """
Element.prototype.getBoundingClientRect = () => ({ left: 100, width: 400 });
Element.prototype.setPointerCapture = () => {};
const state = { share: 10, pause: 0, last: 40000 };
const shows = (more = {}) => draws({ follow: { run: "a" }, ...state, ...more });
const frame = (pause) => give({ ...state, pause });
const slider = () => named("Pause at step");
const text = () => slider().getAttribute("aria-valuetext");
const pointer = (type, x, button = 0) => happen(slider(), `pointer${type}`, { clientX: x, button });
const click = (x, to = x) => {
  pointer("down", x);
  if (to !== x) pointer("move", to);
  pointer("up", to);
};
const key = (name, shiftKey = false) => happen(slider(), "keydown", { key: name, shiftKey });
const marks = () => sent.map(([at, name, step]) => step);
"""
NONE = "it does not pause"


def after(events, result):
    return value_after(f"{SCRIPT}{CHANNEL}{PAGE}{events}", result)


@pytest.mark.parametrize(
    ("last", "x", "step"),
    [
        pytest.param(40_000, 300, 20_000, id="half of the bar"),
        pytest.param(40_000, 203, 10_300, id="a pixel is a unit"),
        # 203 of 400 pixels are 507.5 steps; 10 is the largest power of ten of which there are a hundred
        pytest.param(1000, 303, 510, id="the nearest of the round steps"),
        pytest.param(40, 310, 21, id="each step of a short run"),
        pytest.param(40_000, 100, 0, id="no step before the first"),
        pytest.param(40_000, 500, 0, id="no mark where the run ends anyway"),
    ],
)
def test_a_press_puts_the_mark_at_a_round_step(last, x, step):
    text = f"step {step:,}" if step else NONE
    assert after(f"shows({{ last: {last} }}); click({x});", "[marks(), text()]") == [[step], text]


@pytest.mark.parametrize(
    ("press", "step"),
    [
        pytest.param("click(310);", 0, id="so close that it is on the mark: none is left"),
        pytest.param("click(311);", 21_100, id="beside it"),
        pytest.param("click(300, 303);", 0, id="with a hand that trembles"),
        pytest.param("click(300, 350);", 25_000, id="a drag of the mark"),
        pytest.param("click(200, 350);", 25_000, id="a drag from elsewhere"),
        pytest.param("click(300, 90);", 0, id="a drag beyond the beginning"),
    ],
)
def test_a_press_on_a_bar_with_a_mark(press, step):
    assert after(f"shows({{ pause: 20000 }}); {press}", "marks()") == [step]


@pytest.mark.parametrize(
    ("end", "seen"),
    [
        pytest.param("pointer('up', 350);", [[25_000], "step 25,000"], id="let go"),
        pytest.param("pointer('cancel', 350);", [[], "step 20,000"], id="broken off"),
    ],
)
def test_a_mark_that_is_dragged_is_sent_when_it_is_let_go_alone_and_no_frame_moves_it(end, seen):
    events = "shows({ pause: 20000 }); pointer('down', 300); pointer('move', 350); frame(20000);"
    during, *rest = after(f"{events} const during = [marks(), text()]; {end}", "[during, marks(), text()]")
    assert during == [[], "step 25,000"]
    assert rest == seen


@pytest.mark.parametrize(
    ("keys", "steps"),
    [
        pytest.param([("ArrowRight",)] * 3, [[300, "mark", 20_300]], id="a key that is held"),
        pytest.param([("ArrowLeft", True)], [[300, "mark", 19_999]], id="one step with Shift"),
        pytest.param([("PageUp",), ("ArrowDown",)], [[300, "mark", 20_900]], id="ten and one back"),
        pytest.param([("PageDown",)] * 30, [[300, "mark", 0]], id="not beyond the beginning"),
        pytest.param([("PageUp",)] * 20, [[300, "mark", 0]], id="none where the run ends anyway"),
        pytest.param([("PageUp",)] * 30, [[300, "mark", 0]], id="held for longer than that"),
        pytest.param([("PageUp",)] * 30 + [("ArrowLeft",)], [[300, "mark", 39_900]], id="back from there"),
        pytest.param([("Delete",)], [[300, "mark", 0]], id="away"),
        pytest.param([("End",)], [[300, "mark", 0]], id="away at the end"),
        pytest.param([("a",)], [], id="another key"),
    ],
)
def test_keys_move_the_mark_and_it_is_sent_once(keys, steps):
    presses = "".join(f"key(...{json.dumps(key)});" for key in keys)
    assert after(f"shows({{ pause: 20000 }}); {presses} await wait(1000);", "sent") == steps


def test_a_key_that_is_held_past_the_last_step_does_not_begin_again_once_frames_have_no_mark():
    events = """shows({ pause: 39000 }); const seen = [];
for (let times = 0; times < 9; times++) { key("PageUp"); await wait(400); frame(0); seen.push(text()); }"""
    assert after(events, "[marks(), [...new Set(seen)]]") == [[0] * 9, [NONE]]


def test_beside_the_end_a_press_puts_a_mark_though_keys_have_just_taken_it_there():
    events = "shows({ pause: 39900 }); key('PageUp'); click(495); await wait(1000);"
    assert after(events, "marks()") == [39_500]


def test_the_mark_stays_where_it_was_put_until_frames_have_it_or_for_two_seconds():
    events = """shows(); click(300); const seen = [];
for (const pause of [0, 20000, 0]) { frame(pause); seen.push(text()); await wait(100); }
click(350); frame(0); seen.push(text()); await wait(1990); frame(0); seen.push(text());
await wait(20); frame(0); seen.push(text());"""
    assert after(events, "seen") == ["step 20,000", "step 20,000", NONE, "step 25,000", "step 25,000", NONE]


def test_a_bar_that_has_left_the_page_sends_nothing_more():
    events = "const end = shows({ pause: 20000 }); key('ArrowRight'); page.remove(); end(); await wait(1000);"
    assert after(events, "[sent, give === null]") == [[], True]
