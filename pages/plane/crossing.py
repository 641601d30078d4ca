"""Explains a point where curves meet: no method can tell them apart there, and what the odds are."""

from html import escape

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting
from pages.wording.odds import odds
from pages.wording.percent import percent
from polycore.arrays import Floats

NARROW_TO = "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def draw(meeting: Meeting, answer: Answer, key: str, followed: Followed | None = None) -> None:
    """Explain the crossing, and show the odds of its curves from `answer`, the answer for its point.

    followed: the frames that have these `odds_of` from then on as "answer.crossing"; None if none have.
    """
    with st.container(border=True):
        # no Markdown: the names of classes may be a stranger's
        live_text.draw(f"<b>A crossing: {escape(meeting.name)}</b>", f"{key}.name", None)
        st.write(explained(len(meeting.curves)))
        heads = [escape(answer.full_name(label)) for label in meeting.curves]
        rows = dict(zip(heads, odds_of(meeting, answer), strict=True))
        html = live_text.table(
            "The curves that meet", ["curve", "network", "referee"], rows, "answer.crossing"
        )
        live_text.draw(html, key, followed)


def explained(curves: int) -> str:
    """Return two sentences: why nobody can tell apart two or more curves at a point where they meet."""
    number = _NUMBERS.get(curves, str(curves))
    each = "both curves" if curves == 2 else f"all {number} curves"
    return (
        f"A point here lies on {each}, and neither its x nor its y says which one it came from. "
        f"So no method can tell, however well trained: the best guess is right once in {number}."
    )


def odds_of(meeting: Meeting, answer: Answer) -> list[list[str]]:
    """Return for each curve of the crossing what network and referee say."""
    referee = answer.referee
    return [
        [
            _probability_and_odds(answer.probabilities, label),
            "unknown" if referee is None else _probability_and_odds(referee, label),
        ]
        for label in meeting.curves
    ]


def _probability_and_odds(probabilities: Floats, label: int) -> str:
    probability = float(probabilities[label])
    # no line break within "1 to 1" in a narrow table
    return f"{percent(probability)}, {odds(probability).replace(' to ', NARROW_TO)}"
