"""Our browsers' scripts, run by Node.js."""

import json
import subprocess
from typing import Any

from tests.examples.programs import NODE


def printed(program: str) -> Any:
    """Return the JSON that the module prints."""
    done = subprocess.run(
        [NODE, "--input-type=module", "-"], input=program, capture_output=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)
