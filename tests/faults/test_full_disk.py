"""No room on the disk: what stood there stays, and a dashboard goes on, for it writes nothing there.

What else may fail while a file is saved is tested in tests/polycore/test_weight_file.py. Here the system
itself refuses: a process may write files of so many bytes, and no more.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytest.importorskip("resource", reason="the system cannot limit the size of files")

SAVES = """
import resource
import sys
from pathlib import Path

import polycore as pc

path = Path(sys.argv[1])
before = path.read_bytes()
model = pc.advance(pc.start(pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(64,))), 1).best
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # bytes; the model has more
try:
    model.save(path)
except pc.PolycoreError as error:
    print(error)
assert path.read_bytes() == before
assert [file.name for file in path.parent.iterdir()] == [path.name]
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
model.save(path)  # there is room again
assert len(path.read_bytes()) > 1000
assert (pc.Model.load(path).weights[0] == model.weights[0]).all()
"""

# a quarter of a second of training, and both ways to take along what came of it
TRAINS = """
import resource

from tests.pages.browsing import QUICK, opened, press, session_of, wait_for

app = opened("pages/3_train.py", QUICK)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
wait_for(press(app, "Start"), "finished")
app.switch_page("pages/4_predict.py").run()
assert not app.exception
assert [error.value for error in app.error] == []
assert session_of(app).training.view.error is None
labels = [button.proto.label for button in app.get("download_button")]
assert "Download the model" in labels, labels
"""


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_where_the_disk_is_full_saving_says_so_and_the_old_file_stays(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"the old one")
    printed = run(SAVES, path)
    assert printed.startswith("the weight file could not be written: ")
    assert len(printed.splitlines()) == 1


def test_a_dashboard_on_a_full_disk_trains_and_hands_out_the_model():
    run(TRAINS)
