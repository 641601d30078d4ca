"""What the pages' texts say: whatever their figures are, and in both themes."""

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from pages.game.game import POINTS, Game
from pages.inside import neuron_map
from pages.state import session
from pages.state.comparison import Comparison
from pages.state.session_value import Play, Session
from pages.state.view import LayerChoice, MapLayer, MapView, PointInputs, View
from pages.wording.percent import percent as page_percent
from polycore import formatting
from tests.pages.browsing import HOME, QUICK, ROOT, messages, opened, press, session_of, strings, wait_for

# Streamlit renders blocks of Markdown (paragraphs, lists, quotes) in these and in tooltips, whose field is
# `help`. Labels, headings, metrics and badges have no blocks, whatever they begin with.
BLOCKS = {("Markdown", "body"), ("Alert", "body"), ("Toast", "body")}
BLOCK_MARK = re.compile(r"^\s*(>|#{1,6}\s|\d+[.)]\s|[-+*]\s+[>#])", re.MULTILINE)
BULLET = re.compile(r"^\s*[-+*]\s", re.MULTILINE)

PAGES = (HOME, *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("[0-9]*.py")))
TRAIN, CROSSING = "pages/3_train.py", QUICK | {"polynomials": "x~-x"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def becomes_a_block(text: str) -> bool:
    """Return whether Markdown makes more of the text than paragraphs and a list of several items."""
    return BLOCK_MARK.search(text) is not None or len(BULLET.findall(text)) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(">99.9 % of points", True, id="quote"),
        pytest.param("First.\n\n>99.9 % of points", True, id="quote on a later line"),
        pytest.param("- >99.9 %\n- <0.1 %", True, id="quote in a list"),
        pytest.param("1. of 3", True, id="numbered list"),
        pytest.param("# of points", True, id="heading"),
        pytest.param("- 2 x", True, id="list of one"),
        pytest.param("- **One**\n- **Two**", False, id="list"),
        pytest.param("-2 x > 3, and 1.5 # 2", False, id="sentence"),
    ],
)
def test_what_markdown_makes_a_block_of_is_found(text, found):
    assert becomes_a_block(text) == found


@pytest.mark.parametrize("share", [">99.9 %", "<0.1 %"])
def test_no_figure_becomes_a_mark_of_markdown(share, monkeypatch):
    app = wait_for(press(opened(TRAIN, CROSSING), "Start"), "finished")
    say_always(share, monkeypatch)
    texts = set()
    for page, subjects, state in visits(session_of(app)):
        app.session_state[session.KEY] = replace(session_of(app), **subjects)
        for key, value in state.items():
            app.session_state[key] = value
        app.switch_page(page).run()
        assert not app.exception
        texts |= set(blocks(app))
    assert [text for text in texts if becomes_a_block(text)] == []
    # it has read the sentences that have such figures
    assert sum(share.replace(" ", "\N{NO-BREAK SPACE}") in text for text in texts) > 3


def visits(now: Session) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each page after a run, as often as it needs to show its figures, with subjects and state."""
    yield from ((page, {}, {}) for page in PAGES)
    opponent = now.answering.model
    for view in get_args(MapView):
        shown = View(
            map_view=view, map_layers=LayerChoice(get_args(MapLayer)), asked=(0.5, 0.75), report=True
        )
        yield TRAIN, {"view": shown}, {}
    yield "pages/4_predict.py", {"view": View(point_inputs=PointInputs(way="At a crossing"))}, {}
    for neurons in (neuron_map.NEURON, neuron_map.ANSWER, neuron_map.FOLDS):
        yield "pages/5_inside.py", {}, {"inside.view.v0": neurons}
    for view in ("Race", "Sweep"):
        yield "pages/6_compare.py", {"comparison": Comparison(view=view)}, {}
    game = Game.begin(now.experiment, 0, opponent, 0.0)
    for place in range(POINTS):
        game = game.answered(0, float(place)).next(float(place))
    yield "pages/7_play.py", {"play": Play(game)}, {}


def say_always(share: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions that write a share in per cent return `share`, wherever they were imported to."""
    unbroken = share.replace(" ", "\N{NO-BREAK SPACE}")
    says: dict[Any, Any] = {formatting.percent: lambda _: share, page_percent: lambda _: unbroken}
    for path in (ROOT / "pages").glob("*/*.py"):
        importlib.import_module(
            f"pages.{path.parent.name}.{path.stem}"
        )  # later, it would keep what it imports now
    for module in [*sys.modules.values()]:
        own = vars(module).get("percent")
        if isinstance(own, FunctionType) and own in says:
            monkeypatch.setattr(module, "percent", says[own])


def blocks(app: AppTest) -> Iterator[str]:
    """Yield the texts in which Streamlit renders blocks of Markdown."""
    for message in messages(app._tree):
        for owner, field, text in strings(message):
            if (owner, field) in BLOCKS or field == "help":
                yield text


# --- colors -------------------------------------------------------------------------------------

LIGHTNESS = re.compile(r"\b(dark|light|pale|black|white|bright)(e?r|e?st)?\b", re.IGNORECASE)


def test_no_sentence_names_a_lightness_which_one_theme_turns_around():
    found = [text for path in sources() for text in sentences(path) if LIGHTNESS.search(text)]
    assert found == []


def sources() -> list[Path]:
    """Return the files that have texts of pages and figures."""
    return [ROOT / HOME, *(ROOT / "pages").rglob("*.py"), *(ROOT / "polycore").rglob("*.py")]


def sentences(path: Path) -> Iterator[str]:
    """Yield the strings with a space in them that are neither docstrings nor style sheets."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and text not in docstrings and " " in text and "{" not in text:
            yield text


def test_the_sentences_are_found(tmp_path):
    path = tmp_path / "page.py"
    path.write_text(
        '''"""The dark line."""\nA = f"The dark line {1} is white."\nB = "dark"\nC = "a { b }"\n'''
    )
    assert list(sentences(path)) == ["The dark line ", " is white."]
