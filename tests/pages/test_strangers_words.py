"""Words that a person or a file brings reach only elements that show them as they are.

Which elements do so, whatever the words, is seen in tests/browser/test_hostile_text.py.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import polycore as pc
from pages.models import map_layers
from pages.models.point_choices import AskedPoint
from pages.predict import prediction, weight_upload
from pages.runs.training import Training
from pages.runs.view import Milestone
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.uploads import UploadedPoints
from pages.state.view import LayerChoice, PointInputs, View
from pages.wording.words import as_label
from polycore.quoting import visible
from tests.hand import Hand
from tests.pages.browsing import ROOT, messages, opened, session_of, strings

WORD = "evil"  # all of a stranger's words here have it, and none of ours
METADATA = "malice"  # and those in a file's metadata have this
TITLE = "<b>evil</b> [evil](//evil.example) :red[evil] $evil$"
PAGES = ("streamlit_app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("[0-9]*.py")))

# What shows its text as it is: the message in which Streamlit sends it, and its field. A component's bytes
# are looked into below; keys and ids tell one element from another and are not shown.
AS_IT_IS = {
    ("Text", "body"),
    ("TextInput", "default"),
    ("Selectbox", "options"),
    ("MultiSelect", "options"),
    ("ArrowData", "data"),
    ("BidiComponent", "bytes"),
}
NOT_SHOWN = {"id", "key", "user_key"}
EXPERIMENT = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,), steps=20
)


@cache
def kept_run(title: str, seed: int) -> Kept:
    run = pc.advance(pc.start(replace(EXPERIMENT, seed=seed)), 20)
    milestones = (Milestone(0.0, 0, 1.0, 0.1), Milestone(2.0, 20, 0.5, 0.9))
    return Kept(title, run.best, run.experiment, run.history, 2.0, milestones=milestones)


def from_file(title: str, *, knows_its_polynomials: bool) -> Kept:
    """Return a model whose file says hostile things of itself, or nothing at all."""
    rng = np.random.default_rng(0)
    shapes = {"weights_l1": (2, 4), "biases_l1": (1, 4), "weights_l2": (4, 2), "biases_l2": (1, 2)}
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    if knows_its_polynomials:
        told = {"experiment": {"optimizer": METADATA}, "seed": METADATA, f"<b>{METADATA}": [METADATA]}
        text = json.dumps({"format": 1, "polynomials": [[1, 0], [-1, 0]], **told})
        arrays["metadata"] = np.array(text)
    file = io.BytesIO()
    np.savez(file, loss=np.array(0.5), accuracy=np.array(0.5), **arrays)
    file.seek(0)
    return Kept(title, pc.Model.load(file), None)


@cache
def all_kept() -> tuple[Kept, ...]:
    """Return what is kept: of each kind one, and a second run, so that there is something to compare."""
    return (
        from_file(f"{TITLE} 0", knows_its_polynomials=True),
        from_file(f"{TITLE} 1", knows_its_polynomials=False),
        kept_run(f"{TITLE} 2", 0),
        kept_run(f"{TITLE} 3", 1),
    )


def with_strangers_words(in_use: int) -> AppTest:
    """Return Home for a session in which every text that can be a stranger's is one."""
    app = opened(words={"seed": "<b>evil", "optimizer": "[evil](//a.b)", "<b>[evil](//a.b)": "1"})
    assert len(session_of(app).links.problems) == 3
    now = replace(
        session_of(app),
        setup=Setup(EXPERIMENT),
        models=replace(session_of(app).models, kept=all_kept(), in_use=all_kept()[in_use].title),
        points=UploadedPoints(np.eye(2), np.array([0, 1]), EXPERIMENT.polynomials, ("0", TITLE)),
    )
    app.session_state[session.KEY] = now.with_undo(f"{TITLE} was deleted.", before=now)
    return app.run()


def strangers(app: AppTest) -> list[tuple[str, str, str | bytes]]:
    """Return what of a stranger's is sent to be shown; nothing is of a file's metadata."""
    places = [place for message in messages(app._tree) for place in strings(message)]
    assert [place for place in places if holds(place[2], METADATA)] == []
    return [place for place in places if place[1] not in NOT_SHOWN and holds(place[2], WORD)]


def holds(text: str | bytes, word: str) -> bool:
    return word.encode() in text if isinstance(text, bytes) else word in text


def plotted(found: list[tuple[str, str, str | bytes]]) -> list[str]:
    """Return those that Plotly would read tags in, or a text that follows a run.

    An alternative text is an attribute, and a revision is compared and not shown. What the picture of a
    network, the buttons of a plane to draw on and the notes on a map have, "network", "names" and "says",
    their scripts show as it is. A text that follows a run has tags of ours too, and a figure breaks between
    its lines.
    """
    return [
        text
        for message, _, content in found
        if message == "BidiComponent"
        for part, value in json.loads(content).items()
        if part != "network"
        for name, text in texts(value, part)
        if name not in ("alt", "uirevision", "names", "says")
        and WORD in text
        and (f"<b>{WORD}" if name == "html" else "<") in text.replace("<br>", "")
    ]


def texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in JSON, with the name it stands under."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from texts(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one, name)
    elif isinstance(value, str):
        yield name, value


