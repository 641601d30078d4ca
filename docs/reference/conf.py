"""How the reference is made from the docstrings."""

import inspect
import re
from collections.abc import Set
from itertools import pairwise
from typing import Any

from docutils import nodes
from numpy.typing import ArrayLike
from sphinx.addnodes import desc_annotation
from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

import polycore

project = "polycore"
version = release = polycore.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode"]
default_role = "py:obj"  # between single backticks stands code; where it is one of our names, it is a link
nitpicky = True
nitpick_ignore_regex = [
    ("py:obj", "(?s:.*)"),  # an expression, an argument
    # documented elsewhere: the build asks no other site
    ("py:.*", r"(numpy|plotly|pandas|collections|concurrent|os|typing|NDArray|ArrayLike)\b.*"),
    ("py:.*", r"polycore\.(optimizers|lbfgs|workers)\..*"),  # within: how a step is taken, a call's result
]
maximum_signature_line_length = 90
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_preserve_defaults = True
highlight_language = "text"  # a grammar is no Python
toc_object_entries_show_parents = "hide"

html_theme = "alabaster"
html_static_path = ["_static"]
html_theme_options = {
    "description": "Which polynomial does a point lie on? The NumPy package behind the dashboard.",
    "fixed_sidebar": True,
    "page_width": "1080px",
    "sidebar_width": "230px",
    "code_font_size": "0.85em",
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_search_summary = False  # it would be fetched, which a browser refuses where pages are files
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

# an alias of types loses its name when annotations are worked out
ALIASES = {stringify_annotation(ArrayLike, mode): "ArrayLike" for mode in ("smart", "fully-qualified")}
ALIASES[repr(polycore.TUTORIAL_POLYNOMIALS)] = "TUTORIAL_POLYNOMIALS"
ALIASES["= <factory>"] = "= {}"  # what Model's metadata and History's arrays begin with
ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[.*?dtype\[~?([\w.]+)(?:\[.*?\])?\]\]")
ERROR = re.compile(r"(?<![\w`])(PolycoreError|RunFileError|WeightFileError)\b(?!`)")
FIELD = re.compile(r"([a-z]\w*(?:, [a-z]\w*)*|\"[\w-]+\"): (.*)")


def setup(app: Sphinx) -> None:
    """Have docstrings and signatures of ours read as Sphinx's do."""
    app.connect("autodoc-process-docstring", _read)
    app.connect("autodoc-process-signature", _shorten)
    app.connect("autodoc-skip-member", _skips)
    app.connect("doctree-resolved", _shorten_properties)


def _read(_app: Sphinx, _what: str, _name: str, thing: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = _with_links(_with_blocks(_with_lists(lines, _arguments(thing))))


def _with_lists(lines: list[str], arguments: Set[str]) -> list[str]:
    """Turn a paragraph of lines such as `steps: how many` into a list of arguments, or of words in quotes."""
    found, inside = [], False
    for before, line in pairwise(["", *lines]):
        field = FIELD.fullmatch(line) if inside or not before else None
        if field and (field[1][0] == '"' or set(field[1].split(", ")) <= arguments):
            found += [f"``{field[1]}``", f"    {field[2]}"]
            inside = True
        else:
            inside = inside and bool(line)
            found.append(f"    {line.strip()}" if inside else line)
    return found


def _with_blocks(lines: list[str]) -> list[str]:
    """Keep the lines as they are that are set in behind a colon, such as a grammar's."""
    text = "\n".join(lines)
    return re.sub(r":\n\n(?= )", "::\n\n", text).split("\n")


def _with_links(lines: list[str]) -> list[str]:
    return [ERROR.sub(r":exc:`~polycore.\1`", line) for line in lines]


def _arguments(thing: Any) -> set[str]:
    try:
        return set(inspect.signature(thing).parameters)
    except (TypeError, ValueError):  # a module, a property
        return set()


def _shorten(_app: Sphinx, _what: str, _name: str, _thing: Any, _options: Any, *texts: str | None) -> Any:
    """Return the signature and what it returns, in the words of the source."""
    return tuple(text and _shortened(text) for text in texts)


def _shortened(text: str) -> str:
    for long, name in ALIASES.items():
        text = text.replace(long, name)
    return ARRAY.sub(r"NDArray[~\1]", text)


def _skips(_app: Sphinx, _what: str, _name: str, thing: Any, _skipped: bool, _options: Any) -> bool | None:
    """Return whether Python wrote the docstring: of a named tuple's field it tells the place."""
    return True if str(thing.__doc__).startswith("Alias for field number") else None


def _shorten_properties(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Write arrays of properties as those of signatures: autodoc asks nobody about them."""
    for node in document.findall(desc_annotation):
        text = ARRAY.sub(r"NDArray[\1]", node.astext())
        if text != node.astext():
            node.children = [nodes.Text(text)]
