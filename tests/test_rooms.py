"""docs/architecture.md is true: every folder is a room, imports run one way, named files exist."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLES = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
# each row of the tables: rooms in one row may not import each other
ROWS = [
    re.findall(r"`(?:polycore|pages)(?:/\w+)?`", row.split("|")[1])
    for row in re.findall(r"^\| `.*", TABLES, re.M)
]
LEVELS = {room.strip("`"): level for level, row in enumerate(ROWS) for room in row}
GROUND = set(re.findall(r"`(\w+)`", TABLES.split("| `polycore` (")[1].split(")")[0]))
SOURCES = [path for top in ("polycore", "pages") for path in sorted((ROOT / top).rglob("*.py"))]


def test_every_folder_is_a_room_of_the_tables():
    folders = {path.parent.relative_to(ROOT).as_posix() for path in SOURCES} - {"pages"}
    assert folders == set(LEVELS)


def test_every_module_outside_the_folders_is_ground_or_the_package_s_own():
    modules = {path.stem for path in SOURCES if path.parent == ROOT / "polycore"}
    assert modules == GROUND | {"__init__", "__main__"}


def test_every_room_has_a_sentence_on_its_subject():
    for room in LEVELS:
        source = (ROOT / room / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("room", LEVELS)
def test_a_room_imports_only_rooms_above_it(room):
    for path in SOURCES:
        if _room(path) == room:
            for imported in _imports(path):
                target = _room(imported)
                assert target == room or LEVELS[target] < LEVELS[room], f"{path.relative_to(ROOT)}: {target}"


def test_every_module_can_be_imported_with_this_python():
    # `run.py versions` runs this with each: what 3.13 accepts in a class, 3.11 may refuse as it is defined
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in SOURCES
        if path.stem != "__main__" and not re.match(r"\d", path.name)  # what is run, not imported
    ]
    assert len(modules) > 300
    code = "import importlib, sys; [*map(importlib.import_module, sys.argv[1:])]"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *modules], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


DOCUMENTS = ("docs/architecture.md", "docs/streamlit-upgrade.md", "CONTRIBUTING.md")
# a file or folder of this repository; the lookbehind leaves out what is within an address or another package
PATH = re.compile(r"(?<![\w/.-])(?:polycore|pages|tests|docs|benchmarks|deploy|\.streamlit)/[\w./-]*\w/?")
PLACEHOLDERS = {"pages/N_name.py", "pages/name/"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document):
    named = set(PATH.findall((ROOT / document).read_text(encoding="utf-8"))) - PLACEHOLDERS
    assert len(named) > 5
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


HOPS = re.findall(r"^\| (\d+) \| `([\w/]+\.(?:py|js))` \| `([\w.]+)` \|", TABLES, re.M)


def test_the_hops_of_a_run_are_numbered_one_after_another():
    assert [int(number) for number, _, _ in HOPS] == list(range(1, len(HOPS) + 1))
    assert len(HOPS) == len(re.findall(r"^\| \d+ \|", TABLES, re.M)) > 5


@pytest.mark.parametrize(("file", "function"), sorted({(file, function) for _, file, function in HOPS}))
def test_every_file_of_a_hop_has_its_function(file, function):
    source = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".js"):
        assert re.search(rf"^  (?:async )?{function}\(.*\) {{$", source, re.M)  # a method
        return
    scope = ast.parse(source).body
    for name in function.split("."):
        [found] = [node for node in scope if getattr(node, "name", None) == name]
        scope = found.body
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)


def test_no_modules_of_the_dashboard_import_each_other_in_a_circle():
    modules = {path for path in SOURCES if path.parts[-3] == "pages" and path.name != "__init__.py"}
    assert modules  # of no use without any
    TopologicalSorter({path: (_imports(path) & modules) - {path} for path in modules}).prepare()


def _room(path: Path) -> str:
    if path.parent == ROOT / "polycore" and path.stem not in GROUND:
        return "polycore/commands"  # the package's face and its command: above all rooms
    return path.parent.relative_to(ROOT).as_posix()


def _imports(path: Path) -> set[Path]:
    """Return the files of ours that a file imports."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {_file(name) for name in names if name.split(".")[0] in ("polycore", "pages")}
    return found


def _file(name: str) -> Path:
    """Return the file of a module, or of the module that has such a name."""
    path = ROOT / name.replace(".", "/")
    for candidate in (path.with_suffix(".py"), path / "__init__.py", path.parent.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return path.parent / "__init__.py"
