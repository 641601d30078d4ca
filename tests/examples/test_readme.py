"""examples/README.md lists every program, and its commands run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import node
from tests.examples.programs import EXAMPLES, NEEDS, README, ROOT


def test_every_program_is_in_the_table():
    programs = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".mjs")}
    assert set(NEEDS) == programs
    assert len(programs) == 6


def test_the_files_that_it_names_are_there():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(targets) > len(NEEDS)
    assert [target for target in targets if not (EXAMPLES / target).is_file()] == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="there is no shell here")
def test_its_commands_run(tmp_path):
    node.program()
    for folder in ("examples", "polycore"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    in_a_clone, installed, readers = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    assert installed.splitlines()[1] in in_a_clone  # after the installation the same command runs
    # its reader has activated the environment: `python` is the one that runs the tests
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", in_a_clone + readers],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    *_, oak, beech, willow, again_oak, again_beech, again_willow = done.stdout.splitlines()
    assert [oak, beech, willow] == [again_oak, again_beech, again_willow]
