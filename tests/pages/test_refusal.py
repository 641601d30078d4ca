"""Reasons that speak of inputs by their labels: links name parts, and the package names its arguments."""

import pytest

import polycore as pc
from pages.state import refusal
from polycore.experiment.settings import SETTINGS as TABLE
from polycore.links import link
from tests.pages.browsing import opened

SETTINGS = {"v": "1", "polynomials": "x~-x", "hidden": "4", "steps": "20"}


@pytest.mark.parametrize(
    ("part", "words", "shown"),
    [
        ("range", "1", "Range of x: got '1'; expected two numbers"),
        ("samples", "many", "Samples of each polynomial: got 'many'; expected"),
        (
            "batch",
            "200000",
            "Batch size: got 200000; expected a whole number from 1 to 100,000, or 0 for all",
        ),
        ("samples", "0", "Samples of each polynomial: got 0; expected"),
        ("patience", "900000000", "Patience: got 900000000; expected"),
        ("hidden", "9999", "Hidden layers: layer 1: got 9999; expected"),
        ("hidden", "512-512-512-512", "Hidden layers: got layers of 512, 512, 512, 512 neurons"),
        ("warmup", "-1", "Warm-up steps: got '-1'; expected"),
        ("polynomials", "x~x", "Polynomials: p1: got x, equal to p0; expected"),
        ("features", "x-z", "Input features: got x, z; expected"),
        ("target_loss", "low", "Target loss: got 'low'; expected a number"),
        ("weights", "x", "Trained network: "),
        ("points", "x", "My own points: "),
    ],
)
def test_a_broken_link_is_explained_with_the_labels_of_the_page(part, words, shown):
    [problem] = link.from_query({**SETTINGS, part: words}).problems
    assert problem.startswith(f"{part}: ")  # programs get the name of the part
    sentence = refusal.of_link(problem)
    assert sentence.startswith(shown)
    assert "None" not in sentence


def test_what_is_no_part_stays():
    for problem in ("The link's version is not 1: it may come from a newer polycore.", "x: y", "seed"):
        assert refusal.of_link(problem) == problem


# of the inputs, where they are not the field with spaces
LABELS = {
    "nesterov": "Nesterov momentum",
    "hidden": "Hidden layers",
    "features": "Input features",
    "samples_per_class": "Samples of each polynomial",
    "x_range": "Range of x",
    "sampling": "Fresh points",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "warmup_steps": "Warm-up steps",
    "data": "My own points",
    "held_out_share": "Held out",
    "standardize": "Standardize inputs",
}


@pytest.mark.parametrize("field", TABLE)
def test_a_refusal_has_the_label_of_the_very_field_that_is_refused(field):
    label = LABELS.get(field, field.replace("_", " ").capitalize())
    assert refusal.of_link(f"{TABLE[field].word}: got 7") == f"{label}: got 7"
    assert refusal.with_page_labels(f"{field}: got 7") == f"{label}: got 7"


def test_every_field_of_a_link_has_a_label_of_an_input():
    assert {part.field for part in link.PARTS.values()} <= refusal.LABELS.keys()


def test_arguments_of_the_package_have_their_labels_too():
    reasons = []
    for change in ({"batch_size": 0}, {"patience": 0}, {"weight_decay": -1}):
        with pytest.raises(pc.PolycoreError) as caught:
            pc.Experiment(**change)
        reasons.append(refusal.with_page_labels(str(caught.value)).split(":")[0])
    assert reasons == ["Batch size", "Patience", "Weight decay"]


def test_a_reason_names_what_an_input_holds_and_not_pythons_none():
    with pytest.raises(pc.PolycoreError) as caught:
        pc.Experiment(batch_size=0)
    assert refusal.with_page_labels(str(caught.value)) == (
        "Batch size: got 0; expected a whole number from 1 to 100,000, or 0 for all samples."
    )


def test_a_link_with_0_for_all_points_opens_as_the_input_says_it():
    app = opened("pages/3_train.py", {**SETTINGS, "batch": "0", "patience": "0"})
    assert [element.value for element in app.text] == []
    shown = {element.label: element.value for element in app.number_input}
    assert shown["Batch size (0 = all)"] == 0


# --- what a press was refused for, said as the page is drawn next -------------------------------


def refused(place, reason):
    with refusal.later(place):
        raise pc.PolycoreError(reason)


@pytest.mark.usefixtures("in_session")
def test_the_reason_of_a_press_is_said_once_and_at_its_own_place():
    refused("race", "Too few.")
    refused("sweep", "Too many.")
    assert refusal.taken("controls") is None
    assert [refusal.taken("race"), refusal.taken("race")] == ["Too few.", None]
    assert [refusal.taken("sweep"), refusal.taken("sweep")] == ["Too many.", None]


@pytest.mark.usefixtures("in_session")
def test_of_two_presses_the_later_reason_is_said():
    refused("race", "Too few.")
    refused("race", "Too many.")
    assert refusal.taken("race") == "Too many."


@pytest.mark.usefixtures("in_session")
def test_a_press_that_was_not_refused_leaves_no_reason():
    with refusal.later("race"):
        pass
    assert refusal.taken("race") is None


@pytest.mark.usefixtures("in_session")
def test_an_error_that_is_no_refusal_is_raised():
    with pytest.raises(KeyError), refusal.later("race"):
        raise KeyError("names")
