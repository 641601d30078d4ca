"""Starts the child, gives it files, and says what each came to."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.attacks.child import Outcome

ROOT = Path(__file__).parents[2]


def outcomes(
    module: str, name: str, paths: Iterable[Path], folder: Path, content: bytes
) -> dict[Path, Outcome]:
    """Return what MODULE.NAME came to in the child, for each path.

    `content` is a sound file's.

    The child's working folder is `folder`, where a payload that ran would make the file "marker". A call that
    ends the child has the error "ended"; the files behind it go to another child.
    """
    sound = folder.with_name("sound")
    sound.write_bytes(content)
    broken = folder.with_name("broken")
    broken.write_bytes(b"")
    found: dict[Path, Outcome] = {}
    left = list(paths)
    while left:
        answers = _answers([module, name, str(sound), str(broken)], left, folder)
        answered = [Outcome(*json.loads(line)) for line in answers]
        found |= dict(zip(left, answered, strict=False))
        if len(answered) < len(left):
            found[left[len(answered)]] = Outcome("ended", "", 0.0, [])
        left = left[len(answered) + 1 :]
    return found


def _answers(arguments: list[str], paths: list[Path], folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.child", *arguments],
        input="\n".join(map(str, paths)) + "\n",
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "MARKER": str(folder / "marker"), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # 1 is an exception of the child's own; a limit or the call itself ends it otherwise
    assert done.returncode != 1, done.stderr
    return done.stdout.splitlines()
