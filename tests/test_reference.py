"""The reference names what programs import, and docstrings name what is there."""

import ast
import importlib.util
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import polycore as pc

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs"
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


def test_every_public_name_is_in_the_reference():
    assert [name for name in pc.__all__ if name not in NAMED and name != "__version__"] == []
    assert "figures" in NAMED  # all of its names: it has an __all__ of its own


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*NAMED, *pc.__all__} - {"__version__"}))
def test_a_name_is_there_in_a_new_interpreter(name):
    room, _, last = f"polycore.{name}".rpartition(".")
    programs = [f"from {room} import {last}"]
    if name in dir(pc):
        programs.append(f"import polycore as pc; pc.{name}")
    for program in programs:  # each without what the other has imported
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), program


def test_nothing_is_in_the_reference_twice():
    assert len(NAMED) == len(set(NAMED)) > 20


def documented():
    """Yield each class and function of polycore whose docstring has parameters, with their names."""
    for path in sorted((ROOT / "polycore").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            text = ast.get_docstring(node) or ""
            section = re.search(r"^Parameters\n-+\n((?:\S.*\n?|[ ]+.*\n?|\n(?= ))+)", text, re.MULTILINE)
            if section:
                lines = re.findall(r"^(\S.*)$", section[1], re.MULTILINE)
                yield node, [name for line in lines for name in line.split(", ")]


def accepted(node):
    """Return the names of what a function, or a class when it is called, accepts."""
    if isinstance(node, ast.ClassDef):
        methods = [one for one in node.body if getattr(one, "name", "") == "__init__"]
        fields = [one.target.id for one in node.body if isinstance(one, ast.AnnAssign)]
        return accepted(methods[0]) if methods else fields
    given = node.args
    rest = [f"{stars}{one.arg}" for stars, one in (("*", given.vararg), ("**", given.kwarg)) if one]
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)] + rest


def test_docstrings_describe_parameters_that_are_there():
    found = list(documented())
    assert len(found) > 40
    wrong = [(node.name, name) for node, names in found for name in names if name not in accepted(node)]
    assert wrong == []


def test_a_signature_has_the_words_of_its_source(hooks):
    array = "~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.float64]]"
    shorten = partial(hooks["autodoc-process-signature"], None, "", "", None, None)
    found = shorten(f"(points: {array}, steps: int = 3)", None)
    assert found == ("(points: NDArray[~numpy.float64], steps: int = 3)", None)
    signature = f"(polynomials={pc.TUTORIAL_POLYNOMIALS!r})"
    assert shorten(signature, None) == ("(polynomials=TUTORIAL_POLYNOMIALS)", None)
