"""On the page of polynomials, whatever is typed is either accepted at once or refused with the reason."""

import base64
import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from pages.plane import swatch
from pages.plane.crossings import names_of, table_of
from pages.polynomials import crossings_table, editor, entries, plot, presets
from pages.polynomials.entries import EditedTable
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import THREE_CURVES, Setup
from polycore import (
    INTRODUCTION_POLYNOMIALS,
    TUTORIAL_POLYNOMIALS,
    Experiment,
    Model,
    PolycoreError,
    Polynomial,
)
from polycore.pictures.palette import PALETTE
from tests.pages.browsing import edited, session_of, trigger
from tests.pages.browsing import opened as browsed

PAGE = "pages/1_polynomials.py"
SQUARE, LINE = Polynomial(1, 0, 0), Polynomial(1, 0)


def opened(query=None, begun=None):
    return browsed(PAGE, query or {}, begun)


def set_up(page):
    assert not page.exception
    return page.session_state[session.KEY].experiment


def typed(page, text):
    page.text_area[0].set_value(text).run()
    assert not page.exception
    return page


def refusal(page):
    undo = page.session_state[session.KEY].undo
    toast = None if undo is None else undo.text
    return "\n".join(text.value for text in page.text if text.value != toast)


def drawn(page):
    [chart] = [chart for chart in page.get("bidi_component") if "polynomials.plot" in chart.proto.id]
    return json.loads(chart.proto.bytes)["figure"]


def shown(page):
    return [element.value for kind in ("markdown", "caption") for element in page.get(kind)]


def meanings(page):
    """Return what the page says each line means."""
    [listed] = [html.proto.body for html in page.get("html") if "polycore-lines" in html.proto.body]
    return [unescape(re.sub("<[^>]+>", "", line)) for line in re.findall("<li>(.*?)</li>", listed)]


def crossings(page):
    [table] = [frame.value for frame in page.dataframe if list(frame.value.columns) == ["pair", "x", "y"]]
    return table.values.tolist()


def table(page):
    page.segmented_control[0].set_value("Coefficients").run()
    return page.data_editor[0]


@pytest.fixture
def two(in_session):
    """Begin a session with x^2 and x; return them."""
    in_session(Session(setup=Setup(Experiment(polynomials=(SQUARE, LINE)))))
    return SQUARE, LINE


def trained_on(*polynomials):
    experiment = Experiment(polynomials=polynomials)
    model = Model(([[0.0, 0.0], [0.0, 0.0]],), ([[0.0, 0.0]],), 0.7, 0.5, polynomials)
    return Kept("Run 1", model, experiment)


# --- opening ----------------------------------------------------------------------------------


def test_a_cold_page_shows_the_twelve():
    page = opened()
    assert set_up(page).polynomials == TUTORIAL_POLYNOMIALS
    assert page.text_area[0].value.split("\n")[:2] == ["3x + 1", "-2x - 3"]
    assert [trace["name"] for trace in drawn(page)["data"]][:2] == ["p0 = 3x + 1", "p1 = −2x − 3"]


# --- formulas ---------------------------------------------------------------------------------


def test_a_formula_is_accepted_at_once_and_keeps_its_spelling():
    page = typed(opened(), "(x-1)^2\n\n  x*x*x ")
    assert set_up(page).polynomials == (Polynomial(1, -2, 1), Polynomial(1, 0, 0, 0))
    assert page.text_area[0].value == "(x-1)^2\n\n  x*x*x "
    assert page.query_params["polynomials"] == "x^2-2x+1~x^3"
    assert [trace["name"] for trace in drawn(page)["data"]] == ["p0 = x² − 2x + 1", "p1 = x³"]
    assert meanings(page) == ["p0 = x² − 2x + 1", "", "p1 = x³"]
    assert not refusal(page)


@pytest.mark.parametrize(
    ("polynomials", "text"),
    [
        pytest.param((Polynomial(1, -2, 1), LINE), "(x-1)^2\nx", id="as it was typed"),
        pytest.param((LINE, Polynomial(1, -2, 1)), "x\n(x-1)^2", id="in another order"),
        pytest.param((LINE, SQUARE), "x\nx^2", id="one that was not typed"),
    ],
)
def test_polynomials_are_shown_in_the_spelling_in_which_they_were_typed(polynomials, text):
    assert entries.as_lines(polynomials, "(x-1)^2\n\n x") == text


