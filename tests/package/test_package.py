"""The package is whole, typed, content with NumPy, and tells what is missing."""

import json
import re
import subprocess
import sys
import tarfile
from email.parser import HeaderParser
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

import polycore as pc
from tests.package.installation import REPOSITORY, ROOT, finished

NUMPY = Path(np.__file__).parents[1]
SUFFIXES = (".css", ".html", ".js", ".py", ".svg", ".wasm")
MODULES, PAGES = (
    {path.relative_to(ROOT) for path in (ROOT / top).rglob("*") if path.suffix in SUFFIXES}
    for top in ("polycore", "pages")
)
# what the pages read besides
READ = [Path(".streamlit/config.toml"), Path("docs/glossary.md"), Path("streamlit_app.py")]
DASHBOARD = {Path("polycore/dashboard") / path for path in (*READ, *PAGES)}


def answer(installed, code):
    """Return what a program prints that can import the standard library, polycore and NumPy's folder."""
    paths = f"import sys; sys.path[:0] = {[str(installed), str(NUMPY)]}\n"
    # isolated and without site: no other path, and no .pth file that imports something
    return finished([sys.executable, "-I", "-S", "-c", paths + code], cwd=installed)


def test_every_module_is_installed_and_nothing_else(installed):
    files = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    files = {path for path in files if "__pycache__" not in path.parts}  # of what other tests have imported
    about = {path for path in files if path.parts[0] == f"polycore_playground-{pc.__version__}.dist-info"}
    assert len(MODULES) > 150
    assert len(PAGES) > 150
    assert files - about == MODULES | DASHBOARD | {Path("polycore/py.typed")}


def test_its_metadata_tell_what_pip_and_people_ask_for(installed):
    [folder] = installed.glob("*.dist-info")
    found = HeaderParser().parsestr((folder / "METADATA").read_text(encoding="utf-8"))
    assert (found["Name"], found["Version"]) == ("polycore-playground", pc.__version__)
    assert found["License-Expression"] == "MIT"
    assert (folder / "licenses/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    needed = [line for line in found.get_all("Requires-Dist") if "extra ==" not in line]
    assert [Requirement(line).name for line in needed] == ["numpy"]
    extras = ["all", "dashboard", "dask", "figures", "film", "tables"]
    assert sorted(found.get_all("Provides-Extra")) == extras


def test_links_and_pictures_of_its_description_work_outside_the_repository(installed):
    [metadata] = installed.glob("*.dist-info/METADATA")
    description = HeaderParser().parsestr(metadata.read_text(encoding="utf-8")).get_payload()
    targets = re.findall(r"\]\(([^)]*)\)", description)
    assert len(targets) > 15
    assert [target for target in targets if not target.startswith("https://")] == []
    assert f"({REPOSITORY}/raw/HEAD/docs/pictures/learning.gif)" in description
    assert f"({REPOSITORY}/blob/HEAD/docs/teaching.md)" in description
    plain = re.sub(rf"{REPOSITORY}/(raw|blob)/HEAD/", "", description)
    assert plain.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()


def test_it_needs_numpy_alone(installed):
    code = """
import json, polycore
from polycore import *
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
names = {name.partition(".")[0] for name, file in zip(list(sys.modules), files) if file}
print(json.dumps([polycore.__file__, sorted(names - sys.stdlib_module_names)]))
"""
    file, names = json.loads(answer(installed, code))
    assert Path(file) == installed / "polycore/__init__.py"
    assert names == ["numpy", "polycore"]


def test_its_import_waits_for_nothing_that_is_slow_to_load(installed):
    slow = {"asyncio", "concurrent", "email", "http", "logging", "multiprocessing", "subprocess", "tempfile"}
    code = """
import numpy, numpy.random
known = set(sys.modules)
from polycore import *
print(*set(sys.modules) - known)
"""
    loaded = {name.partition(".")[0] for name in answer(installed, code).split()}
    assert "polycore" in loaded
    assert loaded & slow == set()


def test_a_notebook_shows_a_picture_without_plotly(installed):
    code = """
import polycore
run = polycore.start(polycore.Experiment())
print([thing._repr_html_().count("data:image/png") for thing in (run.experiment, run, run.best)])
"""
    assert answer(installed, code) == "[1, 1, 1]\n"


def test_without_plotly_its_figures_say_what_is_missing(installed):
    code = """
sys.modules["plotly"] = None  # as if it were not installed
try:
    import polycore.figures
except ModuleNotFoundError as error:
    print(error)
"""
    printed = answer(installed, code)
    assert printed.count("\n") == 1
    assert 'pip install plotly, or polycore-playground with its extra "figures"' in printed


def test_it_writes_a_page(installed):
    code = """
import polycore as pc
run = pc.start(pc.Experiment(polynomials=["x", "-x"], hidden=(3,)))
print(len(pc.html_page(run.current)), sorted({"plotly", "PIL", "streamlit"} & set(sys.modules)))
"""
    size, others = answer(installed, code).split(" ", 1)
    assert int(size) > 20_000
    assert others.strip() == "[]"


def test_a_users_program_sees_its_types(environment, tmp_path):
    # mypy alone reads py.typed; of NumPy it knows nothing here, which is quicker
    program = tmp_path / "program.py"
    program.write_text(
        "import polycore as pc\n"
        "from polycore.figures import LINES\n"
        "reveal_type(pc.Polynomial(1, 0).degree)\n"
        "reveal_type(pc.start(pc.Experiment()).best.held_out_accuracy)\n"
        'pc.Experiment(steps="many")\n',
        encoding="utf-8",
    )
    python = environment / Path(sys.executable).parent.name / Path(sys.executable).name
    options = ["--python-executable", python, "--cache-dir", tmp_path / "cache", "--no-error-summary"]
    command = [sys.executable, "-m", "mypy", *options, "--config-file=", program]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert printed.stdout.splitlines() == [
        'program.py:3: note: Revealed type is "int"',
        'program.py:4: note: Revealed type is "float | None"',
        'program.py:5: error: Argument "steps" to "Experiment" has incompatible type "str"; '
        'expected "int"  [arg-type]',
    ]


def test_a_package_index_accepts_both_archives(archives):
    both = sorted(archives.iterdir())
    stem = f"polycore_playground-{pc.__version__}"
    assert [archive.name for archive in both] == [f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"]
    printed = finished([sys.executable, "-m", "twine", "check", "--strict", *both])
    assert printed.count("PASSED") == 2


def test_the_source_archive_has_what_a_build_needs_and_no_tests(archives):
    with tarfile.open(archives / f"polycore_playground-{pc.__version__}.tar.gz") as archive:
        names = {Path(name.partition("/")[2]) for name in archive.getnames()}
    about = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "hatch_build.py", "pyproject.toml"}
    others = {Path(name) for name in (*about, ".gitignore", "polycore/py.typed")}
    assert names == MODULES | PAGES | {*READ} | others
