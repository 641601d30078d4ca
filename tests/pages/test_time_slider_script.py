"""The slider through a run's past in a browser: what it shows, what it sends, and when."""

import json

import pytest

from tests.node import CHANNEL, component, value_after

SCRIPT = component("pages/run_view/time_slider.js")
RUN = [[0, 0], [100, 100], [200, 200], [250, "Best"], [300, "Now"]]
# A slide moves it, and letting go ends that; a key does both.
PAGE = f"""
const chosen = []; // by the channel, and when
channelOfTab.send = ({{ choose: [run, choice] }}) => chosen.push([now, choice]);
globalThis.Option = class extends Element {{
  constructor(text) {{
    super("option");
    this.append(text);
  }}
}};
const shows = (more = {{}}) =>
  draws({{ follow: {{ run: "a" }}, moments: {json.dumps(RUN)}, choice: "Now", moves: true, ...more }});
const end = shows();
const speed = named("Speed");
speed.value = "1";
const slider = page.querySelector("input");
const text = () => page.querySelector("output").textContent;
const press = (name) => named(name).click();
const slide = (index) => {{
  slider.value = String(index);
  happen(slider, "input");
}};
const letGo = () => happen(slider, "change");
const key = (index) => {{
  slide(index);
  letGo();
}};
const [PLAY, BEST] = ["Play the run from its beginning", "Show the weights: Best loss"];
await wait(1000);
"""


def after(events, result):
    """Return the result a second after the slider has been shown and the events have happened."""
    return value_after(f"{SCRIPT}{CHANNEL}{PAGE}{events}", result)


def test_while_it_moves_the_latest_moment_is_sent_every_60_ms():
    events = "slide(1); await wait(20); slide(2); await wait(20); slide(3); await wait(500);"
    assert after(events, "[chosen, sent]") == [[[1000, 100], [1060, "Best"]], []]


def test_a_page_that_shows_a_moment_only_at_rest_is_sent_none_and_plays_nothing():
    events = "shows({ moves: false }); slide(1); slide(2); letGo(); await wait(500);"
    assert after(events, "[chosen, sent, named(PLAY).hidden, speed.hidden]") == [
        [],
        [[1300, "chosen", 200]],
        True,
        True,
    ]


def test_the_page_is_drawn_once_after_the_last_of_several_keys():
    events = "key(1); await wait(100); key(2); await wait(250); key(1); await wait(1000);"
    assert after(events, "sent") == [[1650, "chosen", 100]]


def test_a_page_that_does_not_know_yet_where_it_rests_leaves_it_there():
    events = "key(1); await wait(100); shows(); const before = slider.value; await wait(200); shows();"
    assert after(events, "[before, slider.value]") == [1, 4]


@pytest.mark.parametrize(("speed", "apart"), [("0.5", 320), ("1", 160), ("4", 40)])
def test_played_from_its_end_it_shows_each_moment_and_rests_at_the_last(speed, apart):
    events = f"speed.value = '{speed}'; press(PLAY); await wait(9000);"
    choices = [choice for _, choice in RUN]
    shown = [[1000 + index * apart, choice] for index, choice in enumerate(choices)]
    ended = 1000 + 4 * apart
    assert after(events, "[chosen, sent]") == [shown, [[ended + 300, "chosen", "Now"]]]


def test_played_from_a_moment_it_continues_there():
    assert after("shows({ choice: 200 }); press(PLAY); await wait(9000);", "chosen") == [
        [1000, 200],
        [1160, "Best"],
        [1320, "Now"],
    ]


@pytest.mark.parametrize(
    ("ends", "rests_at"),
    [
        pytest.param("press('Pause');", [1470, "chosen", 100], id="Pause"),
        pytest.param("key(3);", [1470, "chosen", "Best"], id="a key"),
        pytest.param("press('Show the weights: First');", [1470, "chosen", 0], id="First"),
    ],
)
def test_playing_ends_at_a_press(ends, rests_at):
    events = f"press(PLAY); await wait(170); const during = named('Pause') !== undefined; {ends}"
    assert after(f"{events} await wait(9000);", "[during, named(PLAY) !== undefined, sent]") == [
        True,
        True,
        [rests_at],
    ]


