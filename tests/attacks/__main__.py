"""Writes the weight files that must be refused: `python -m tests.attacks OUTDIR`.

OUTDIR/manifest.json maps each file name to what is expected of a reader ("reject") and why. Nothing in
OUTDIR runs by being written; a payload that a careless reader runs makes the file that MARKER in the
environment names.
"""

import json
import re
import sys
from pathlib import Path

from tests.attacks.hostile import REFUSED


def write(folder: Path) -> dict[Path, str]:
    """Write every file and the manifest. Return the path of each file, with what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for number, (name, (content, _)) in enumerate(REFUSED.items(), 1):
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
    sys.stdout.write(f"{len(write(Path(sys.argv[1])))} files, and manifest.json\n")
