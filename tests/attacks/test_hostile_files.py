"""Every hostile file is refused, at once, in a process that would end where it were not."""

import json
import pickle
import re
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from polycore.training.run_refusals import RunReason
from tests.attacks import __main__ as generator
from tests.attacks import broken_runs, heavy, hostile
from tests.attacks.archives import SECRET, SECRET_NUMBER, small
from tests.attacks.archives import saved as saved_arrays
from tests.attacks.fixed_texts import PATTERNS, reasons_of, run_reasons_of
from tests.attacks.parent import outcomes
from tests.attacks.payload import PICKLE
from tests.attacks.run_archives import run_of, saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

# of a path or an open file, before there are bytes; and of arrays with names that no file can have
NOT_OF_FILES = {"NO_FILE", "NO_ORDINARY_FILE", "UNREADABLE_PATH", "UNREADABLE_FILE", "NO_BYTES", "NO_SOURCE"}
NOT_OF_ARCHIVES = NOT_OF_FILES | {"ARRAY_SHAPE", "ARRAYS"}


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of file: its reader, the error that this raises, its fixed texts, and files that are refused."""

    reader: tuple[str, str]
    error: str
    refused: dict[str, tuple[bytes, str]]
    reasons_of: Callable[[str], list[str]]
    sound: bytes


KINDS = {
    "weights": Kind(
        ("polycore.model.model", "Model.load"),
        "WeightFileError",
        hostile.REFUSED,
        reasons_of,
        saved_arrays(small()),
    ),
    "run": Kind(
        ("polycore.training.run", "Run.load"),
        "RunFileError",
        broken_runs.REFUSED,
        run_reasons_of,
        saved(run_of("l-bfgs")),
    ),
}
EACH = [(kind, name) for kind, of_kind in KINDS.items() for name in of_kind.refused]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder in which the child works."""
    folder = tmp_path_factory.mktemp("child") / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory, folder):
    """What the reader in the child came to with each hostile file, by its kind and what is wrong with it."""
    found = {}
    for kind, of_kind in KINDS.items():
        paths = generator.write(tmp_path_factory.mktemp("files"), of_kind.refused)
        before = {path: path.read_bytes() for path in paths}
        outcome_of = outcomes(*of_kind.reader, paths, folder, of_kind.sound)
        assert {path: path.read_bytes() for path in paths} == before
        found |= {(kind, paths[path]): outcome for path, outcome in outcome_of.items()}
    return found


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_file_is_refused_within_a_second_and_50_mb_that_is_or_has(kind, name, found):
    outcome = found[kind, name]
    assert (outcome.error, outcome.events) == (KINDS[kind].error, []), outcome.text
    assert outcome.seconds < 1
    assert re.search(KINDS[kind].refused[name][1], outcome.text), outcome.text


def test_every_refusal_is_one_fixed_text(found):
    for (kind, name), outcome in found.items():
        text = outcome.text
        assert len(KINDS[kind].reasons_of(text)) == 1, f"{name}: {text}"
        assert 1 <= len(text) <= 300, name
        assert text.isprintable(), name
        assert SECRET not in text, name
        assert str(SECRET_NUMBER)[:6] not in text.replace(",", ""), name


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [("weights", set(PATTERNS) - NOT_OF_ARCHIVES), ("run", {reason.name for reason in RunReason})],
)
def test_every_reason_is_reached_by_some_file(kind, reasons, found):
    texts = [outcome.text for (of_kind, _), outcome in found.items() if of_kind == kind]
    reached = {name for text in texts for name in KINDS[kind].reasons_of(text)}
    assert reached >= reasons
    assert not reached & NOT_OF_ARCHIVES


def test_nothing_ran_and_nothing_is_left(found, folder):
    assert len(found) == len(EACH) > 400
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_loads_in_the_child_that_tells_all_this(kind, tmp_path, folder):
    path = tmp_path / "sound.npz"
    path.write_bytes(KINDS[kind].sound)
    [outcome] = outcomes(*KINDS[kind].reader, [path], folder, KINDS[kind].sound).values()
    assert (outcome.error, outcome.events) == (None, [])


def test_the_payload_is_no_dud(tmp_path, monkeypatch):
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
    pickle.loads(PICKLE)
    assert (tmp_path / "marker").exists()


def test_the_generator_writes_the_files_and_what_is_wrong_with_each(tmp_path, monkeypatch):
    # as `python -m tests.attacks`, but with the files at hand: another process takes seconds to make them
    monkeypatch.setattr(sys, "argv", ["tests.attacks", str(tmp_path / "out")])
    runpy.run_path(generator.__file__, run_name="__main__")
    for folder, kind in ((tmp_path / "out", "weights"), (tmp_path / "out" / "runs", "run")):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="ascii"))
        assert [entry["why"] for entry in manifest.values()] == list(KINDS[kind].refused)
        assert {entry["expect"] for entry in manifest.values()} == {"reject"}
        for name, entry in manifest.items():
            assert (folder / name).read_bytes() == KINDS[kind].refused[entry["why"]][0]


def test_no_heavy_file_takes_a_second_or_50_mb(tmp_path, folder):
    paths = {}
    for number, (name, content) in enumerate(heavy.files().items()):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(content)
        paths[path] = name
    outcome_of = outcomes(*KINDS["weights"].reader, paths, folder, KINDS["weights"].sound)
    loaded = [paths[path] for path, outcome in outcome_of.items() if outcome.error is None]
    assert len(loaded) > len(paths) // 2, loaded
    for path, outcome in outcome_of.items():
        assert outcome.error in (None, "WeightFileError"), f"{paths[path]}: {outcome}"
        assert outcome.seconds < 1, paths[path]


# The child itself.

CARELESS = {
    "unpickling": ("pickle.find_class", None),
    "evaluating": ("exec", None),
    "importing": ("import", "ModuleNotFoundError"),
    "starting": ("subprocess.Popen", None),
    "writing": ("open", "OSError"),
    "writing_aside": ("open", "OSError"),
    "changing": ("open", None),
    "hoarding": (None, "MemoryError"),
    "raising": (None, "KeyError"),
    "working": (None, None),
    "spinning": (None, "ended"),
    "dying": (None, "ended"),
}


@pytest.mark.parametrize("reader", CARELESS)
def test_the_child_tells_of_a_reader_that_is(reader, tmp_path):
    folder, path = tmp_path / "empty", tmp_path / "hostile.npz"
    folder.mkdir()
    path.write_bytes(hostile.REFUSED["type, weights that are pickled objects"][0])
    outcome = outcomes("tests.attacks.careless", reader, [path], folder, KINDS["weights"].sound)[path]
    event, error = CARELESS[reader]
    assert (event in outcome.events) == (event is not None)
    assert outcome.error == error
    assert (folder / "marker").exists() == (reader == "unpickling")
    assert outcome.seconds > 0.001 or reader != "working"
