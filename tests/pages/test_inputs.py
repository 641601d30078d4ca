"""What a browser reports late counts if a user entered it, and not if the browser repeats itself."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
import streamlit
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.state import inputs
from pages.state.inputs import Input
from polycore import PolycoreError


@contextmanager
def plain_session() -> Iterator[None]:
    """Let the session state be a dictionary: all of this needs no Streamlit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streamlit, "session_state", {})
        yield


# --- a model of a browser and its server -------------------------------------------------------


@dataclass(frozen=True)
class SetUp:
    """What the inputs show: an input for the name, and a number and a slider for the size."""

    name: str = "one"
    size: float = 1.0


PRESETS = {"one": SetUp("one", 1.0), "other": SetUp("other", 2.5)}
ROUNDED = 0.04  # by which a browser reports another number than its slider was drawn with


@dataclass
class Acts:
    """What has come of acts, one after the other.

    before: what Undo brings back. started: the set-ups that were started.
    draft: a name that was refused and is still in its input; None if there is none.
    """

    now: SetUp = field(default_factory=SetUp)
    before: SetUp = field(default_factory=SetUp)
    started: list[SetUp] = field(default_factory=list)
    draft: str | None = None

    def enter(self, name, value):
        if name == "name":
            self.draft = value if "!" in value else None
        if self.draft is None or name != "name":
            self.now = replace(self.now, **{name: meant(value)})

    def press(self, button):
        if button == "start":
            self.started.append(self.now)
            return
        self.now, self.before = (self.before if button == "undo" else PRESETS[button]), self.now
        self.draft = None


def meant(value):
    """Return what was entered: a name may be written in several ways."""
    return value.strip().lower() if isinstance(value, str) else value


def is_near(one, other):
    return abs(one - other) < 2 * ROUNDED


@dataclass(frozen=True)
class Request:
    """What a browser sends: the page that it wants, the values of all inputs that it shows, and a press."""

    page: str
    values: dict
    pressed: str | None = None


class Server:
    """Handles requests one after the other as Streamlit does, and draws the page that was asked for last."""

    def __init__(self):
        self.acts, self.page, self.callbacks = Acts(), "inputs", {}
        self.inputs = (
            Input("name", lambda: self.acts.now.name, self.name),
            Input("size", lambda: self.acts.now.size, self.resize),
            Input("slider", lambda: self.acts.now.size, self.resize, same=is_near),
        )

    def name(self, value):
        self.acts.enter("name", value)
        if self.acts.draft is not None:
            raise PolycoreError("name: got an exclamation mark.")

    def resize(self, value):
        self.acts.enter("size", value)

    def handle(self, request):
        self.page = request.page
        for key, value in request.values.items():
            if streamlit.session_state.get(key) != value:  # also that of an input that is no longer drawn
                streamlit.session_state[key] = value
                callback, arguments = self.callbacks[key]
                callback(*arguments)
        if request.pressed is not None:
            self.acts.press(request.pressed)
            if request.pressed != "start":
                inputs.forget_refused()

    def draw(self):
        """Return the page, and the key and the value of each of its inputs."""
        drawn = {}

        def widget(label, value, key, on_change, args):
            drawn[label], self.callbacks[key] = (key, value), (on_change, args)
            streamlit.session_state.setdefault(key, value)

        if self.page == "inputs":
            for one in self.inputs:
                one.draw(widget, one.name)
        keys = {inputs.KEY, *(key for key, _ in drawn.values())}
        for key in set(streamlit.session_state) - keys:
            del streamlit.session_state[key]
        return self.page, drawn


class Browser:
    """Shows the pages that have come, and sends what a user does there.

    expected: what that is to lead to, in the order in which it was done.
    """

    def __init__(self, server):
        self.server, self.expected, self.page = server, Acts(), "inputs"
        self.requests, self.pages = deque(), deque([server.draw()])
        self.keys, self.values, self.typed = {}, {}, {}  # the values by the keys, the others by the labels
        self.see(1)

    # --- what a user does

    def type(self, label, value):
        self.leave_inputs(but=label)
        if label in self.keys:
            self.typed[label] = value

    def slide(self, value):
        self.leave_inputs()
        if "slider" in self.keys and not is_near(self.values[self.keys["slider"]], value):
            self.enter("slider", value)

    def leave_inputs(self, but=None):
        """Take the focus from an input that is being typed into: it sends its value, if that has changed."""
        for label in self.typed.keys() - {but}:
            value = self.typed.pop(label)
            if value != self.values[self.keys[label]]:
                self.enter(label, value)

    def press(self, button, at_once):
        """Press a button, which takes the focus from an input: one request may carry both."""
        count = len(self.requests)
        self.leave_inputs()
        if at_once and len(self.requests) > count:
            self.requests.pop()
        self.send(pressed=button)
        self.expected.press(button)

    def open(self, page):
        self.leave_inputs()
        self.page = page
        self.requests.append(Request(page, {}))

    # --- what the network does

    def serve(self, count, is_seen):
        """Let the server handle some of the requests that wait, and draw the page, or begin to draw it."""
        for _ in range(min(count, len(self.requests))):
            self.server.handle(self.requests.popleft())
        drawn = self.server.draw()
        if is_seen:
            self.pages.append(drawn)

    def see(self, count):
        """Show some of the pages that are on their way. What is being typed continues in a new version."""
        for _ in range(min(count, len(self.pages))):
            page, drawn = self.pages.popleft()
            if page != "inputs":
                self.keys, self.values, self.typed = {}, {}, {}
            for label, (key, value) in drawn.items():
                if self.keys.get(label) != key:
                    self.values.pop(self.keys.get(label), None)
                    self.keys[label] = key
                    self.values[key] = value + ROUNDED if label == "slider" else value

    def settle(self):
        """Leave what is being typed into, and wait for all that is on its way."""
        self.leave_inputs()
        self.serve(len(self.requests), is_seen=True)
        self.see(len(self.pages))

    def enter(self, label, value):
        self.values[self.keys[label]] = value
        self.send()
        self.expected.enter("size" if label == "slider" else label, value)

    def send(self, pressed=None):
        self.requests.append(Request(self.page, dict(self.values), pressed))