MANY = "\n".join(f"{slope}x" for slope in range(1, 26))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x\nsin(x)", "Line 2: character 1: got 'sin'", id="a word"),
        pytest.param(
            "x\n\nx^2 +", "Line 3: character 6: got the end of the text", id="unfinished, empty lines counted"
        ),
        pytest.param("x/0\nx", "Line 1: character 3: got '0'; cannot divide by zero", id="by zero"),
        pytest.param("(x-1)^2\nx\nx^2-2x+1", "Line 3: this is the same polynomial as line 1", id="twice"),
        pytest.param("x", "Got only one polynomial; expected at least 2", id="one"),
        pytest.param(" \n ", "Got no polynomial; expected at least 2", id="none"),
        pytest.param(MANY, "Got 25 polynomials; expected at most 24. Remove 1.", id="25"),
        pytest.param(
            "x\n" + "x" * 300, "Line 2: character 201: got 'x'; expected at most 200", id="too long"
        ),
        pytest.param("a\nb\nc\nd\ne\nf", "And 2 more.", id="more mistakes than are listed"),
    ],
)
def test_a_text_is_refused_with_the_line_and_the_reason(text, expected):
    with pytest.raises(PolycoreError) as refused:
        entries.from_lines(text, (SQUARE, LINE))
    assert expected in str(refused.value)


def test_a_refused_text_changes_nothing_and_stays():
    page = typed(opened({"polynomials": "x^2~x"}), "x^2\n[a](http://b)")
    assert refusal(page).startswith("Line 2: ")
    assert set_up(page).polynomials == (SQUARE, LINE)
    assert page.text_area[0].value == "x^2\n[a](http://b)"
    assert not any("http" in value or "<b>" in value for value in shown(page))


def test_the_plot_has_the_curves_of_a_refused_text_that_are_listed_beside_it():
    page = typed(opened({"polynomials": "x^2~x"}), "x^3\nx^\nx - 1\n2")
    assert [text for text in meanings(page) if text.startswith("p")] == ["p0 = x³", "p1 = x − 1", "p2 = 2"]
    assert len(drawn(page)["data"]) == 3
    assert plot.READABLE.format(2) in shown(page)
    page.segmented_control[0].set_value(editor.COEFFICIENTS).run()  # shows the set-up's
    assert len(drawn(page)["data"]) == 2


def test_a_refused_text_waits_for_its_correction_also_after_a_visit_elsewhere():
    page = typed(opened(), "x^2\nx^")
    page.switch_page("pages/2_data.py").run()
    page.switch_page(PAGE).run()
    assert page.text_area[0].value == "x^2\nx^"
    assert "Line 2" in refusal(page)
    assert set_up(typed(page, "x^2\nx")).polynomials == (SQUARE, LINE)
    assert not refusal(page)


def test_what_the_other_settings_do_not_allow_is_refused(two):
    session.change(samples_per_class=100_000)
    # 24 * 100,000 samples are more than the million that is allowed
    with pytest.raises(PolycoreError, match="at most 1,000,000 samples"):
        editor.TEXT.adopt(MANY.rsplit("\n", 1)[0])
    assert session.current().experiment.polynomials == two


def test_a_polynomial_too_long_to_be_typed_stays_when_another_line_changes():
    long = Polynomial(*(1 / 3 + place for place in range(13)))
    assert len(str(long)) > 200
    assert entries.from_lines(f"{long}\nx^2", (long, LINE)) == (long, SQUARE)
    with pytest.raises(PolycoreError, match="Line 1"):
        entries.from_lines(f"{long}\nx^2", (LINE,))


# --- the table --------------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_polynomial_with_zeros_left_out():
    assert EditedTable((Polynomial(1, 0, -3), Polynomial(0))).cells == [
        [-3, None, 1] + 10 * [None],
        [0] + 12 * [None],
    ]


def test_edited_cells_and_added_and_deleted_rows_are_accepted_at_once():
    page = opened({"polynomials": "x^2~x~1"})
    table(page)
    edited(page, {0: {"x": 5.0}}, added=[{"x¹²": 2.0}, {}], deleted=[1])
    # x^2 gains 5x, x goes, 2x^12 comes, and the row that is still empty does not count
    assert set_up(page).polynomials == (Polynomial(1, 5, 0), Polynomial(1), Polynomial(2, *[0] * 12))
    page.segmented_control[0].set_value("Formulas").run()
    assert page.text_area[0].value == "x^2 + 5x\n1\n2x^12"


def test_the_table_of_coefficients_is_seen_up_to_the_fifth_power_on_a_window_1280_wide():
    # measured in a browser: the table gets 416 pixels, and 33 of them are for the boxes that are ticked
    assert 6 * editor.COLUMN_WIDTH <= 416 - 33


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            {"edited_rows": {1: {"x": None, "x²": 1.0}}},
            "Row 2: this is the same",
            id="equal rows",
        ),
        pytest.param({"deleted_rows": [1]}, "only one polynomial", id="one row left"),
    ],
)
def test_a_table_is_refused_with_the_row_and_the_reason(edits, expected):
    table = EditedTable((SQUARE, LINE))
    with pytest.raises(PolycoreError, match=expected):
        _ = table.edited({**table.edits, **edits}).polynomials


