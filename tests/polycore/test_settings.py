"""The table of settings has each field of an experiment, as the class writes it out."""

import inspect
import re
from dataclasses import fields, replace

import pytest

import polycore as pc
from polycore.experiment.settings import SETTINGS
from polycore.optimizers.registry import OPTIMIZERS
from tests.experiments import WITHOUT_DEFAULTS

FIELDS = {field.name: field.default for field in fields(pc.Experiment)}
OWN = pc.Experiment().on_points(pc.PointSet([[0, 0], [1, 1]], ["a", "b"]))
FRESH = pc.Experiment(samples_per_class=None)
ALWAYS = {
    "optimizer",
    "hidden",
    "features",
    "activation",
    "batch_size",
    "steps",
    "seed",
    "target_loss",
    "patience",
    "initial_weights",
    "standardize",
}
OF_POLYNOMIALS = {"polynomials", "samples_per_class", "x_range", "noise"}
RATE = {"learning_rate", "schedule", "warmup_steps"}
OF_GRADIENT_STEPS = RATE | {"weight_decay", "l1", "l2", "dropout", "gradient_clipping"}
USED = {
    "adam": OF_GRADIENT_STEPS,
    "soap": OF_GRADIENT_STEPS,
    "rmsprop": OF_GRADIENT_STEPS,
    "sgd": OF_GRADIENT_STEPS | {"momentum", "nesterov"},
    "lbfgs": set(),
    "evolution": {"learning_rate"},
    "random-search": RATE,
}


def used_by(experiment):
    return {name for name, setting in SETTINGS.items() if setting.is_used(experiment)}


def test_the_table_has_the_fields_and_their_defaults():
    assert {name: setting.default for name, setting in SETTINGS.items()} == FIELDS
    assert [setting.field for setting in SETTINGS.values()] == list(SETTINGS)


def test_the_experiment_without_defaults_is_one_also_after_a_setting_was_added():
    of_polynomials = [setting for setting in SETTINGS.values() if setting.applies_to != "own points"]
    same = [one.field for one in of_polynomials if getattr(WITHOUT_DEFAULTS, one.field) == one.default]
    assert same == []
    assert used_by(WITHOUT_DEFAULTS) == {setting.field for setting in of_polynomials}


def test_every_field_is_explained_in_the_docstring():
    parameters = inspect.getdoc(pc.Experiment).split("----------\n")[1].split("\n\n")[0]
    described = re.findall(r"^(\w.*)$", parameters, re.MULTILINE)
    assert ", ".join(described).split(", ") == list(FIELDS)


def test_no_two_settings_share_a_word_or_a_label():
    for named in ("word", "label", "short"):
        assert len({getattr(setting, named) for setting in SETTINGS.values()}) == len(SETTINGS)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_setting_is_used_if_the_optimizer_or_the_points_have_a_use_for_it(optimizer):
    settings = ALWAYS | USED[optimizer]
    assert used_by(pc.Experiment(optimizer=optimizer)) == settings | OF_POLYNOMIALS
    assert used_by(replace(OWN, optimizer=optimizer)) == settings | {"data", "held_out_share"}
    if optimizer != "lbfgs":
        fresh = settings | OF_POLYNOMIALS | {"sampling", "growing_batches"}
        assert used_by(replace(FRESH, optimizer=optimizer)) == fresh


def test_a_value_is_shown_and_written_in_a_table_as_a_person_reads_it():
    shown = {
        "learning_rate": (0.1, "0.1", 0.1),
        "noise": (1.0, "1", 1.0),
        "steps": (12345, "12,345", 12345),
        "seed": (12345, "12345", 12345),
        "batch_size": (None, "all", "all"),
        "target_loss": (0.0, "0", "0.0"),
        "nesterov": (True, "on", True),
        "schedule": ("one-cycle", "One-cycle", "one-cycle"),
        "sampling": ("errors", "Where it errs", "errors"),
        "x_range": ((-2.0, 0.5), "-2 to 0.5", "-2.0 to 0.5"),
        "hidden": ((), "none", "none"),
    }
    for name, (value, on_a_page, in_a_table) in shown.items():
        kind = SETTINGS[name].kind
        assert (kind.shown(value), kind.cell(value)) == (on_a_page, in_a_table)


def test_a_true_minus_sign_is_read_as_a_minus():
    assert SETTINGS["x_range"].kind.read("\N{MINUS SIGN}2..\N{MINUS SIGN}0.5") == (-2, -0.5)


def test_a_label_within_a_sentence_keeps_its_capitals_only_in_an_abbreviation():
    names = {name: SETTINGS[name].name for name in ("l1", "weight_decay", "warmup_steps", "x_range")}
    assert list(names.values()) == ["L1 penalty", "weight decay", "warm-up steps", "range of x"]


@pytest.mark.parametrize("name", SETTINGS)
def test_its_help_is_for_terminals_and_one_line(name):
    text = SETTINGS[name].help
    assert text
    assert text.isascii()
    assert not set("*`\n") & set(text)  # no Markdown
