"""benchmarks/counting.py on a server that ends the run of a closed tab after a second, in place of ten."""

import sys
from pathlib import Path

from benchmarks import counting
from pages.server import presence

if __name__ == "__main__":
    presence.GRACE_SECONDS = 1.0
    counting.main(Path(sys.argv[1]), sys.argv[2:])