def test_a_refused_table_changes_nothing(two):
    table = EditedTable(two)
    edited_table = table.edited({**table.edits, "edited_rows": {1: {"x": 1e7}}})
    with pytest.raises(PolycoreError, match="polynomials\\[1\\]: got a coefficient of size 1e\\+07"):
        editor.TABLE.adopt(edited_table)
    assert session.current().experiment.polynomials == two


def test_an_edit_is_not_repeated_on_a_preset_chosen_afterwards():
    page = opened({"polynomials": "x^2~x"})
    table(page)
    edited(page, {0: {"x": 5.0}})
    page.button(key="polynomials.preset.First two").click().run()
    assert set_up(page).polynomials == INTRODUCTION_POLYNOMIALS


# --- presets, removing, undo ---------------------------------------------------------------------


def test_the_presets_have_the_polynomials_that_they_name():
    first_and_count = {name: (str(some[0]), len(some)) for name, (some, _) in presets.PRESETS.items()}
    assert first_and_count == {
        "First two": ("-x^2 + 1", 2),
        "The twelve": ("3x + 1", 12),
        "Straight lines": ("x", 5),
        "Parabolas": ("x^2", 5),
        "Nearly the same": ("4x^3 - 3x", 6),
    }


def test_a_preset_also_replaces_a_refused_text_though_it_is_the_current_one():
    page = typed(opened(), "nonsense")
    page.button(key="polynomials.preset.The twelve").click().run()
    assert page.text_area[0].value.split("\n") == list(map(str, TUTORIAL_POLYNOMIALS))
    assert set_up(page).polynomials == TUTORIAL_POLYNOMIALS
    assert not refusal(page)


def test_other_polynomials_than_the_three_of_home_get_the_recommended_network():
    page = opened(begun=Session(setup=Setup(THREE_CURVES)))
    typed(page, page.text_area[0].value + " ")  # the same curves
    assert set_up(page) == THREE_CURVES
    typed(page, "x^2\nx")
    assert set_up(page) == replace(Experiment.recommended(), polynomials=(SQUARE, LINE))


def test_the_user_s_own_settings_stay_with_other_polynomials():
    changed = replace(THREE_CURVES, hidden=(20,))
    page = typed(opened(begun=Session(setup=Setup(changed))), "x^2\nx")
    assert set_up(page) == replace(changed, polynomials=(SQUARE, LINE))


def test_undo_goes_back_change_by_change():
    page = opened({"polynomials": "x^2~x"})
    assert page.button(key="polynomials.undo").disabled
    typed(page, "x^3\nx")
    page.button(key="polynomials.preset.The twelve").click().run()
    page.button(key="polynomials.undo").click().run()
    assert page.text_area[0].value == "x^3\nx"
    page.button(key="polynomials.undo").click().run()
    assert page.text_area[0].value == "x^2\nx"
    assert page.button(key="polynomials.undo").disabled


def test_the_polynomial_that_the_sliders_move_is_removed_by_a_button_but_two_stay():
    page = opened({"polynomials": "x^3~x^2~x"})
    page.segmented_control[0].set_value("Sliders").run()
    page.selectbox[0].set_value(0).run()
    page.button(key="polynomials.sliders.remove").click().run()
    assert set_up(page).polynomials == (SQUARE, LINE)
    assert page.button(key="polynomials.sliders.remove").disabled
    page.segmented_control[0].set_value("Formulas").run()
    assert page.text_area[0].value == "x^2\nx"


def test_beside_the_formulas_the_curves_are_listed_once():
    page = opened({"polynomials": "x^3~x^2~x"})
    texts = [*shown(page), *(text.value for text in page.text), *meanings(page)]
    assert [text for text in texts if "x³" in text or "x^{3}" in text] == ["p0 = x³"]


# --- plot and crossings -----------------------------------------------------------------------


def test_range_and_positions_are_drawn_at_once():
    page = opened({"polynomials": "x^2~x"})
    low, _, positions = page.number_input
    low.set_value(-2.0).run()
    positions.set_value(5).run()
    assert set_up(page).x_range == (-2, 1)
    # five positions from -2 to 1, three quarters apart
    x = base64.b64decode(drawn(page)["data"][1]["x"]["bdata"])
    assert np.frombuffer(x) == pytest.approx([-2, -1.25, -0.5, 0.25, 1])
    assert page.query_params["range"] == "-2..1"


