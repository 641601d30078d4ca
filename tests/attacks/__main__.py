"""Writes the files that must be refused: `python -m tests.attacks OUTDIR`.

Weight files lie in OUTDIR itself and run files in OUTDIR/runs. In both a manifest.json maps each file name to
what is expected of a reader ("reject") and why. Nothing in OUTDIR runs by being written; a payload that a
careless reader runs makes the file that MARKER in the environment names.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.attacks import broken_runs
from tests.attacks.hostile import REFUSED


def write(folder: Path, refused: Mapping[str, tuple[bytes, str]]) -> dict[Path, str]:
    """Write every file and the manifest. Return the path of each file, with what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for number, (name, (content, _)) in enumerate(refused.items(), 1):
        words = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
        path = folder / f"{number:03}-{words[:80]}.npz"
        path.write_bytes(content)
        paths[path] = name
    manifest = {path.name: {"expect": "reject", "why": name} for path, name in paths.items()}
    text = json.dumps(manifest, indent=1, ensure_ascii=True)
    (folder / "manifest.json").write_text(text + "\n", encoding="ascii")
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.attacks OUTDIR")
    weights = write(Path(sys.argv[1]), REFUSED)
    runs = write(Path(sys.argv[1]) / "runs", broken_runs.REFUSED)
    sys.stdout.write(f"{len(weights)} weight files and {len(runs)} run files, each with a manifest.json\n")