@pytest.mark.parametrize(
    "in_use",
    [pytest.param(0, id="file"), pytest.param(1, id="file without metadata"), pytest.param(3, id="run")],
)
def test_a_strangers_words_are_only_where_they_are_shown_as_they_are(in_use):
    app = with_strangers_words(in_use)
    met = set()
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        escaped = as_label(TITLE)
        found = [one for one in strangers(app) if one[0] != "Button" or escaped not in str(one[2])]
        assert ("Text", "body", f"{TITLE} was deleted.") in found
        assert {place[:2] for place in found} <= AS_IT_IS, page
        met |= {place[:2] for place in found}
        assert plotted(found) == [], page
    assert met == AS_IT_IS


def test_what_a_figure_would_read_as_tags_is_found():
    content = b'{"figure": {"data": [{"name": "<b>evil"}], "layout": {"meta": {"alt": "<b>evil"}}}}'
    assert plotted([("BidiComponent", "bytes", content)]) == ["<b>evil"]
    texts_of_a_run = '{"html": "<p><b>evil</p>"}', '{"html": "<p>&lt;b&gt;evil</p>"}'
    assert plotted([("BidiComponent", "json", text) for text in texts_of_a_run]) == ["<p><b>evil</p>"]


# --- the names of classes -----------------------------------------------------------------------

NAMES = ("<b>evil</b> [evil](//e.a) $evil$ :red[x]", "<b>evil</b> ![evil](//e.a/i) www.evil.a")
# of two lines, which meet at (0, 0)
POINTS = pc.PointSet(
    [(x / 10, sign * x / 10) for sign in (1, -1) for x in range(-10, 11) if x],
    [name for name in NAMES for x in range(-10, 11) if x],
)
OF_POINTS = EXPERIMENT.on_points(POINTS)
# an alternative text is an attribute
AS_NAMES_ARE = AS_IT_IS - {("Text", "body"), ("MultiSelect", "options")} | {
    ("BidiComponent", "json"),
}


@pytest.fixture(scope="module")
def run():
    """Return a run on the points, soon after its beginning: it still makes mistakes."""
    return pc.advance(pc.start(OF_POINTS), 1)


@pytest.mark.parametrize("way", ["On a curve", "At a crossing"])
def test_the_names_of_classes_are_only_where_they_are_shown_as_they_are(run, way):
    app = opened()
    view = View(
        map_layers=LayerChoice(of_points=map_layers.ALL),
        predict_layers=LayerChoice(of_points=map_layers.ALL),
        asked=(0.0, 0.0),
        point_inputs=PointInputs(way),
        traced=(0.0, 0.0),
        report=True,
    )
    training = Training(run, Hand(), pc.advance)
    now = replace(session_of(app), setup=Setup(OF_POINTS), training=training, view=view).collected()
    app.session_state[session.KEY] = now
    met = set()
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        found = strangers(app)
        met |= {place[:2] for place in found}
        assert met <= AS_NAMES_ARE, page
        assert plotted(found) == [], page
    assert met == AS_NAMES_ARE


def test_in_frames_the_names_of_classes_are_text_and_in_their_figures_escaped(run):
    view = View(predict_layers=LayerChoice(of_points=("Mistakes",)))
    now = Session(training=Training(run, Hand(), pc.advance), view=view).collected()
    values = prediction.contents(AskedPoint(0.5, 0.5, curve=0), now).values
    assert values["answer"]["heading"] in NAMES  # the script of a text does not read it as HTML
    for figure in (values["answer"]["bars"], values["weights"]["mistakes"]):
        words = [text for name, text in texts(figure) if name != "alt" and WORD in text]
        assert words
        assert [text for text in words if "<" in text] == []


# --- what cannot be seen ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("loss.npy", "loss.npy", id="plain"),
        pytest.param("<b>[é](ü) שלום 漢字 ✓", "<b>[é](ü) שלום 漢字 ✓", id="what can be seen"),
        pytest.param("gnp\u202ezpn.exe", r"gnp\u202ezpn.exe", id="right to left from there on"),
        pytest.param("a\u2066b\u2069\u200f", r"a\u2066b\u2069\u200f", id="isolates and marks"),
        pytest.param("a\x00\x07\x1b[31m\tb\r", r"a\x00\x07\x1b[31m\tb\r", id="control characters"),
        pytest.param("a\u200b\ufeff\U000e0041", r"a\u200b\ufeff\U000e0041", id="nothing to see"),
        pytest.param("a\ud800", r"a\ud800", id="half a surrogate pair"),
        pytest.param("a\u2028b\nc", "a\\u2028b\nc", id="ends of lines"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_escape(text, shown):
    assert visible(text) == shown


def uploaded(*files: tuple[str, bytes]) -> list[str]:
    """Return what Predict says of files, by name and content."""
    app = opened().switch_page("pages/4_predict.py").run()
    uploader = app.file_uploader(key=weight_upload.FILES_KEY)
    uploader.set_value([(name, content, "application/octet-stream") for name, content in files]).run()
    assert not app.exception
    return [text.value for text in app.text]


def test_the_name_of_a_file_cannot_turn_the_line_around_that_tells_of_it():
    file = io.BytesIO()
    from_file("", knows_its_polynomials=True).model.save(file)
    taken, piece, refused = uploaded(
        ("a\u202e.npz", b"none"), ("b\u202e.npz", file.getvalue()), ("c\u202e.npy", b"")
    )
    assert taken.startswith(r"a\u202e.npz: this is not an .npz file")
    assert piece.startswith(r"b\u202e.npz: added as Upload 1")
    assert refused.startswith(r"Got c\u202e.npy; expected only the names")
