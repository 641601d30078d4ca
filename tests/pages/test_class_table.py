"""The table of a class: its networks on the same points, whatever is among its files and links."""

import io
from concurrent.futures import BrokenExecutor
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare import class_table
from pages.compare.class_table import frame_of, row_of_file, row_of_link, with_distinct_names
from pages.plane.referee import best_possible, best_possible_text
from pages.runs import sentences
from pages.runs.job import Calls
from pages.server import server
from pages.server.turns import Turns
from pages.state.comparison import ClassRow
from polycore.links import link
from polycore.links.compact_weights import compact
from polycore.workers.processes import Workers
from tests.pages.browsing import labelled, labels, live_value, opened, press, refreshed, session_of
from tests.pages.later import Later
from tests.waiting import wait_until

COMPARE = "pages/6_compare.py"
SET_UP = pc.Experiment(
    polynomials=(pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0)), samples_per_class=50, hidden=(8,), steps=200
)
CUBES = (pc.Polynomial(1, 0, 0, 0), pc.Polynomial(7))
WORDS = link.to_query(SET_UP)
HERE = SET_UP, Calls(lambda: None)


def trained(**changes):
    experiment = replace(SET_UP, **changes)
    return pc.advance(pc.start(experiment), experiment.steps).best


def file_of(model):
    content = io.BytesIO()
    model.save(content)
    return content.getvalue()


def link_of(model, **changes):
    experiment = replace(SET_UP, **changes)
    return link.to_address("https://example.org/", experiment, compact(model, experiment, 7500))


def at_the_class(files=(), links=""):
    app = opened(COMPARE, WORDS)
    app.segmented_control(key="compare.view.v0").set_value("A class").run()
    if files:
        contents = [(name, content, "application/octet-stream") for name, content in files]
        app.file_uploader(key=class_table.FILES_KEY).set_value(contents).run()
    return labelled(app.text_area, class_table.LINKS_LABEL).set_value(links).run()


def share_right(model):
    """Return the share of the set-up's held-out points that a model of the same classes gets right."""
    points, labels = SET_UP.held_out_set()
    return np.mean(model.predict(points) == labels)


# --- a row ------------------------------------------------------------------------------------


def test_a_file_is_measured_on_the_set_up_s_held_out_points():
    model = trained(seed=1)
    row = row_of_file("anna.npz", file_of(model), *HERE)
    assert row.accuracy == pytest.approx(share_right(model), abs=1e-6)
    assert (row.name, row.known, row.seed, row.steps, row.hidden) == ("anna.npz", 3000, 1, 200, (8,))
    assert row.parameters == 2 * 8 + 8 + 8 * 2 + 2
    assert row.map.startswith("data:image/")
    assert row.problem == ""


def test_a_link_is_measured_with_the_weights_that_it_has_room_for():
    model = trained(seed=2, steps=50)
    row = row_of_link("link 1", link_of(model, seed=2, steps=50), *HERE)
    assert row.accuracy == pytest.approx(share_right(model), abs=1e-3)
    assert (row.known, row.seed, row.steps) == (3000, 2, 50)


def test_classes_are_matched_by_their_polynomials_and_not_by_their_order():
    turned = trained(polynomials=SET_UP.polynomials[::-1])
    points, labels = SET_UP.held_out_set()
    right = np.mean(turned.predict(points) == 1 - labels)
    assert row_of_file("turned.npz", file_of(turned), *HERE).accuracy == pytest.approx(right, abs=1e-6)


def test_a_network_of_other_polynomials_has_a_map_and_no_accuracy():
    row = row_of_file("cubes.npz", file_of(trained(polynomials=CUBES)), *HERE)
    assert (row.accuracy, row.loss, row.known) == (None, None, 0)
    assert row.problem == class_table.OTHER_CLASSES
    assert row.map.startswith("data:image/")


def test_what_cannot_be_read_has_a_row_with_the_reason():
    assert len(row_of_file("broken.npz", b"no zip", *HERE).problem) > 20
    assert row_of_link("link 1", "https://example.org/?v=1", *HERE).problem == class_table.NO_NETWORK
    cut = link_of(trained())[:-40]
    assert row_of_link("link 2", cut, *HERE).problem == class_table.UNREADABLE
    for text in ("hello", "https://example.org/", "https://example.org/?q=link"):
        assert row_of_link("link 3", text, *HERE).problem == class_table.NO_LINK
    # urlsplit raises ValueError for such a host
    assert row_of_link("link 4", "https://[example.org/?v=1", *HERE).problem == class_table.UNREADABLE


# --- the table --------------------------------------------------------------------------------


