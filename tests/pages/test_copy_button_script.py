"""The button "Copy link" in a browser: which link it copies, how, and what it says of it."""

import json

import pytest

from pages.frame import copy_button
from tests.node import component, value_after

SCRIPT = component("pages/frame/copy_button.js")
TEXTS = {
    name: getattr(copy_button, name.upper())
    for name in ("help", "trained", "set_up", "waiting", "late", "longest", "long", "shorter", "files")
} | {"answered": ""}
# A server that answers at once, and a clipboard that takes all: a test changes what it is about.
PAGE = f"""
globalThis.location = {{ origin: "http://here", pathname: "/train", search: "" }};
globalThis.innerHeight = 600;
globalThis.Blob = class {{
  constructor([text]) {{
    this.text = text;
  }}
}};
globalThis.ClipboardItem = class {{
  constructor(content) {{
    Object.assign(this, content);
  }}
}};
let copied = null;
const refuse = async () => {{
  throw new Error("not allowed");
}};
const clipboard = {{
  async write([item]) {{
    const content = await item["text/plain"];
    if (content === null) await refuse();
    copied = content.text;
  }},
  writeText: async (text) => {{
    copied = text;
  }},
}};
const browser = {{ platform: "Linux", clipboard }};
Object.defineProperty(globalThis, "navigator", {{ value: browser }});
let asked = 0;
let answers = async () => true; // whether the address has all that was entered
window.polycoreSettle = () => {{
  asked += 1;
  return answers();
}};
const after = (milliseconds, then) => () =>
  new Promise((resolve) => setTimeout(() => resolve(then()), milliseconds));
draws({json.dumps(TEXTS)});
const button = page.querySelector("button");
const note = page.querySelector(".note");
const said = () => page.querySelector(".spoken").textContent;
const offered = () => note.querySelector("input")?.value ?? null;
async function press(name = "Copy link") {{
  (name === "Copy link" ? button : named(name)).click();
  await wait(0);
}}
"""
PLAIN, TRAINED = "?v=1&polynomials=x~x%5E2", "?v=1&polynomials=x~x%5E2&weights=dAB_"
LINK = "http://here/train?v=1&polynomials=x~x%5E2"


def after(events, result, query=PLAIN):
    """Return the result once the events have happened on a page with that query."""
    return value_after(f"{SCRIPT}{PAGE}location.search = {json.dumps(query)}; {events}", result)


@pytest.mark.parametrize(
    ("query", "copied"),
    [
        (PLAIN, LINK),
        (TRAINED, f"{LINK}&weights=dAB_"),
        ("?v=1&polynomials=x~x%5E2&look=crossing", f"{LINK}&look=crossing"),
    ],
    ids=["a set-up", "a network", "a lesson"],
)
def test_the_link_is_the_address_as_it_is_written(query, copied):
    assert after("await press();", "copied", query) == copied


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param(PLAIN, copy_button.SET_UP, id="a set-up"),
        pytest.param(TRAINED, copy_button.TRAINED, id="a network"),
    ],
)
def test_the_note_says_what_the_link_contains_for_four_seconds(query, text):
    events = "await press(); const first = said(); await wait(3900); const later = said(); await wait(200);"
    assert after(events, "[first, later, said()]", query) == [text, text, ""]


COMMAND = "document.execCommand = () => { copied = document.selected; return true; };"


@pytest.mark.parametrize(
    "browser",
    [
        pytest.param("", id="a text that is promised"),
        pytest.param("clipboard.write = refuse;", id="a text that is there"),
        pytest.param(f"browser.clipboard = undefined; {COMMAND}", id="the older command"),
        pytest.param(f"clipboard.write = clipboard.writeText = refuse; {COMMAND}", id="the last that works"),
    ],
)
def test_a_browser_is_asked_by_each_way_to_copy_that_it_may_have(browser):
    assert after(f"{browser} await press();", "[copied, said()]") == [LINK, copy_button.SET_UP]


@pytest.mark.parametrize(
    ("platform", "keys"), [("Linux x86_64", "Ctrl+C"), ("MacIntel", "\u2318C"), ("iPhone", "\u2318C")]
)
def test_a_link_that_nothing_copies_is_shown_and_selected_with_the_keys_that_do(platform, keys):
    events = f"browser.platform = {json.dumps(platform)}; browser.clipboard = undefined; await press();"
    result = "[copied, offered(), document.selected, said(), note.textContent.trim()]"
    assert after(events, result) == [None, LINK, LINK, "", f"Press {keys} to copy the link."]


def test_it_waits_for_what_was_typed_and_says_so_only_if_that_takes_long_and_a_second_press_changes_nothing():
    typed = json.dumps(PLAIN + "&steps=500")
    events = f"""answers = after(1000, () => {{ location.search = {typed}; return true; }});
await press(); await wait(290); const soon = said();
await wait(20); const late = said(); await press(); await wait(690);"""
    assert after(events, "[soon, late, asked, copied, said()]") == [
        "",
        copy_button.WAITING,
        1,
        f"{LINK}&steps=500",
        copy_button.SET_UP,
    ]


def test_a_link_that_may_lack_something_is_offered_and_not_copied():
    events = "answers = after(100, () => false); await press(); await wait(100);"
    copied, offered, text = after(events, "[copied, offered(), note.textContent]")
    assert (copied, offered) == (None, LINK)
    assert text.startswith(copy_button.LATE)


def test_nothing_is_said_on_another_page_that_was_opened_meanwhile():
    events = "answers = after(1000, () => true); await press(); page.remove(); await wait(900);"
    assert after(f"{events} const early = said(); await wait(200);", "[early, said(), offered()]") == [
        "",
        "",
        None,
    ]


LONG = "?v=1&polynomials=x~x%5E2&weights=d" + "A" * copy_button.LONGEST


@pytest.mark.parametrize(
    ("query", "short_query", "answered", "length"),
    [
        pytest.param(LONG, PLAIN, "", copy_button.LONG.format("1,551"), id="a long link"),
        pytest.param(f"{TRAINED}&look=raise", f"{PLAIN}&look=raise", copy_button.ANSWERED, "", id="a lesson"),
    ],
)
def test_a_link_stays_on_offer_without_its_network_and_as_a_file(query, short_query, answered, length):
    events = f"""draws({json.dumps(TEXTS | {"answered": answered})});
await press(); await wait(9000); const long = [copied, note.textContent];
await press({json.dumps(copy_button.SHORTER)}); const short = [copied, said()];
await press(); await press({json.dumps(copy_button.FILES)});"""
    long, short, note, reported = after(events, "[long, short, said(), sent]", query)
    texts = copy_button.TRAINED, answered, length, copy_button.SHORTER, copy_button.FILES
    assert long == [f"http://here/train{query}", "".join(texts)]
    assert short == [f"http://here/train{short_query}", copy_button.SET_UP]
    assert (note, [words for _, *words in reported]) == ("", [["more", True]])


def test_less_than_a_set_up_is_never_offered():
    query = "?v=1&points=" + "A" * copy_button.LONGEST
    assert after("await press();", "note.textContent", query) == copy_button.SET_UP


@pytest.mark.parametrize(
    ("target", "text"),
    [
        pytest.param("document.body", "", id="elsewhere"),
        pytest.param("note", copy_button.SET_UP, id="on the note"),
    ],
)
def test_the_next_press_elsewhere_hides_the_note(target, text):
    assert after(f"await press(); happen({target}, 'pointerdown');", "said()") == text
