"""`streamlit run` on one core, in a control group that limits its memory and that of its workers.

    python -m benchmarks.confined CORE PROCESSES run streamlit_app.py [options]

PROCESSES is the file of the group that takes in processes.
"""

import os
import runpy
import sys
from pathlib import Path


def main(core: int, processes: Path, arguments: list[str]) -> None:
    """Serve until the process is ended."""
    processes.write_text(str(os.getpid()), encoding="ascii")
    os.sched_setaffinity(0, {core})
    sys.argv = ["streamlit", *arguments]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
