"""Press buttons of the dashboard thousands of times at random moments, and write what has come of it.

    python -m tests.soak                          500 presses of each kind, 200 ends of runs, and long outages
    python -m tests.soak --presses 20 --ends 10   fewer of them
    python -m tests.soak --minutes 20             as many as there is time for
    python -m tests.soak --seed 7                 at other moments

Half of the presses and all ends have a latency of 400 ms. It needs Chromium or Chrome, and takes an hour or
more. The exit code is 1 if any press was lost or answered twice.
"""

import argparse
import math
import sys
import time

from tests.browser.dashboard import chromium
from tests.soak.soak import Plan, done, survived

PRESSES, ENDS, AWAY = 500, 200, 20


def main(arguments: list[str]) -> int:
    """Do what the arguments say and return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 run.py soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--presses", type=int, default=PRESSES, help="of each kind")
    parser.add_argument("--ends", type=int, default=ENDS, help="of runs, during a switch of pages")
    parser.add_argument("--away", type=int, default=AWAY, help="ends of runs while no tab is there")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no more presses begin")
    parser.add_argument("--no-outages", action="store_true", help="leave out the outages of minutes")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn")
    chosen = parser.parse_args(arguments)
    if chromium() is None:
        sys.stderr.write("soak: Chromium or Chrome is needed.\n")
        return 2
    sys.stdout.write(f"seed {chosen.seed}\n")
    sys.stdout.flush()
    presses = chosen.presses - chosen.presses // 2, chosen.presses // 2
    until = time.monotonic() + 60 * chosen.minutes
    report = done(Plan(presses, chosen.ends, chosen.away, chosen.seed, until))
    if not chosen.no_outages:
        survived(report)
    sys.stdout.write("\n".join([*report.lines(), *report.faults, ""]))
    return int(bool(report.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
