"""Help on every control: what it is and when to change it, on every page, before and after training."""

import re
from functools import cache

import pytest

from pages.train import same_but_one
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
# a wrong guess costs nothing: what they do is seen at once
SEEN_AT_ONCE = {"Curves", "Edit as", "Learn from", "Point", "x", "y"}
# their labels are not shown, and what they are is said beside them
BESIDE = {"Map", "On the map"}
# the kinds whose labels name a value
VALUES = set(KINDS) - {"button", "checkbox", "download_button", "file_uploader"}
# labels in everyday words
EVERYDAY = {
    "Computing time each",
    "Curves",
    "Directions",
    "Edit as",
    "Keep",
    "Learn from",
    "Map",
    "Model",
    "Name",
    "Networks",
    "On the map",
    "Settings",
}
EVERYDAY |= {"Compare by", "Computing time", "Point", "Positions", "Side by side", "The plane shows", "View"}
EVERYDAY |= {
    "The one setting",
    "The other value",
    "Training points",
    "What varies",
    "x",
    "x from",
    "x to",
    "y",
}
LONGEST = 900  # characters: lists of choices, a line for each


@cache
def dashboard(is_trained):
    """Return a dashboard whose optimizer is SGD, before or after a run."""
    app = opened(HOME, {**QUICK, "optimizer": "sgd"})
    return wait_for(press(app, "Train the network"), "finished") if is_trained else app


@cache
def visited(page, is_trained):
    """Return (kind, label, help) of every control of a page, and the names of its metrics."""
    app = dashboard(is_trained).switch_page(page)
    app.session_state[same_but_one.PREFIX] = True  # open
    app.run()
    assert not app.exception
    unfold_settings(app)
    found = [(kind, control.proto.label, control.proto.help) for kind in KINDS for control in app.get(kind)]
    return found, set(metrics(app))


def is_in_glossary(label):
    terms = [term.casefold() for term in re.findall(r"\n- \*\*(.+?)\*\*: ", GLOSSARY)]
    return any(term in label.casefold() for term in terms)


def controls(page, is_trained):
    return visited(page, is_trained)[0]


def told_apart(page, trained):
    return [found for found in controls(page, trained) if found[1] not in PLAIN | BESIDE | SEEN_AT_ONCE]


@pytest.mark.parametrize("trained", [False, True], ids=["cold", "trained"])
@pytest.mark.parametrize("page", PAGES)
def test_every_control_says_what_it_is_unless_the_glossary_does(page, trained):
    unsaid = [label for _, label, text in told_apart(page, trained) if not text]
    assert [label for label in unsaid if not is_in_glossary(label) and label not in EVERYDAY] == []


@pytest.mark.parametrize("page", PAGES)
def test_help_is_short_and_ends_as_a_sentence(page):
    for kind, label, text in told_apart(page, True):
        assert len(text) <= LONGEST, (kind, label)
        assert not text or text.rstrip().endswith((".", "?")), (kind, label)


@cache
def controls_of_view(view):
    """Return (kind, label, help) of every control of a view of Compare."""
    app = opened("pages/6_compare.py")
    app.button_group(key="compare.view.v0").set_value(view).run()
    return [(kind, found.proto.label, found.proto.help) for kind in KINDS for found in app.get(kind)]


def test_every_value_is_named_by_an_entry_of_the_glossary_or_in_everyday_words():
    found = [one for page in PAGES for one in controls(page, True)]
    found += [one for view in ("Race", "Sweep") for one in controls_of_view(view)]
    names = {label for kind, label, _ in found if kind in VALUES}
    names = names.union(*(visited(page, True)[1] for page in PAGES))
    unknown = {name for name in names if not is_in_glossary(name)}
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
