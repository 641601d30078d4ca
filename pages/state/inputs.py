"""Inputs whose values may arrive late: entered for what a page showed before something else changed that."""

import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from polycore import PolycoreError

KEY = "inputs"  # in the session state: all that a session keeps of its inputs
VERSIONS = 20  # that are remembered of an input; a value is late by a few at most
ENDS = ("min_value", "max_value", "max_chars")  # with others Streamlit may take a widget for another one

Value = TypeVar("Value")


@dataclass(frozen=True)
class Input(Generic[Value]):
    """An input for a value that something else, such as a press, may change too.

    A browser is behind: it sends what a user entered before seeing such a change, and with each request it
    repeats the values of all inputs. Four rules say what counts:

    1. Python changes what an input shows by a new version of it, which has another key, and never by its
       key's value. There is a new version only if the value is another one: so text that is being typed into
       other inputs stays. What is being typed into the version that goes continues in the new one (carry.js).
    2. Values arrive in order. One of an earlier version is dropped if it is what that version reported last
       or, before any report, was drawn with: the browser only repeats itself. Another one was entered by a
       user who did not see the change yet: it counts, and a new version shows it.
    3. In one request, values apply before presses, so a press finds all that was entered before it
       (pages/patches/request_order.py).
    4. What was entered stays as it is, valid or not, also while other pages are shown, until `show` returns
       something else or a press calls `forget`. What was refused is tried again when another value counts.

    All widgets that hold a value of the session are drawn in this way, except expanders, popovers, and
    uploaders, whose value cannot be shown.

    name: no other input of any page has it.
    show: returns the value that it is to show, of a multiple choice as a list.
    adopt: uses a value that was entered. Raises PolycoreError, and changes nothing, if that is not valid.
        Draws nothing. By default the input alone has the value.
    of: returns what the input is about, such as a model: what was entered for another one is dropped.
    same: whether two values are the same for a user; of a slider, which browsers round.
    read: returns the value for what a widget reports, given the one before; of a table, which reports edits.
    """

    name: str
    show: Callable[[], Value]
    adopt: Callable[[Value], object] = lambda _: None  # the input alone has the value
    of: Callable[[], Hashable] = lambda: None  # it is about all of the session
    same: Callable[[Value, Value], bool] = operator.eq
    read: Callable[[Value, Any], Value] = lambda _, report: report

    def draw(self, widget: Callable[..., object], label: str, **options: Any) -> Value:
        """Draw it with a widget that has a `value`, such as st.toggle; return what it holds."""
        drawn = self._updated(tuple(map(options.get, ENDS)))
        widget(label, value=drawn.value, **drawn.wires, **options)
        return drawn.value

    def draw_number(self, label: str, step: float, **options: Any) -> Value:
        """Draw it with st.number_input; return what it holds. What numbers it may hold is for `adopt` to say.

        The widget has no limits: a browser shows a number beyond them in red and never sends it, so that a
        press uses the number before. Nor is it one for whole numbers: in that a browser reads 1e5 as 1 and
        2.5 as 2, and never sends what has more than 16 digits.

        step: what + and - add; an int for whole numbers, whose input has `as_whole` for its `read`.
        """
        drawn = self._updated(None)
        if isinstance(step, int):
            options["format"] = "%g"  # all digits, and no fraction if there is none
        value: Any = drawn.value
        st.number_input(label, value=float(value), step=float(step), **drawn.wires, **options)
        return drawn.value

    def choose(
        self, widget: Callable[..., object], label: str, choices: Sequence[Any], **options: Any
    ) -> Value:
        """Draw it with a widget that has choices, such as st.selectbox; return what it holds."""
        drawn = self._updated(tuple(map(options.get("format_func", str), choices)), choices)
        value = drawn.value
        if widget in (st.selectbox, st.radio):
            options["index"] = None if value is None else choices.index(value)
        else:
            options["default"] = value
        widget(label, choices, **drawn.wires, **options)
        return drawn.value

    @property
    def value(self) -> Value:
        """What it holds: what was entered last or, if that has changed since, what it is to show."""
        drawn = self._drawn
        return self.show() if drawn is None or not drawn.counts_for(self) else drawn.value

    @property
    def last(self) -> Value | None:
        """What it showed last, even if its value has changed since; None if it was never drawn."""
        return None if self._drawn is None else self._drawn.value

    @property
    def typing(self) -> Value | None:
        """What is being typed and has not been entered yet; None if nothing is known of that."""
        drawn = self._drawn
        return None if drawn is None or not drawn.counts_for(self) else drawn.typing

    @property
    def key(self) -> str:
        """The key of its newest version."""
        return _key(self.name, 0 if self._drawn is None else self._drawn.version)

    def note_typing(self, value: Value) -> None:
        """Note what is being typed; it is forgotten as soon as something is entered or shown."""
        if self._drawn is not None:
            self._drawn.typing = value

    def forget(self) -> None:
        """Let it show its value again, in place of what was entered."""
        if self._drawn is not None:
            self._drawn.is_forgotten = True

    @property
    def _drawn(self) -> "_Drawn[Value] | None":
        return _all().get(self.name)

    def _updated(self, shape: Hashable, choices: Sequence[Any] | None = None) -> "_Drawn[Value]":
        """Return how it is to be drawn now."""
        drawn = self._drawn
        if drawn is None:
            shown = self.show()
            drawn = _all()[self.name] = _Drawn(self, self.of(), shape, shown, {0: shown})
        if drawn.key not in st.session_state:
            drawn.typing = None  # the page has just been opened
        # without a callback: a tab that has outlived its session repeats what was entered there
        _take(self.name, drawn.version)
        drawn.update(self, shape, choices)
        return drawn


