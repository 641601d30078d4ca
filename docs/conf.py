"""Sphinx configuration: the site is built from this folder, and its reference from the docstrings."""

import re
from pathlib import Path
from posixpath import join, normpath, relpath
from typing import Any

from docutils import nodes
from numpy.typing import ArrayLike
from pygments.lexers.special import TextLexer
from sphinx.addnodes import desc_annotation
from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

import polycore

project = "polycore"
version = release = polycore.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_heading_anchors = 3  # links lead to headings by the names that GitHub gives them
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes as a list without types, which the signature has
napoleon_attr_annotations = False
napoleon_type_aliases = {
    name: f"~polycore.{name}" for name in ("PolycoreError", "RunFileError", "WeightFileError")
}
default_role = "py:obj"  # code between single backticks is a link if it is one of our names
nitpicky = True
nitpick_ignore_regex = [
    ("py:obj", "(?s:.*)"),  # an expression, an argument
    # documented elsewhere: the build makes no requests to other sites
    ("py:.*", r"(numpy|plotly|pandas|collections|concurrent|os|typing|NDArray|ArrayLike)\b.*"),
    # internal types
    (
        "py:.*",
        r"polycore\.(optimizers|lbfgs|workers|class_name|points\.cells|experiment\.error_sums|figures\.progress)\..*",
    ),
]
maximum_signature_line_length = 90
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_preserve_defaults = True
highlight_language = "text"  # for the grammars in docstrings, which are not Python
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"polycore {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_search_summary = False  # browsers refuse to fetch summaries for pages that are opened as files
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

# a type alias loses its name when annotations are evaluated
ALIASES = {stringify_annotation(ArrayLike, mode): "ArrayLike" for mode in ("smart", "fully-qualified")}
ALIASES[repr(polycore.TUTORIAL_POLYNOMIALS)] = "TUTORIAL_POLYNOMIALS"
ALIASES["= <factory>"] = "= {}"  # the defaults of Model's metadata and History's arrays
ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[.*?dtype\[~?([\w.]+)(?:\[.*?\])?\]\]")
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)")
OUTSIDE = ("CHANGELOG", "CONTRIBUTING", "README", "SECURITY")
PAGES = {f"../{name}.md": f"{name.lower()}.md" for name in OUTSIDE} | {"../examples/README.md": "examples.md"}


def setup(app: Sphinx) -> None:
    """Register the functions that adapt our links and signatures to Sphinx."""
    app.add_lexer("mermaid", TextLexer)  # drawn by GitHub; here it is read, as no script comes from elsewhere
    app.connect("source-read", _lead_to_pages)
    app.connect("include-read", _lead_from_docs)
    app.connect("autodoc-process-signature", _shorten)
    app.connect("autodoc-skip-member", _skips)
    app.connect("doctree-resolved", _shorten_properties)


def _lead_to_pages(_app: Sphinx, _page: str, content: list[str]) -> None:
    """Let a page's links to documents outside docs, which GitHub follows, lead to their pages."""
    content[0] = LINK.sub(lambda link: f"]({PAGES.get(link[1], link[1])}", content[0])


def _lead_from_docs(_app: Sphinx, path: Path, _page: str, content: list[str]) -> None:
    """Let the links of a document outside docs, at a path from there, lead to the same from within docs."""
    folder = normpath(join("docs", path.parent.as_posix()))
    content[0] = LINK.sub(lambda link: f"]({relpath(join(folder, link[1]), 'docs')}", content[0])
    _lead_to_pages(_app, _page, content)


def _shorten(_app: Sphinx, _what: str, _name: str, _thing: Any, _options: Any, *texts: str | None) -> Any:
    """Return the signature and the return annotation as the source writes them."""
    return tuple(text and _shortened(text) for text in texts)


def _shortened(text: str) -> str:
    for long, name in ALIASES.items():
        text = text.replace(long, name)
    return ARRAY.sub(r"NDArray[~\1]", text)


def _skips(_app: Sphinx, _what: str, _name: str, thing: Any, _skipped: bool, _options: Any) -> bool | None:
    """Skip the fields of named tuples whose docstring Python generated: it says only their index."""
    return True if str(thing.__doc__).startswith("Alias for field number") else None


def _shorten_properties(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Shorten array types of properties as in signatures: autodoc has no event for them."""
    for node in document.findall(desc_annotation):
        text = ARRAY.sub(r"NDArray[\1]", node.astext())
        if text != node.astext():
            node.children = [nodes.Text(text)]