@pytest.mark.usefixtures("two")
def test_a_number_of_positions_that_no_curve_can_have_is_refused():
    for wrong in (1, 2001, 2.5):
        with pytest.raises(PolycoreError, match=f"got {wrong}; expected a whole number from 2 to 2,000"):
            plot.POSITIONS.adopt(wrong)
        assert plot.POSITIONS.show() == 100
    plot.POSITIONS.adopt(2000)
    assert plot.POSITIONS.show() == session.current().view.positions == 2000


def test_an_invalid_range_changes_nothing_and_can_be_completed():
    page = opened({"polynomials": "x^2~x"})
    page.number_input[0].set_value(2.0).run()
    assert "Range of x: got (2.0, 1.0)" in refusal(page)
    assert set_up(page).x_range == (-1, 1)
    assert page.number_input[0].value == 2
    page.number_input[1].set_value(5.0).run()
    assert set_up(page).x_range == (2, 5)
    assert not refusal(page)


def test_crossings_and_pairs_without_crossings_are_listed():
    # x^2 = -x at -1 and 0; x^2 + 1 = -x nowhere, for its discriminant is 1 - 4
    page = opened({"polynomials": "x^2~-x~x^2+1", "range": "-2..2"})
    assert crossings(page) == [["p0 & p1", -1, 1], ["p0 & p1", 0, 0]]
    assert "\N{MINUS SIGN}1".encode() in page.dataframe[0].proto.SerializeToString()  # as it is shown
    assert crossings_table.NEVER.format("p0 & p2, p1 & p2") in shown(page)


def test_polynomials_that_differ_only_by_rounding_are_no_crossing():
    table = table_of((Polynomial(1, 1), Polynomial(1, 1.000000000000001), Polynomial(2)), (-1.0, 1.0))
    assert (table.alike, table.apart) == (((0, 1),), ())
    # x + 1 = 2 at 1
    assert table.rows == (((0, 2), 1.0, 2.0), ((1, 2), pytest.approx(1), pytest.approx(2)))


def test_a_long_list_of_pairs_is_cut():
    pairs = [(0, place) for place in range(1, 24)]
    # 23 pairs, 8 of them named
    assert names_of(pairs).endswith("p0 & p8 and 15 more")


def test_every_class_has_a_different_swatch():
    pictures = {swatch.image(label) for label in range(len(PALETTE))}
    assert len(pictures) == 24


# --- the trained model ------------------------------------------------------------------------


def stays(page):
    return [value for value in shown(page) if "seeing a network" in value]


def test_other_polynomials_leave_the_trained_model_and_say_so():
    kept = trained_on(SQUARE, LINE)
    begun = Session(setup=Setup(kept.experiment), models=KeptModels(kept=(kept,), in_use=kept.title))
    page = opened(begun=begun)
    assert not stays(page)
    typed(page, "x^3\nx")
    assert len(stays(page)) == 1
    assert page.session_state[session.KEY].answering.model is kept.model


@pytest.mark.parametrize("path", [PAGE, "pages/2_data.py"])
def test_what_the_model_was_trained_on_is_said_below_all_inputs_so_that_none_of_them_moves(path):
    kept = trained_on(SQUARE, LINE)
    begun = Session(
        setup=Setup(replace(kept.experiment, noise=0.5)),
        models=KeptModels(kept=(kept,), in_use=kept.title),
    )
    elements = list(browsed(path, {}, begun).main)
    [note] = [i for i, one in enumerate(elements) if "seeing a network" in str(getattr(one, "value", ""))]
    inputs = [i for i, one in enumerate(elements) if one.type in ("number_input", "text_area")]
    assert inputs
    assert max(inputs) < note


@pytest.mark.parametrize(
    ("index", "by", "constants"),
    [(1, 0.5, (0, 0.5)), (0, -1.25, (-1.25, 0)), (0, 1e-7 + 1, (1, 0)), (2, 1, (0, 0)), (-1, 1, (0, 0))],
)
def test_a_drag_changes_the_constant_term_of_its_curve_alone(index, by, constants):
    two = (SQUARE, LINE)
    expected = tuple(
        Polynomial(*one.coefficients[:-1], last) for one, last in zip(two, constants, strict=True)
    )
    assert plot.lifted(two, index, by) == expected


def test_a_curve_is_dragged_only_by_a_number_that_its_constant_term_may_have():
    page = browsed(PAGE, {"v": "1", "polynomials": "x~x^2"})

    def constants(value):
        trigger(page, "polynomials.plot", "lift", value)
        return tuple(polynomial.coefficients[-1] for polynomial in session_of(page).experiment.polynomials)

    assert constants({"curve": 1, "by": 0.5}) == (0.0, 0.5)
    for value in (
        {"curve": 0.5, "by": 1},
        {"curve": 0, "by": "inf"},
        {"curve": 0, "by": 1e300},
        {"by": 1},
        None,
    ):
        assert constants(value) == (0.0, 0.5), value
