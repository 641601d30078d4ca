"""What a browser trained lately: what it keeps of the pages it has shown, and the list of it."""

import json

import pytest

from tests.node import component, value_after

SCRIPT = component("pages/frame/recent.js")
# `visits` opens a page for a network at rest; `leaves` goes away from it, within the app or not.
PAGE = """
globalThis.location = { pathname: "/train", search: "" };
let kept = {};
globalThis.localStorage = {
  getItem: (key) => kept[key] ?? null,
  setItem: (key, text) => (kept[key] = text),
  removeItem: (key) => delete kept[key],
};
const visits = (search, title = "a network", pathname = "/train") => {
  Object.assign(location, { search, pathname });
  draws({ title });
};
const leaves = (how = "pagehide") => happen(document.body, how);
const inStore = () => JSON.parse(kept["polycore.recent"] ?? "[]");
const queries = () => inStore().map(({ query }) => query);
const linksListed = () => {
  draws({ lists: true });
  return all(page).filter(({ tagName }) => tagName === "A");
};
"""


def after(events, result):
    return value_after(f"{SCRIPT}{PAGE}{events}", result)


def test_what_was_used_last_comes_first_and_each_set_up_once():
    events = "visits('?v=1&seed=1', 'old'); visits('?v=1&seed=2'); visits('?v=1&seed=1', 'new');"
    assert after(events, "inStore().map(({ title, query }) => [title, query])") == [
        ["new", "v=1&seed=1"],
        ["a network", "v=1&seed=2"],
    ]


def test_ten_are_kept():
    events = "for (let seed = 1; seed <= 12; seed += 1) visits(`?v=1&seed=${seed}`);"
    assert after(events, "queries()") == [f"v=1&seed={seed}" for seed in range(12, 2, -1)]


def test_what_does_not_describe_the_experiment_is_not_kept():
    assert after("visits('?look=search&v=1&embed=true&game=1&score=2&seconds=3&seed=4');", "queries()") == [
        "v=1&seed=4"
    ]


@pytest.mark.parametrize("how", ["pagehide", "visibilitychange", "click"])
def test_weights_that_have_come_into_the_address_are_kept_when_the_page_is_left(how):
    events = f"visits('?v=1&seed=1'); location.search += '&weights=d1'; leaves('{how}');"
    assert after(events, "queries()") == ["v=1&seed=1&weights=d1"]


def test_the_page_before_it_has_the_weights_again_does_not_take_them_away():
    events = "visits('?v=1&seed=1&weights=d1'); visits('?v=1&seed=1');"
    assert after(events, "queries()") == ["v=1&seed=1&weights=d1"]


def test_of_another_network_with_the_set_up_the_weights_are_not_kept():
    events = "visits('?v=1&seed=1&weights=d1'); visits('?v=1&seed=1', 'another');"
    assert after(events, "queries()") == ["v=1&seed=1"]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param("visits('?v=1', null); leaves();", id="no network at rest"),
        pytest.param("visits(''); leaves();", id="an address without an experiment"),
        pytest.param(
            "visits(''); Object.assign(location, { search: '?v=1', pathname: '/data' }); leaves();",
            id="the address of the page that comes next",
        ),
    ],
)
def test_nothing_is_kept_of(events):
    assert after(events, "kept") == {}


@pytest.mark.parametrize("text", ["{", "null", "3", '[1, null, {"title": 3}, {"title": "a"}]'])
def test_a_store_into_which_something_else_was_written_is_an_empty_list(text):
    events = (
        f"kept['polycore.recent'] = {json.dumps(text)}; const before = linksListed().length; visits('?v=1');"
    )
    assert after(events, "[before, queries()]") == [0, ["v=1"]]


def test_where_the_store_is_forbidden_there_is_no_list():
    forbid = "const refuse = () => { throw new Error('forbidden'); };"
    forbid += "globalThis.localStorage = { getItem: refuse, setItem: refuse, removeItem: refuse };"
    assert after(f"{forbid} visits('?v=1');", "[linksListed().length, page.children[0].hidden]") == [0, True]


def test_the_list_links_to_this_page_with_each_and_is_gone_once_it_is_cleared():
    events = """visits('?v=1&seed=1&weights=d1', 'first'); visits('?v=1&seed=2', 'second');
location.pathname = '/';
const listed = linksListed().map((link) => [link.getAttribute("href"), link.textContent]);
named('Clear').click();"""
    assert after(events, "[listed, page.children[0].hidden, kept]") == [
        [["/?v=1&seed=2", "second"], ["/?v=1&seed=1&weights=d1", "first"]],
        True,
        {},
    ]
