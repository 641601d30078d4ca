"""The documentation as a site: its pages are all in its contents, and a broken link fails its build."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.lessons import lessons

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")
LESSONS = (DOCS / "lessons.md").read_text(encoding="utf-8")
OUTSIDE = {  # documents that are not in docs, by their pages
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "examples.md": "examples/README.md",
    "readme.md": "README.md",
    "security.md": "SECURITY.md",
}

BROKEN = {
    "a page": "[here](nowhere.md)",
    "a heading": "[here](#no-such-heading)",
    "a heading of another page": "[here](other.md#no-such-place)",
    "a file": "[here](../missing.toml)",
    "a picture": "![a map](missing.png)",
    "a document at the top": "[here](../SECURITY.md#no-such-threat)",
    "a name of the reference": "{py:class}`polycore.Missing`",
    "a page of the contents": "```{toctree}\nmissing-page\n```",
}


def built(folder, **pages):
    """Build a site of some pages with the settings of ours, and return its exit code and its messages."""
    source = folder / "docs"
    source.mkdir()
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    options = ["--fail-on-warning", "--keep-going", "--quiet", "-c", DOCS]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, source, folder / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
def test_a_broken_link_fails_the_build(tmp_path):
    links = "\n\n".join(BROKEN.values())
    pages = {"other": "# Other", "security": "# Security"}
    contents = "```{toctree}\nother\nsecurity\n```"
    code, messages = built(tmp_path, index=f"# Start\n\n{contents}\n\n{links}", **pages)
    assert code == 1
    for kind, link in BROKEN.items():
        target = re.search(r"(missing|nowhere|no-such)[\w-]*|polycore\.Missing", link)[0]
        assert target in messages, kind


@pytest.mark.slow
def test_links_that_lead_somewhere_pass(tmp_path):
    links = "[a page](other.md), [a heading](other.md#a-heading-), [at the top](../SECURITY.md#threats)"
    contents = "```{toctree}\nother\nsecurity\n```"
    pages = {"other": "# Other\n\n## A heading ...", "security": "# Security\n\n## Threats"}
    assert built(tmp_path, index=f"# Start\n\n{links}\n\n{contents}", **pages) == (0, "")
    start = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert 'href="security.html#threats"' in start


def test_the_start_page_names_every_page():
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.glob("*.md")} | {"reference/index.rst"}
    pages -= {"index.md", *OUTSIDE}
    named = re.findall(r"\]\(([^)#]+)\)", INDEX.partition("## Guides")[2])
    assert sorted(named) == sorted([*pages, *(f"../{document}" for document in OUTSIDE.values())])


@pytest.mark.parametrize(("page", "document"), OUTSIDE.items())
def test_a_document_outside_docs_is_a_page_too(page, document):
    assert (DOCS / page).read_text(encoding="utf-8").startswith(f"```{{include}} ../{document}\n```\n")


def test_pictures_and_scripts_of_pages_come_from_the_site_itself():
    pages = [*DOCS.rglob("*.md"), *DOCS.rglob("*.rst"), *(ROOT / document for document in OUTSIDE.values())]
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"!\[[^]]*\]\(\w+:|<(img|script|iframe|link)\b|image:: \w+:", text), page.name


def section(lesson):
    """Return what the page of the lessons says about one."""
    names = ", ".join(f'"{set_up.name}"' for set_up in lesson.set_ups)
    return (
        f"## {lessons.number(lesson)}. {lesson.title}\n"
        f"{lesson.about} [Start lesson](http://localhost:8501/train?look={lesson.name})\n"
        f"- **Do**: {lesson.do}\n- **See**: {lesson.see}\n- **Why**: {lesson.why}\n"
        f"- **{'Set-ups' if len(lesson.set_ups) > 1 else 'Set-up'}**: {names}. "
        f"**Figure to watch**: {lesson.watched.label}."
    )


def words(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").split()


def test_the_page_of_the_lessons_says_what_the_lessons_say():
    _, *sections = re.split(r"^(?=## )", LESSONS, flags=re.MULTILINE)
    assert [words(text) for text in sections] == [words(section(lesson)) for lesson in lessons.LESSONS]
