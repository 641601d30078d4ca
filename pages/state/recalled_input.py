"""Inputs for what a race or a sweep trains: a refresh finds what was entered again."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pages.state import session
from pages.state.inputs import Input

Value = TypeVar("Value")


def recalled_input(name: str, show: Callable[[], Value]) -> Input[Value]:
    """Return an input that holds what is entered until `show`, as of the set-up, returns something else."""

    def shown() -> Value:
        of_set_up = show()
        entered, beside = session.current().comparison.entered.get(name, (of_set_up, of_set_up))
        value: Value = entered if beside == of_set_up else of_set_up
        return value

    def enter(value: Value) -> None:
        now = session.current().comparison
        session.update(comparison=replace(now, entered={**now.entered, name: (value, show())}))

    return Input(name, shown, enter)
