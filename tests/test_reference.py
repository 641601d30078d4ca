"""The reference names what programs import, and reads docstrings as they are written here."""

import importlib.util
import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import polycore as pc

FOLDER = Path(__file__).parents[1] / "docs"
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("reference/*.rst")))
NAMED = re.findall(r"^\.\. (?:auto\w+|py:data):: polycore\.([\w.]+)$", PAGES, re.MULTILINE)


@pytest.fixture(scope="module")
def conf():
    spec = importlib.util.spec_from_file_location("conf", FOLDER / "conf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hooks(conf):
    """Return the functions that Sphinx calls, by the names of its events."""
    hooks = {}
    conf.setup(SimpleNamespace(connect=hooks.__setitem__, add_lexer=lambda *_: None))
    return hooks


def read(hooks, thing, text):
    lines = text.split("\n")
    hooks["autodoc-process-docstring"](None, "", "", thing, None, lines)
    return lines


def test_every_public_name_is_in_the_reference():
    assert [name for name in pc.__all__ if name not in NAMED and name != "__version__"] == []
    assert "figures" in NAMED  # all of its names: it has an __all__ of its own


def test_nothing_is_in_the_reference_twice():
    assert len(NAMED) == len(set(NAMED)) > 20


def test_lines_about_arguments_become_a_list(hooks):
    def grown(size, rate): ...

    text = "Return more.\n\nsize: how many,\n    or none. rate: not read.\nrate: a share.\n\nnext: none."
    assert read(hooks, grown, text) == [
        "Return more.",
        "",
        "``size``",
        "    how many,",
        "    or none. rate: not read.",
        "``rate``",
        "    a share.",
        "",
        "next: none.",
    ]


def test_a_grammar_keeps_its_lines(hooks):
    assert read(hooks, None, "Grammar:\n\n  a = b\n  b = c") == ["Grammar::", "", "  a = b", "  b = c"]


def test_errors_are_links(hooks):
    assert read(hooks, None, "Raises PolycoreError.") == ["Raises :exc:`~polycore.PolycoreError`."]


def test_a_signature_has_the_words_of_its_source(hooks):
    array = "~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.float64]]"
    shorten = partial(hooks["autodoc-process-signature"], None, "", "", None, None)
    found = shorten(f"(points: {array}, steps: int = 3)", None)
    assert found == ("(points: NDArray[~numpy.float64], steps: int = 3)", None)
    signature = f"(polynomials={pc.TUTORIAL_POLYNOMIALS!r})"
    assert shorten(signature, None) == ("(polynomials=TUTORIAL_POLYNOMIALS)", None)