NAMES = st.sampled_from(["one", "other", "third", " Third", "oh!", "no!"])
SIZES = st.sampled_from([1.0, 2.5, 3.0, 4.0])
ACTS = st.one_of(
    st.tuples(st.just(Browser.type), st.just("name"), NAMES),
    st.tuples(st.just(Browser.type), st.just("size"), SIZES),
    st.tuples(st.just(Browser.leave_inputs)),
    st.tuples(st.just(Browser.slide), SIZES),
    st.tuples(st.just(Browser.press), st.sampled_from([*PRESETS, "undo", "start"]), st.booleans()),
    st.tuples(st.just(Browser.open), st.sampled_from(["inputs", "another page"])),
    st.tuples(st.just(Browser.serve), st.integers(0, 3), st.booleans()),
    st.tuples(st.just(Browser.see), st.integers(1, 3)),
)


@settings(max_examples=500)
@given(acts=st.lists(ACTS, max_size=30))
def test_the_set_up_is_what_was_done_in_its_order_however_late_that_arrives(acts):
    with plain_session():
        browser = Browser(Server())
        for act, *arguments in acts:
            act(browser, *arguments)
        browser.settle()
        done, expected = browser.server.acts, browser.expected
        assert (done.now, done.started) == (expected.now, expected.started)
        if browser.page == "inputs":
            name, size, slider = (browser.values[browser.keys[label]] for label in ("name", "size", "slider"))
            assert name == expected.draft if expected.draft is not None else meant(name) == done.now.name
            assert size == done.now.size
            assert is_near(slider, size)


# --- one rule at a time -------------------------------------------------------------------------


class Page:
    """A page with one input that shows `kept`, and what the page drew last."""

    def __init__(self, kept, **options):
        self.kept, self.key, self.drawn = kept, "", None
        self.input = Input("one", lambda: self.kept, self.keep, **options)

    def keep(self, value):
        if value == "refused":
            raise PolycoreError("it is refused.")
        self.kept = value

    def draw(self):
        """Draw it; return what reports a value as a browser that shows this does."""
        self.input.draw(self._widget, "One")
        return self.report

    def choose(self, *choices):
        self.input.choose(self._widget, "One", choices)
        return self.report

    def _widget(self, *_, key, on_change, args, **begin):
        self.key, [self.drawn] = key, begin.values()
        streamlit.session_state.setdefault(key, self.drawn)

        def report(value):
            streamlit.session_state[key] = value
            on_change(*args)

        self.report = report


@pytest.fixture(autouse=True)
def session():
    with plain_session():
        yield


def test_a_value_that_was_entered_stays_as_it_was_entered_in_the_same_version():
    page = Page("kept")
    report, key = page.draw(), page.key
    report("entered")
    page.draw()
    assert (page.kept, page.drawn, page.key) == ("entered", "entered", key)


def test_a_change_by_something_else_is_shown_in_another_version():
    page = Page("kept")
    page.draw()
    key, page.kept = page.key, "changed"
    page.draw()
    assert page.drawn == "changed"
    assert page.key != key


def test_a_change_to_what_the_input_shows_already_is_no_change_of_it():
    page = Page("kept")
    report, key = page.draw(), page.key
    report("refused")
    page.kept = "refused"
    page.draw()
    assert (page.drawn, page.key, inputs.refused("one")) == ("refused", key, [])


def test_what_an_earlier_version_repeats_undoes_nothing():
    page = Page("kept")
    report = page.draw()
    page.kept = "changed"
    page.draw()
    report("kept")
    assert page.kept == "changed"


def test_what_is_entered_into_an_earlier_version_counts_and_is_shown():
    page = Page("kept")
    report = page.draw()
    page.kept = "changed"
    page.draw()
    key = page.key
    report("entered")
    page.draw()
    assert (page.kept, page.drawn) == ("entered", "entered")
    assert page.key != key


