"""What every page brings along."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_pandas_is_whole_before_a_page_is_drawn():
    # found as "partially initialized module 'pandas'", by one person's first table and another's first figure
    code = "import sys, pages.frame.frame; sys.exit('pandas' not in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
