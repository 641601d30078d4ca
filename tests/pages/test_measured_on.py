"""With very many samples, figures on pages are measured on some of them, and the page says so."""

import pytest

from tests.pages.browsing import live_text, opened, press, session_of, trained, wait_for

TRAIN, PREDICT, INSIDE = "pages/3_train.py", "pages/4_predict.py", "pages/5_inside.py"


@pytest.fixture(scope="module")
def app():
    """Return the Train page after a short run on 2 times 10,001 samples."""
    return trained(samples="10001", batch="64", steps="40")


def texts(app):
    shown = [element.value for kind in (app.caption, app.markdown) for element in kind]
    return "\n".join([*shown, live_text(app)])


def test_a_run_s_accuracy_is_said_to_be_of_some_and_its_loss_is_of_all(app):
    app.switch_page(PREDICT).run()
    assert (
        "The training accuracy is measured on 20,000 points, not on all 20,002 samples: that would take long."
    ) in texts(app)
    best = session_of(app).answering.model
    assert best.loss == session_of(app).training.view.run.best_loss


def test_inside_both_are_of_some_once_a_weight_was_changed_by_hand(app):
    app.switch_page(INSIDE).run()
    assert "over all 20,002 points of the training set is the network's loss" in texts(app)
    assert " of 20,000 = " in texts(app)
    bias = next(slider for slider in app.slider if "Bias" in slider.label)
    bias.set_value(bias.max).run()
    assert not app.exception
    assert "Training accuracy and loss are measured on 20,000 points, not on all 20,002" in texts(app)
    assert "over 20,000 of the 20,002 points of the training set" in texts(app)


def test_nothing_is_said_if_all_are_used():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    app.switch_page(PREDICT).run()
    assert "measured on" not in texts(app)
