"""What each extra installs: the packages that it names, and never the `polycore` that others have on PyPI."""

import json
from importlib.metadata import version

import pytest

from tests.package.installation import NAME, PIP, finished
from tests.wheels import write_wheel

# by hand, what docs/start.md promises; the package itself needs NumPy
INSTALLED = {
    "tables": {"pandas"},
    "figures": {"plotly"},
    "film": {"pillow"},
    "dask": {"dask", "distributed"},
    "dashboard": {"pandas", "plotly", "pillow", "streamlit"},
    "all": {"pandas", "plotly", "pillow", "streamlit", "dask", "distributed"},
}


@pytest.fixture(scope="module")
def index(archives, tmp_path_factory):
    """Return the options for an index of the wheel, of what it needs, and of a package `polycore` of others.

    What it needs is there as wheels without content, of the versions at hand.
    """
    folder = tmp_path_factory.mktemp("index")
    for package in {"numpy"}.union(*INSTALLED.values()) - {"dask"}:
        write_wheel(folder, package, version(package))
    distributed = ["Provides-Extra: distributed", 'Requires-Dist: distributed ; extra == "distributed"']
    write_wheel(folder, "dask", version("dask"), about=distributed)
    extras = [f"Provides-Extra: {extra}" for extra in INSTALLED]
    write_wheel(folder, "polycore", "99.0", about=extras)
    return ["--no-index", "--find-links", folder, "--find-links", archives]


@pytest.mark.parametrize(
    ("extra", "packages"),
    [pytest.param("", set(), id="none"), *(pytest.param(*item, id=item[0]) for item in INSTALLED.items())],
)
def test_an_extra_installs_its_packages_and_none_of_others_that_is_called_polycore(index, extra, packages):
    options = ["--dry-run", "--ignore-installed", "--quiet", "--report=-", *index]
    report = json.loads(finished([*PIP, "install", *options, f"{NAME}[{extra}]" if extra else NAME]))
    names = {installed["metadata"]["name"] for installed in report["install"]}
    assert names == {NAME, "numpy", *packages}