THINNED = [[0, 0], [150, 150], [250, "Best"], [400, "Now"]]
BEST_IS_LATEST = [[0, 0], [200, 200], [400, "Now"]]


@pytest.mark.parametrize(
    ("choice", "moments", "text"),
    [
        pytest.param(200, RUN, "step 200", id="a step"),
        pytest.param(200, THINNED, "step 250", id="the next, if its step has made room"),
        pytest.param(500, BEST_IS_LATEST, "step 400", id="the latest, if there is no later one"),
        pytest.param("Now", THINNED, "step 400", id="now"),
        pytest.param("Best", RUN, "step 250", id="the best"),
        pytest.param("Best", BEST_IS_LATEST, "step 400", id="the best, which is the latest"),
    ],
)
def test_it_stays_at_what_was_chosen_while_moments_come_and_go(choice, moments, text):
    events = f"""shows({{ choice: {json.dumps(choice)} }}); const before = text();
give({{ moments: {json.dumps(moments)} }}); const during = text();
give({{ moments: {json.dumps(RUN)} }});"""
    before, now, again = after(events, "[before, during, text()]")
    assert now == text
    assert again == before


@pytest.mark.parametrize(
    ("moment", "over_time", "text", "spoken"),
    [
        pytest.param([12_000, 12_000], False, "step 12,000", "step 12,000", id="a step"),
        pytest.param([250, "Best"], False, "step 250", "step 250, best", id="the best"),
        # microseconds of computing
        pytest.param([1_234_567, "Now"], True, "after 1.23 s", "after 1.23 s, now", id="of a race"),
    ],
)
def test_a_moment_has_a_name(moment, over_time, text, spoken):
    data = {"moments": [[0, 0], moment], "choice": moment[1], "overTime": over_time}
    result = "[text(), slider.getAttribute('aria-valuetext')]"
    assert after(f"shows({json.dumps(data)});", result) == [text, spoken]


PRESSED = """["First", "Best loss", "Now"].map((name) => {
  const { hidden, disabled, attributes } = named(`Show the weights: ${name}`);
  return hidden ? "hidden" : disabled ? "disabled" : attributes["aria-pressed"] === "true";
})"""


@pytest.mark.parametrize(
    ("data", "pressed"),
    [
        ({"choice": 0}, [True, False, False]),
        ({"choice": 100}, [False, False, False]),
        ({"choice": "Best"}, [False, True, False]),
        ({"choice": "Now", "moments": BEST_IS_LATEST}, [False, True, True]),
        ({"choice": "Now", "moments": [[0, "Now"]]}, ["disabled"] * 3),
        ({"choice": "Now", "overTime": True}, [False, "hidden", True]),
    ],
    ids=["first", "between", "best", "the best is the latest", "nothing to choose from", "a race"],
)
def test_the_buttons_say_which_of_them_is_shown(data, pressed):
    assert after(f"shows({json.dumps(data)});", PRESSED) == pressed


def test_the_best_is_chosen_by_its_name_although_it_is_the_latest_now():
    events = f"shows({{ moments: {json.dumps(BEST_IS_LATEST)} }}); press(BEST); await wait(500);"
    assert after(f"{events} give({{ moments: {json.dumps(RUN)} }});", "[chosen, sent, text()]") == [
        [[1000, "Best"]],
        [[1300, "chosen", "Best"]],
        "step 250",
    ]


def test_a_slider_that_has_left_the_page_sends_nothing_more():
    events = "slide(1); slide(2); letGo(); page.remove(); end(); await wait(9000);"
    assert after(events, "[chosen, sent, give === null]") == [[[1000, 100]], [], True]
