"""An answer as pages draw it, and as the frames of a run contain it while the network learns.

The page draws `texts`, `bars`, `rows` and `odds_where_curves_meet` of an answer, and the same functions make
`values`, which frames have as "answer". So an answer that follows a run looks like one that stands still.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.plane import crossings, live
from pages.plane.answer import Answer
from pages.plane.live import Bound
from pages.plane.scene import shortened
from pages.wording.percent import odds, percent
from polycore.arrays import Floats
from polycore.figures.probabilities import compared_figure, probabilities_figure
from polycore.figures.style import Figure, with_axes
from polycore.formatting import number_text
from polycore.pictures.palette import PALETTE
from polycore.polynomials.classes import curves_of, written

BARS = (("data", "answer.bars.data"), ("layout", "answer.bars.layout"))
NARROW_TO = "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
MOST_SURE = 0.995  # rounded, more would read as certain
RIGHT, WRONG = "✓ right", "\N{MULTIPLICATION SIGN} wrong"
NEVER_SEEN = "It saw no points here: do not trust it."
UNDECIDED = "Near two curves: nobody can be sure."
BY_FIT = "By the curves that fit the points, as if they were the true ones."
# for the columns whose titles do not explain themselves
HELP = {
    "class": "The index in the list of polynomials, from 0, and the color on the map.",
    "probability": "How likely the network considers the class.",
    "referee": "The probability for anyone who knows the curves and the noise: no method can do better.",
    "odds": "For this class against all others: 3 to 1 is a probability of 75\u00a0%.",
    "distance": "The vertical distance from the point to the curve.",
}


def values(answer: Answer, most: int) -> dict[str, Any]:
    """Return what pages show of an answer whose classes are known, with `most` classes as bars."""
    return {
        **texts(answer),
        "choices": list(answer.choices().values()),
        "bars": json.loads(live.json_of(bars(answer, most))),
        "table": {"rows": rows(answer), "colors": _colors(answer)},
        "crossing": odds_where_curves_meet(answer),
    }


def texts(answer: Answer) -> Mapping[str, str]:
    """Return the sentences of an answer, and above them the name of the class, with or without its index."""
    return {
        "name": answer.place.heading or answer.name(answer.likeliest),
        "heading": answer.heading,
        "sentence": answer.sentence(),
        "where": answer.where(),
        "referee": answer.referee_sentence(),
    }


def in_short(answer: Answer) -> dict[str, str]:
    """Return the likeliest class, with its color, and how sure the network is; all else is left out.

    verdict: whether that is right; "" if nobody can be sure, as near a crossing and far from every curve.
    right: what would have been right; "" if the network is, or if nobody can be sure.
    aside: why nobody can be sure; "" otherwise.
    """
    label, share = answer.likeliest, float(answer.probabilities[answer.likeliest])
    sure = f"{100 * share:.0f}" if share < MOST_SURE else "over 99"
    verdict, right, aside = _judged(answer)
    return {
        "says": shortened(written(answer.classes[label])),
        "sure": f"{sure}\u00a0% sure",
        "color": PALETTE[label].color,
        "verdict": verdict,
        "right": right,
        "aside": aside,
    }


def _judged(answer: Answer) -> tuple[str, str, str]:
    """Return verdict, right answer and aside; see `in_short`."""
    if answer.place.is_far:
        return "", "", NEVER_SEEN
    if answer.referee is None or answer.is_by_fit:
        return "", "", ""
    right = int(answer.referee.argmax())
    if answer.referee[right] < MOST_SURE:
        return "", "", UNDECIDED
    if right == answer.likeliest:
        return RIGHT, "", ""
    return WRONG, shortened(written(answer.classes[right])), ""


def html(answer: Answer, name: str, tag: str = "span") -> str:
    """Return an element with one of the `texts`, which follows a run; see `live_text.value`."""
    return live_text.value(f"answer.{name}", texts(answer)[name], tag)


def choices_html(answer: Answer) -> str:
    """Return a table of what network and referee choose, which follows a run."""
    return live_text.table("The answers", ["", "", ""], answer.choices(), "answer.choices")


def draw_bars(answer: Answer, most: int, key: str, followed: Followed | None) -> None:
    """Draw `bars`. followed: the run whose frames have them from then on; None if the model stands still."""
    chart = bars(answer, most)
    bound = None if followed is None else Bound(followed, BARS)
    live.figure(chart, key=key, height=height_of(chart), bound=bound)


def bars(answer: Answer, most: int) -> Figure:
    """Return the chart of the `most` likely classes, with the referee's probabilities behind them.

    Without a referee it has all classes.
    """
    if answer.referee is None:
        chart = probabilities_figure(answer.classes, answer.probabilities)
    else:
        most = min(most, len(answer.classes))
        chart = compared_figure(answer.classes, answer.probabilities, answer.referee, most)
    # zooming would show nothing more, and a finger on the chart should scroll the page
    return with_axes(chart, fixedrange=True)


def height_of(bars: Figure) -> int:
    """Return the height of a chart of `bars` in pixels, with room for each class."""
    return 100 + 22 * len(bars["data"][0]["y"])


def draw_table(answer: Answer, key: str, followed: Followed | None) -> None:
    """Draw all classes, most likely first, each with its color on the map; for `followed` see `draw_bars`."""
    swatches = [
        f"<i class='swatch' data-color='answer.table.colors.{row}' style='background: {color}'></i>"
        for row, color in enumerate(_colors(answer))
    ]
    across, up = answer.place.scene.axes  # a table may have any names
    known = HELP | {f"value at {across}": f"The {up} of the polynomial at the point's {across}."}
    known |= {"referee": BY_FIT} if answer.is_by_fit else {}
    heads = [
        f'<span title="{escape(known.get(title, ""))}">{escape(title)}</span>' for title in columns(answer)
    ]
    cells = dict(zip(swatches, rows(answer), strict=True))
    table = live_text.table("All classes, most likely first", ["", *heads], cells, "answer.table.rows")
    live_text.draw(table, key, followed)


def rows(answer: Answer) -> list[list[str]]:
    """Return the texts of each class in the table, most likely first."""
    by_class = list(zip(*columns(answer).values(), strict=True))
    return [list(by_class[label]) for label in answer.order]


def _colors(answer: Answer) -> list[str]:
    return [PALETTE[label].color for label in answer.order]


def columns(answer: Answer) -> dict[str, list[str]]:
    """Return the columns of the table by their titles, each with a text for every class.

    What stands for the classes, the referee's probability, and value and distance are left out if unknown.
    """
    labels, are_polynomials = range(len(answer.probabilities)), bool(curves_of(answer.classes))
    found = {"class": [f"p{label}" if are_polynomials else str(label) for label in labels]}
    if answer.classes:
        found["polynomial" if are_polynomials else "name"] = [answer.name(label) for label in labels]
    found["probability"] = [f"{100 * share:.2f} %" for share in answer.probabilities]
    if answer.referee is not None:
        found["referee"] = [f"{100 * share:.2f} %" for share in answer.referee]
    found["odds"] = [odds(float(share)) for share in answer.probabilities]
    place, curves = answer.place, answer.place.scene.curves
    if curves:
        found[f"value at {place.scene.axes[0]}"] = [number_text(curve(place.x)) for curve in curves]
        found["distance"] = [number_text(distance) for distance in place.distances]
    return found


def draw_crossing(answer: Answer, key: str, followed: Followed | None) -> None:
    """Explain the crossing at the point, and show the odds of its curves; nothing if there is no crossing.

    followed: see `draw_bars`.
    """
    meeting = answer.meeting
    if meeting is None:
        return
    with st.container(border=True):
        # no Markdown: the names of classes may be a stranger's
        live_text.draw(f"<b>A crossing: {escape(meeting.name)}</b>", f"{key}.name", None)
        st.write(crossings.explained(len(meeting.curves)) + (f" {BY_FIT}" if answer.is_by_fit else ""))
        curves = [escape(answer.full_name(label)) for label in meeting.curves]
        cells = dict(zip(curves, odds_where_curves_meet(answer), strict=True))
        heads = ["curve", "network", "referee"]
        live_text.draw(
            live_text.table("The curves that meet", heads, cells, "answer.crossing"), key, followed
        )


def odds_where_curves_meet(answer: Answer) -> list[list[str]]:
    """Return what network and referee say about each curve of the crossing at the point; [] without one."""

    def said(probabilities: Floats | None, label: int) -> str:
        if probabilities is None:
            return "unknown"
        share = float(probabilities[label])
        # no line break within "1 to 1" in a narrow table
        return f"{percent(share)}, {odds(share).replace(' to ', NARROW_TO)}"

    curves = () if answer.meeting is None else answer.meeting.curves
    return [[said(answer.probabilities, label), said(answer.referee, label)] for label in curves]
