"""With very many samples, figures on pages are measured on some of them, and the page says so."""

import math
from dataclasses import replace

import polycore as pc
from pages.models import model_in_use
from pages.runs.view import RunView
from pages.state.kept_models import Kept
from polycore.model.evaluation import DataSets
from tests.pages.browsing import page_text, trained
from tests.runs import TINY

LARGE = replace(TINY, samples_per_class=10_001, batch_size=64, steps=1)


def kept_of(experiment):
    return Kept.of_run(RunView.of("a run", pc.advance(pc.start(experiment), 1), math.inf), 1)


def test_of_a_run_the_accuracy_is_of_some_and_the_loss_of_all_until_a_weight_is_changed_by_hand():
    kept = kept_of(LARGE)
    points = "measured on 20,000 points, not on all 20,002 samples: that would take long."
    assert model_in_use.measured_on(kept) == f"The training accuracy is {points}"
    changed = replace(kept, model=DataSets.of(LARGE).measured(kept.model))
    assert model_in_use.measured_on(changed) == f"Training accuracy and loss are {points}"


def test_nothing_is_said_if_all_are_used_or_the_samples_are_not_known():
    assert model_in_use.measured_on(kept_of(TINY)) == ""
    nameless = replace(kept_of(LARGE).model, metadata={})
    assert model_in_use.measured_on(Kept.of_file(nameless, 1)) == ""


def test_inside_both_are_of_some_once_a_weight_was_changed_by_hand():
    app = trained(samples="10001", batch="64", steps="40").switch_page("pages/5_inside.py").run()
    assert "over all 20,002 points of the training set is the network's loss" in page_text(app)
    assert " of 20,000 = " in page_text(app)
    bias = next(slider for slider in app.slider if "Bias" in slider.label)
    bias.set_value(bias.max).run()
    assert not app.exception
    assert "Training accuracy and loss are measured on 20,000 points, not on all 20,002" in page_text(app)
    assert "over 20,000 of the 20,002 points of the training set" in page_text(app)
