"""What is to be said of a place where curves meet: there nobody can tell, and how the odds are."""

import streamlit as st

from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting
from pages.wording.odds import odds
from pages.wording.percent import percent
from polycore.arrays import Floats

NARROW_TO = "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
_COUNTED = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def draw(meeting: Meeting, answer: Answer) -> None:
    """Explain the crossing, and tell the odds of the curves that meet, by `answer` to its place."""
    with st.container(border=True):
        st.markdown(f"**A crossing: {meeting.name}**")
        st.write(explained(len(meeting.curves)))
        st.markdown(_odds(meeting, answer))


def explained(curves: int) -> str:
    """Return in two sentences why nobody can tell the curves apart, two or more, where they meet."""
    counted = _COUNTED.get(curves, str(curves))
    each = "both curves" if curves == 2 else f"all {counted} curves"
    return (
        f"A point here lies on {each}, and neither its x nor its y says which one it came from. "
        f"So nobody can tell, whatever it has learned: the best guess is right once in {counted}."
    )


def _odds(meeting: Meeting, answer: Answer) -> str:
    """Return a table in Markdown; a polynomial is rebuilt from its numbers."""
    rows = ["| curve | network | referee |", "|:--|:--|:--|"]
    for label in meeting.curves:
        cells = [f"p{label} = {answer.name(label)}", _told(answer.probabilities, label)]
        cells.append("unknown" if answer.referee is None else _told(answer.referee, label))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _told(probabilities: Floats, label: int) -> str:
    probability = float(probabilities[label])
    # a cell of a narrow table is not to break in "1 to 1"
    return f"{percent(probability)}, {odds(probability).replace(' to ', NARROW_TO)}"