def refused(prefix: str) -> list[str]:
    """Return why values were refused of inputs that the page shows and whose names begin with `prefix`."""
    reasons = (drawn.refused for drawn in _refused() if drawn.one.name.startswith(prefix))
    return list(dict.fromkeys(reasons))


def check(prefix: str) -> None:
    """Raise PolycoreError if the page shows an input with a refused value; see `refused`."""
    for reason in refused(prefix):
        raise PolycoreError(reason)


def forget_refused() -> None:
    """Let all inputs whose values were refused show what they are to show: a press has replaced that."""
    for drawn in _all().values():
        drawn.is_forgotten |= drawn.refused != ""


def as_whole(_: object, report: float) -> Any:
    """Return a number that a widget reports, as an int if it is whole: the `read` of whole numbers."""
    return int(report) if float(report).is_integer() else report


def are_near(tolerance: float, one: float, other: float) -> bool:
    """Return whether two numbers are the same for a user. A browser rounds a slider's numbers."""
    return abs(one - other) < tolerance


def _take(name: str, version: int) -> None:
    """Take the value that a version of an input has reported, if it counts. For its `on_change`."""
    drawn, key = _all()[name], _key(name, version)
    # it has no value if another page has drawn the same input since
    if key not in st.session_state or not drawn.takes(version, st.session_state[key]):
        return
    drawn.adopt()
    for other in _refused():
        if other is not drawn:
            other.adopt()


def _refused() -> list["_Drawn[Any]"]:
    """Return the inputs on the page whose values were refused."""
    refused = (drawn for drawn in _all().values() if drawn.refused and drawn.is_on_page)
    return [drawn for drawn in refused if drawn.counts_for(drawn.one)]


def _all() -> dict[str, "_Drawn[Any]"]:
    return cast(dict[str, _Drawn[Any]], st.session_state.setdefault(KEY, {}))


def _key(name: str, version: int) -> str:
    return f"{name}.v{version}"


@dataclass
class _Drawn(Generic[Value]):
    """How an input was drawn last, and what it has reported.

    of: what it was about. shape: its choices or its ends.
    beside: what the input was to show when its newest value was entered or drawn.
    known: by version, what it was drawn with or has reported last.
    refused: why the newest value was refused; "" if it was not.
    typing: what is being typed into the newest version; None if that is not known.
    is_forgotten: whether what was entered no longer counts.
    """

    one: Input[Value]
    of: Hashable
    shape: Hashable
    beside: Value
    known: dict[int, Value]
    refused: str = ""
    typing: Value | None = None
    is_forgotten: bool = False

    @property
    def version(self) -> int:
        return next(reversed(self.known))

    @property
    def value(self) -> Value:
        return self.known[self.version]

    @property
    def key(self) -> str:
        return _key(self.one.name, self.version)

    @property
    def wires(self) -> dict[str, Any]:
        return {"key": self.key, "on_change": _take, "args": (self.one.name, self.version)}

    def counts_for(self, one: Input[Value]) -> bool:
        """Return whether what was entered still counts, for the input as it is now."""
        return not self.is_forgotten and (self.of, self.beside) == (one.of(), one.show())

    @property
    def is_on_page(self) -> bool:
        return any(_key(self.one.name, version) in st.session_state for version in self.known)

    def update(self, one: Input[Value], shape: Hashable, choices: Sequence[Any] | None) -> None:
        """Take what the input is to show, unless what was entered still counts."""
        self.one, value = one, self.value
        if not self.counts_for(one) or not _is_among(choices, value):
            value = self.beside = one.show()
            self.refused, self.is_forgotten = "", False
        if (self.of, self.shape) != (one.of(), shape) or not one.same(value, self.value):
            self.renew(value)
        if self.of != one.of():
            self.known = {self.version: value}
        self.of, self.shape = one.of(), shape

    def takes(self, version: int, report: Any) -> bool:
        """Note what a version has reported, and return whether that counts."""
        if version not in self.known or self.of != self.one.of():
            return False
        value = self.one.read(self.known[version], report)
        if self.one.same(value, self.known[version]):
            return False
        self.known[version], self.typing = value, None
        if not self.one.same(value, self.value):
            self.renew(value)
        return True

    def adopt(self) -> None:
        """Let the input use its newest value."""
        self.refused, self.is_forgotten = "", False
        try:
            self.one.adopt(self.value)
        except PolycoreError as error:
            self.refused = str(error)
        self.beside = self.one.show()

    def renew(self, value: Value) -> None:
        self.known[self.version + 1] = value
        self.known = dict(list(self.known.items())[-VERSIONS:])
        self.typing = None


def _is_among(choices: Sequence[Any] | None, value: Any) -> bool:
    """Return whether a widget with these choices can show a value; None are any."""
    if choices is None or value is None:
        return True
    return all(one in choices for one in value) if isinstance(value, list) else value in choices