def test_a_version_is_known_for_as_long_as_a_value_may_be_late_and_no_longer():
    page = Page("kept")
    reports = [page.draw()]
    for version in range(1, inputs.VERSIONS + 1):
        page.kept = f"change {version}"
        reports.append(page.draw())
    reports[0]("too late")
    assert page.kept == f"change {inputs.VERSIONS}"
    reports[1]("late")
    assert page.kept == "late"


def test_what_was_entered_for_something_else_is_dropped_before_and_after_the_page_shows_another():
    about = ["a model"]
    page = Page("kept", of=lambda: about[0])
    report = page.draw()
    about[0] = "another model"
    report("entered")
    assert page.kept == "kept"
    page.draw()
    report("entered later")
    assert (page.kept, page.drawn) == ("kept", "kept")


def test_a_refused_value_stays_until_something_else_changes_what_is_shown():
    page = Page("kept")
    report = page.draw()
    report("refused")
    page.draw()
    assert (page.kept, page.drawn, page.input.value) == ("kept", "refused", "refused")
    assert inputs.refused("o") == ["it is refused."]
    assert inputs.refused("another") == []
    page.kept = "changed"
    page.draw()
    assert (page.drawn, inputs.refused("one")) == ("changed", [])


def test_a_refused_value_is_forgotten_when_a_press_says_so():
    page = Page("kept")
    report = page.draw()
    report("refused")
    inputs.forget_refused()
    assert (page.input.value, inputs.refused("one")) == ("kept", [])
    page.draw()
    assert page.drawn == "kept"


def test_a_refused_value_is_tried_again_when_another_one_counts():
    kept = {"low": 0.0, "high": 1.0}

    def entering(end):
        def enter(value):
            ends = kept | {end: value}
            if ends["low"] >= ends["high"]:
                raise PolycoreError("the range is empty.")
            kept.update(ends)

        return enter

    reports = {}

    def widget(label, *, value, key, on_change, args):
        streamlit.session_state[key] = value
        reports[label] = key, on_change, args

    def report(end, value):
        key, on_change, args = reports[end]
        streamlit.session_state[key] = value
        on_change(*args)

    ends = [Input(end, lambda end=end: kept[end], entering(end)) for end in kept]
    for end in ends:
        end.draw(widget, end.name)
    report("low", 2.0)
    assert (kept["low"], inputs.refused("low")) == (0.0, ["the range is empty."])
    report("high", 5.0)
    assert (kept, inputs.refused("low")) == ({"low": 2.0, "high": 5.0}, [])
    assert [end.draw(widget, end.name) for end in ends] == [2.0, 5.0]
    assert [key for key, _, _ in reports.values()] == ["low.v0", "high.v0"]


def test_what_a_page_that_is_not_shown_had_refused_is_not_tried():
    page = Page("kept")
    page.draw()("refused")
    del streamlit.session_state[page.key]
    assert inputs.refused("one") == []
    page.draw()
    assert (page.drawn, inputs.refused("one")) == ("refused", ["it is refused."])


def test_a_browser_that_rounds_has_entered_nothing():
    page = Page(1.0, same=is_near)
    page.draw()(1.0 + ROUNDED)
    assert page.kept == 1.0


def test_other_choices_are_shown_in_another_version_with_what_was_chosen():
    page = Page("a")
    page.choose("a", "b")("b")
    key = page.key
    page.choose("a", "b", "c")
    assert page.drawn == "b"
    assert page.key != key


def test_a_choice_that_has_gone_gives_way_to_what_is_kept():
    page = Page("a")
    report = page.choose("a", "refused")
    report("refused")
    page.choose("a", "c")
    assert (page.drawn, inputs.refused("one")) == ("a", [])


def test_the_input_alone_has_a_value_that_nothing_else_wants():
    shown = []
    one = Input("one", lambda: ["a"])
    reports = []

    def widget(*_, default, key, on_change, args):
        shown.append(default)
        reports.append((key, on_change, args))

    assert one.choose(widget, "One", ("a", "b")) == ["a"]
    key, on_change, args = reports[0]
    streamlit.session_state[key] = ["a", "b"]
    on_change(*args)
    assert one.value == ["a", "b"]
    one.choose(widget, "One", ("a", "b"))
    assert shown == [["a"], ["a", "b"]]


def test_what_is_being_typed_is_known_until_it_is_entered():
    page = Page("kept")
    report = page.draw()
    page.input.note_typing("ke")
    assert (page.input.typing, page.input.value) == ("ke", "kept")
    report("keep")
    assert (page.input.typing, page.input.value) == (None, "keep")


def test_what_was_being_typed_is_forgotten_on_another_page():
    page = Page("kept")
    page.draw()
    page.input.note_typing("ke")
    page.draw()
    assert page.input.typing == "ke"
    del streamlit.session_state[page.key]
    page.draw()
    assert page.input.typing is None


def test_a_value_that_comes_without_a_callback_counts_when_the_page_is_drawn_again():
    page = Page("kept")
    page.draw()
    streamlit.session_state[page.key] = "entered before the server restarted"
    page.draw()
    assert page.kept == page.drawn == "entered before the server restarted"
