"""Help on every control: what it is and when to change it, on every page, before and after training."""

import re
from functools import cache

import pytest

from tests.pages.browsing import HOME, QUICK, ROOT, metrics, opened, press, unfold_settings, wait_for

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
PAGES = [HOME, *(f"pages/{page.name}" for page in sorted((ROOT / "pages").glob("[0-9]*.py")))]
KINDS = (
    "button",
    "button_group",
    "checkbox",
    "color_picker",
    "download_button",
    "file_uploader",
    "multiselect",
    "number_input",
    "radio",
    "select_slider",
    "selectbox",
    "slider",
    "text_area",
    "text_input",
    "toggle",
)
# their labels say all there is to say
PLAIN = {"Dismiss", "Close"}
# their labels are not shown, and their help stands beside them
BESIDE = {"Map", "Weights", "On the map"}
# the kinds whose labels name a value
VALUES = set(KINDS) - {"button", "checkbox", "download_button", "file_uploader"}
# labels in everyday words
EVERYDAY = {
    "Computing time each",
    "Directions",
    "Edit as",
    "Keep",
    "Learn from",
    "Map",
    "Model",
    "Name",
    "Networks",
    "Per curve",
    "On the map",
    "Settings",
}
EVERYDAY |= {"Computing time", "Over", "Point", "Positions", "Side by side", "The plane shows", "View"}
EVERYDAY |= {"x", "x from", "x to", "y"}
LONGEST = 900  # characters: lists of choices, a line for each


@cache
def dashboard(is_trained):
    """Return a dashboard whose optimizer is SGD, before or after a run."""
    app = opened(HOME, {**QUICK, "optimizer": "sgd"})
    return wait_for(press(app, "Train the network"), "finished") if is_trained else app


@cache
def visited(page, is_trained):
    """Return (kind, label, help) of every control of a page, and the names of its metrics."""
    app = dashboard(is_trained).switch_page(page).run()
    assert not app.exception
    unfold_settings(app)
    found = [(kind, control.proto.label, control.proto.help) for kind in KINDS for control in app.get(kind)]
    return found, set(metrics(app))


def controls(page, is_trained):
    return visited(page, is_trained)[0]


def told_apart(page, trained):
    return [found for found in controls(page, trained) if found[1] not in PLAIN | BESIDE]


@pytest.mark.parametrize("trained", [False, True], ids=["cold", "trained"])
@pytest.mark.parametrize("page", PAGES)
def test_every_control_says_what_it_is(page, trained):
    assert [(kind, label) for kind, label, text in told_apart(page, trained) if not text] == []


@pytest.mark.parametrize("page", PAGES)
def test_help_is_short_and_ends_as_a_sentence(page):
    for kind, label, text in told_apart(page, True):
        assert len(text) <= LONGEST, (kind, label)
        assert text.rstrip().endswith((".", "?")), (kind, label)


@cache
def controls_of_view(view):
    """Return (kind, label, help) of every control of a view of Compare."""
    app = opened("pages/6_compare.py")
    app.button_group(key="compare.view.v0").set_value(view).run()
    return [(kind, found.proto.label, found.proto.help) for kind in KINDS for found in app.get(kind)]


def test_every_value_is_named_by_an_entry_of_the_glossary_or_in_everyday_words():
    terms = [term.casefold() for term in re.findall(r"\n- \*\*(.+?)\*\*: ", GLOSSARY)]
    found = [one for page in PAGES for one in controls(page, True)]
    found += [one for view in ("Race", "Sweep") for one in controls_of_view(view)]
    names = {label for kind, label, _ in found if kind in VALUES}
    names = names.union(*(visited(page, True)[1] for page in PAGES))
    unknown = {name for name in names if not any(term in name.casefold() for term in terms)}
    assert len(names - unknown) > 30
    assert unknown == EVERYDAY


@pytest.mark.parametrize("view", ["Race", "Sweep"])
def test_every_control_of_a_view_says_what_it_is_in_a_sentence(view):
    found = controls_of_view(view)
    assert len(found) >= 5
    assert [label for _, label, text in found if not text.rstrip().endswith((".", "?"))] == []


def test_the_walk_meets_controls():
    met = {kind for page in PAGES for kind, _, _ in controls(page, True)}
    assert {"button", "number_input", "selectbox", "toggle", "text_area", "file_uploader"} <= met
