"""What importing the frame loads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_pandas_is_imported_before_a_page_is_drawn():
    # otherwise a first table and a first figure at once fail: "partially initialized module 'pandas'"
    code = "import sys, pages.frame.frame; sys.exit('pandas' not in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
