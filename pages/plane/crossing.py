"""Explains a point where curves meet: no method can tell them apart there, and what the odds are."""

import streamlit as st

from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting
from pages.wording.odds import odds
from pages.wording.percent import percent
from polycore.arrays import Floats

NARROW_TO = "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def draw(meeting: Meeting, answer: Answer) -> None:
    """Explain the crossing, and show the odds of its curves from `answer`, the answer for its point."""
    with st.container(border=True):
        st.markdown(f"**A crossing: {meeting.name}**")
        st.write(explained(len(meeting.curves)))
        st.markdown(_odds(meeting, answer))


def explained(curves: int) -> str:
    """Return two sentences: why nobody can tell apart two or more curves at a point where they meet."""
    number = _NUMBERS.get(curves, str(curves))
    each = "both curves" if curves == 2 else f"all {number} curves"
    return (
        f"A point here lies on {each}, and neither its x nor its y says which one it came from. "
        f"So no method can tell, however well trained: the best guess is right once in {number}."
    )


def _odds(meeting: Meeting, answer: Answer) -> str:
    """Return a table in Markdown. Polynomials are printed from their numbers: it has no text of a user."""
    rows = ["| curve | network | referee |", "|:--|:--|:--|"]
    for label in meeting.curves:
        cells = [f"p{label} = {answer.name(label)}", _probability_and_odds(answer.probabilities, label)]
        cells.append("unknown" if answer.referee is None else _probability_and_odds(answer.referee, label))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _probability_and_odds(probabilities: Floats, label: int) -> str:
    probability = float(probabilities[label])
    # no line break within "1 to 1" in a narrow table
    return f"{percent(probability)}, {odds(probability).replace(' to ', NARROW_TO)}"
