"""The guesses of all lessons as a short text, so that a card of them can have a link.

It has names of lessons and codes alone, and nothing that a user typed. An example is
"crossing.c.a~search..b~referee.71_50.": both guesses of one lesson, the second one of another, and of a third
the first one, the point (0.71, 0.5).
"""

import re
from collections.abc import Mapping

from pages.lessons import lessons
from pages.lessons.question import Guess, guess_at
from pages.state.session_value import Guesses

LONGEST = 1000  # characters; the longest code of all lessons has half as many
_ENTRY = re.compile(
    r"(?P<name>[a-z-]+)\."
    r"(?:(?P<letter>[a-z])|(?P<x>0|-?[1-9][0-9]{0,4})_(?P<y>0|-?[1-9][0-9]{0,4}))?\."
    r"(?P<recap>[a-z])?"
)


def code_of(guesses: Mapping[str, Guesses]) -> str:
    """Return the code of guesses, by the names of their lessons; "" if there are none."""
    entries = ((lesson.name, guesses.get(lesson.name, Guesses())) for lesson in lessons.LESSONS)
    return "~".join(
        f"{name}.{_prediction_code(guessed.prediction)}.{guessed.recap or ''}"
        for name, guessed in entries
        if guessed != Guesses()
    )


def guesses_of(code: str) -> dict[str, Guesses]:
    """Return the guesses of a code, by the names of their lessons.

    Nothing is raised, whatever the text: a part that `code_of` would not write is ignored, and so is a second
    one about a lesson. A text of more than LONGEST characters has no guesses.
    """
    guesses: dict[str, Guesses] = {}
    for entry in code.split("~") if len(code) <= LONGEST else ():
        found = _ENTRY.fullmatch(entry)
        lesson = lessons.named(found["name"]) if found else None
        if not found or not lesson:
            continue
        guessed = Guesses(_prediction_of(found), found["recap"])
        asked = lesson.questions
        if (
            guessed != Guesses()
            and (guessed.prediction is None or asked.prediction.accepts(guessed.prediction))
            and (guessed.recap is None or asked.recap.accepts(guessed.recap))
        ):
            guesses.setdefault(lesson.name, guessed)
    return guesses


def _prediction_code(guess: Guess | None) -> str:
    if guess is None or isinstance(guess, str):
        return guess or ""
    return "_".join(str(round(100 * value)) for value in guess)


def _prediction_of(found: re.Match[str]) -> Guess | None:
    if found["x"] is None:
        return found["letter"]
    return guess_at(int(found["x"]) / 100, int(found["y"]) / 100)
