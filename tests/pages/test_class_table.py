"""The table of a class: its networks on the same points, whatever is among its files and links."""

import io
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare import class_measure, class_table
from pages.state.session_value import ClassRow
from polycore.links import link
from polycore.links.compact_weights import compact
from tests.pages.browsing import labelled, opened, press, refreshed, session_of

COMPARE = "pages/6_compare.py"
SET_UP = pc.Experiment(
    polynomials=(pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0)), samples_per_class=50, hidden=(8,), steps=200
)
WORDS = link.to_query(SET_UP)


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
    return labelled(app.text_area, "Links, one in each line").set_value(links).run()


def measured(files=(), links=""):
    [frame] = press(at_the_class(files, links), "Measure").dataframe
    return frame.value


def accuracy_on_the_points(model):
    points, labels = SET_UP.held_out_set()
    return 100 * np.mean(model.predict(points) == labels)


def test_files_and_links_are_measured_on_the_set_up_s_held_out_points():
    one, other = trained(seed=1), trained(seed=2, steps=50)
    table = measured([("anna.npz", file_of(one))], link_of(other, seed=2, steps=50))
    assert table["name"].tolist() == ["anna.npz", "link 1"]
    assert table["accuracy (%)"].tolist() == pytest.approx(
        [accuracy_on_the_points(m) for m in (one, other)], abs=0.1
    )
    assert table["points"].tolist() == [3000, 3000]
    assert table["seed"].tolist() == [1, 2]
    assert table["hidden layers"].tolist() == ["8", "8"]
    assert table["weights"].tolist() == [2 * 8 + 8 + 8 * 2 + 2] * 2
    assert all(address.startswith("data:image/") for address in table["map"])


def test_classes_are_matched_by_their_polynomials_and_not_by_their_order():
    turned = trained(polynomials=SET_UP.polynomials[::-1])
    points, labels = SET_UP.held_out_set()
    right = 100 * np.mean(turned.predict(points) == 1 - labels)
    assert measured([("turned.npz", file_of(turned))])["accuracy (%)"].tolist() == pytest.approx(
        [right], abs=1e-4
    )


def test_what_cannot_be_read_has_a_row_with_the_reason():
    table = measured([("broken.npz", b"no zip")], f"https://example.org/?v=1\n{link_of(trained())[:-40]}")
    assert table["accuracy (%)"].isna().all()
    assert table["problem"].str.len().min() > 20
    assert "no trained network" in table["problem"][1]


def test_a_network_of_other_polynomials_is_shown_without_an_accuracy():
    table = measured(
        [("cubes.npz", file_of(trained(polynomials=(pc.Polynomial(1, 0, 0, 0), pc.Polynomial(7)))))]
    )
    assert table["accuracy (%)"].isna().all()
    assert table["points"].tolist() == [0]


def test_networks_of_other_polynomials_offer_their_set_up():
    other = trained(polynomials=(pc.Polynomial(1, 0, 0, 0), pc.Polynomial(7)))
    app = at_the_class([("cubes.npz", file_of(other))])
    press(app, "Measure")
    assert "It knows none of the curves of this set-up." in app.dataframe[0].value["problem"].tolist()
    press(app, "Use their set-up")
    assert session_of(app).experiment.polynomials == other.polynomials


def test_a_refresh_keeps_the_table():
    app = press(at_the_class([("anna.npz", file_of(trained()))]), "Measure")
    again = refreshed(app, COMPARE, WORDS)
    assert again.dataframe[0].value.equals(app.dataframe[0].value)


def test_files_of_the_same_name_are_told_apart():
    content = file_of(trained())
    table = measured([("a.npz", content), ("b.npz", content), ("a.npz", content)])
    assert table["name"].tolist() == ["a.npz", "b.npz", "a.npz (2)"]


def test_at_most_a_hundred_are_measured_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr(class_table, "MOST", 3)
    content = file_of(trained())
    table = measured([(f"{number}.npz", content) for number in range(5)])
    assert table["name"].tolist() == ["0.npz", "1.npz", "2.npz"]


def test_a_file_s_name_is_no_formula_for_a_spreadsheet():
    rows = [ClassRow(name) for name in ("=1+1", "+1", "@a", "-a", "a=1")]
    assert class_measure.table(rows)["name"].tolist() == ["'=1+1", "'+1", "'@a", "'-a", "a=1"]
