"""The page to keep under Export: a download of the network on Train and on Predict, or why there is none."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.runtime.media_file_manager import MediaFileManager

import polycore as pc
from pages.models import pass_on
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from tests.pages import test_own_points
from tests.pages.browsing import open_it, opened, press, session_of, trained
from tests.pages.test_pass_on import downloads

TRAIN, PREDICT = "pages/3_train.py", "pages/4_predict.py"
LABEL = "Download as HTML"


@pytest.fixture
def asked(monkeypatch):
    """Return what computes each download at the press, by the name of its file."""
    found = {}

    def noted(_manager, data_callable, *_, file_name, **__):
        found[file_name] = data_callable
        return str(len(found))

    monkeypatch.setattr(MediaFileManager, "add_deferred", noted)
    return found


def with_model(weights, polynomials):
    """Return Predict with Export open for a network of these layers, as from a file."""
    biases = tuple(np.zeros((1, layer.shape[1])) for layer in weights)
    kept = Kept("Upload 1", pc.Model(weights, biases, 0.5, 0.5, polynomials), None)
    app = opened(PREDICT)
    now = replace(session_of(app), models=KeptModels((kept,), "Upload 1"))
    app.session_state[session.KEY] = now
    return open_it(app, pass_on.OPEN_KEY)


def captions(app):
    return "\n".join(caption.value for caption in app.caption)


def test_the_page_is_that_of_the_best_network_of_the_run(asked):
    app = open_it(trained(), pass_on.OPEN_KEY)
    assert LABEL in downloads(app)
    content = asked["polycore-page-adam-2.html"]()
    assert content.decode() == pc.html_page(session_of(app).training.view.best)
    app.switch_page(PREDICT).run()
    open_it(app, pass_on.OPEN_KEY)
    assert LABEL in downloads(app)
    assert asked["polycore-page-adam-2.html"]() == content


def test_a_network_of_own_points_has_one_too(asked):
    app = open_it(test_own_points.trained(test_own_points.SQUARES), pass_on.OPEN_KEY)
    content = asked["polycore-page-adam-2.html"]()
    assert content.decode() == pc.html_page(session_of(app).training.view.best)
    assert "<bdi>even</bdi>" in content.decode()


def test_before_training_and_while_it_runs_there_is_none():
    app = open_it(opened(TRAIN), pass_on.OPEN_KEY)
    assert LABEL not in downloads(app)
    app = open_it(press(opened(TRAIN, {"steps": "5000000"}), "Start"), pass_on.OPEN_KEY)
    assert LABEL not in downloads(app)
    assert "Code and page are written when the run pauses or ends" in captions(app)
    press(app, "Stop")


def test_the_help_says_the_size_of_large_weights_alone():
    assert "MB" not in downloads(open_it(trained(), pass_on.OPEN_KEY))[LABEL].proto.help
    # 3·300 + 301·300 + 301·2 numbers, of 8 bytes in base64: 4 characters for 3 bytes
    weights = tuple(np.ones(shape) for shape in ((2, 300), (300, 300), (300, 2)))
    app = with_model(weights, pc.INTRODUCTION_POLYNOMIALS)
    assert f"The weights take {91_802 * 8 * 4 / 3 / 1e6:.1f} MB." in downloads(app)[LABEL].proto.help


@pytest.mark.parametrize(
    ("weights", "polynomials", "words"),
    [
        pytest.param(
            ((2, 512), (512, 500), (500, 2)),
            pc.INTRODUCTION_POLYNOMIALS,
            "has 259,038 weights and biases, too many for a page: it may have 250,000",
            id="too large",
        ),
        *(
            pytest.param(
                ((2, 2),),
                (pc.Polynomial(size, 0), pc.Polynomial(1)),
                "There is no page of this network: a coefficient of its polynomials is larger than "
                "1,000,000, and no map can show that",
                id=f"a coefficient of {size:g}",
            )
            for size in (2e6, 1e308)
        ),
    ],
)
def test_a_network_without_a_page_says_why(weights, polynomials, words):
    app = with_model(tuple(np.ones(shape) for shape in weights), polynomials)
    assert LABEL not in downloads(app)
    assert words in captions(app)