def test_files_of_the_same_name_are_told_apart():
    rows = with_distinct_names(map(ClassRow, ("a.npz", "b.npz", "a.npz")))
    assert [row.name for row in rows] == ["a.npz", "b.npz", "a.npz (2)"]


def test_accuracies_are_in_percent_and_what_is_not_known_is_empty():
    known = ClassRow("a", accuracy=0.987654, loss=0.5, known=9, hidden=(32, 8), parameters=7, steps=5, seed=0)
    frame = frame_of([known, ClassRow("b", parameters=3), ClassRow("c", problem="It is empty.")])
    assert frame["accuracy (%)"].tolist()[0] == 98.7654
    assert frame["accuracy (%)"].isna().tolist() == [False, True, True]
    assert frame["seed"].isna().tolist() == [False, True, True]
    assert frame["hidden layers"].fillna("not known").tolist() == ["32-8", "none", "not known"]
    assert frame["points"].isna().tolist() == [False, False, True]
    assert frame["problem"].tolist() == ["", "", "It is empty."]


def test_a_file_s_name_is_no_formula_for_a_spreadsheet():
    rows = [ClassRow(name) for name in ("=1+1", "+1", "@a", "-a", "a=1")]
    assert frame_of(rows)["name"].tolist() == ["'=1+1", "'+1", "'@a", "'-a", "a=1"]


def at_once(*_):
    """Show nobody how far the table is."""


def test_at_most_a_hundred_are_measured_and_the_rest_is_counted():
    links = "https://example.org/?v=1\n" * (class_table.MOST + 2)
    table = class_table.table_of(SET_UP, (), links, at_once)
    assert (len(table.rows), table.left_out) == (class_table.MOST, 2) == (100, 2)
    left_out = "2 networks more than 100 were left out."
    assert class_table.notes_on(table, SET_UP) == [left_out, class_table.WHY_UNKNOWN]


def test_it_is_said_how_good_a_network_can_be_and_whether_the_set_up_has_changed():
    table = class_table.table_of(SET_UP, (), link_of(trained()), at_once)
    [best] = class_table.notes_on(table, SET_UP)
    assert best_possible_text(best_possible(SET_UP)) in best
    assert class_table.notes_on(table, replace(SET_UP, seed=9)) == [class_table.EARLIER, best]


# --- the page ---------------------------------------------------------------------------------


def measured(app):
    if job := session_of(app).comparison.measuring:  # it may have ended before the page was drawn
        job.wait(20)
    assert not app.run().exception
    return app


def test_the_page_can_be_left_and_what_fails_leaves_the_table_of_before(own_server):
    app = measured(press(at_the_class(links=link_of(trained(), seed=1)), "Measure"))
    table, later = app.dataframe[0].value, Later()
    own_server(workers=later, turns=Turns(Workers(2)))
    with server.current().turns.landscape:  # others measure as much as there is room for
        press(app, "Measure")
        app.switch_page("pages/3_train.py").run()
        assert not later.calls
    app.switch_page(COMPARE).run()
    wait_until(lambda: later.calls)
    assert (live_value(app.run(), "said"), labels(app)["Measure"]) == ("0 of 1 networks measured", False)
    later.calls[0][0].set_exception(BrokenExecutor())
    assert sentences.WORKERS_ENDED in [one.value for one in measured(app).text]
    assert app.dataframe[0].value.equals(table)
    press(app, "Measure")
    later.answer(1)
    assert measured(app).dataframe[0].value.equals(table)


def test_files_and_links_are_measured_and_a_refresh_keeps_the_table_and_they_offer_their_set_up():
    one, other = trained(seed=1), trained(seed=2)
    app = press(at_the_class(), "Measure")
    assert "points, those of your set-up with 2 polynomials." in app.caption[0].value
    assert class_table.NOTHING in [one.value for one in app.caption]
    files = [("anna.npz", file_of(one)), ("cubes.npz", file_of(trained(polynomials=CUBES)))]
    app = measured(press(at_the_class(files, f" Ada L.: {link_of(other, seed=2)}\n\nx"), "Measure"))
    table = app.dataframe[0].value
    assert table["name"].tolist() == ["anna.npz", "cubes.npz", "Ada L.", "link 2"]
    assert table["seed"].tolist()[:3] == [1, 0, 2]
    assert app.dataframe[0].proto.placeholder == class_table.UNKNOWN
    again = refreshed(app, COMPARE, WORDS)
    assert again.dataframe[0].value.equals(table)
    press(app, "Use their set-up")
    assert session_of(app).experiment.polynomials == CUBES
    assert class_table.EARLIER in [one.value for one in app.caption]
