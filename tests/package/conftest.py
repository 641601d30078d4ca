"""One build and one environment for all tests here."""

import pytest

from tests.package import installation


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    return installation.copy_of_repository(tmp_path_factory.mktemp("package") / "source")


@pytest.fixture(scope="session")
def archives(source, tmp_path_factory):
    """Return the folder with the source archive and the wheel."""
    dist = tmp_path_factory.mktemp("package") / "dist"
    installation.build(source, dist)
    return dist


@pytest.fixture(scope="session")
def environment(archives, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package") / "environment"
    installation.install_wheel(archives, folder)
    return folder


@pytest.fixture(scope="session")
def installed(environment):
    """Return the folder of the environment's packages."""
    [packages] = environment.glob("[Ll]ib/**/site-packages")
    return packages
