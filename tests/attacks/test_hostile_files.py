"""Every hostile file is refused, at once, in a process that would end where it were not."""

import json
import pickle
import re
import runpy
import sys

import pytest

from tests.attacks import __main__ as generator
from tests.attacks import broken_runs, heavy
from tests.attacks.archives import SECRET, SECRET_NUMBER
from tests.attacks.fixed_texts import PATTERNS, reasons_of
from tests.attacks.hostile import REFUSED
from tests.attacks.parent import outcomes
from tests.attacks.payload import PICKLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

# of a path or an open file, before there are bytes; and of arrays with names that no file can have
NOT_OF_FILES = {"NO_FILE", "NO_ORDINARY_FILE", "UNREADABLE_PATH", "UNREADABLE_FILE", "NO_BYTES", "NO_SOURCE"}
NOT_OF_ARCHIVES = NOT_OF_FILES | {"ARRAY_SHAPE", "ARRAYS"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder in which the child works."""
    folder = tmp_path_factory.mktemp("child") / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory, folder):
    """What Model.load in the child came to with each hostile file, by what is wrong with it."""
    paths = generator.write(tmp_path_factory.mktemp("files"), REFUSED)
    before = {path: path.read_bytes() for path in paths}
    outcome_of = outcomes("polycore.model.model", "Model.load", paths, folder)
    assert {path: path.read_bytes() for path in paths} == before
    return {paths[path]: outcome for path, outcome in outcome_of.items()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_within_a_second_and_50_mb_that_is_or_has(name, found):
    outcome = found[name]
    assert (outcome.error, outcome.events) == ("WeightFileError", []), outcome.text
    assert outcome.seconds < 1
    assert re.search(REFUSED[name][1], outcome.text), outcome.text


def test_every_refusal_is_one_fixed_text(found):
    for name, outcome in found.items():
        text = outcome.text
        assert len(reasons_of(text)) == 1, f"{name}: {text}"
        assert 1 <= len(text) <= 300, name
        assert text.isprintable(), name
        assert SECRET not in text, name
        assert str(SECRET_NUMBER)[:6] not in text.replace(",", ""), name


def test_every_reason_is_reached_by_some_file(found):
    reached = {name for outcome in found.values() for name in reasons_of(outcome.text)}
    assert reached == set(PATTERNS) - NOT_OF_ARCHIVES


def test_nothing_ran_and_nothing_is_left(found, folder):
    assert len(found) == len(REFUSED)
    assert list(folder.iterdir()) == []


def test_the_payload_is_no_dud(tmp_path, monkeypatch):
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
    pickle.loads(PICKLE)
    assert (tmp_path / "marker").exists()


def test_no_two_files_are_the_same():
    contents = [content for content, _ in REFUSED.values()]
    assert len(set(contents)) == len(contents) >= 150


def test_the_generator_writes_the_files_and_what_is_wrong_with_each(tmp_path, monkeypatch):
    # as `python -m tests.attacks`, but with the files at hand: another process takes seconds to make them
    monkeypatch.setattr(sys, "argv", ["tests.attacks", str(tmp_path / "out")])
    runpy.run_path(generator.__file__, run_name="__main__")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="ascii"))
    assert [told["why"] for told in manifest.values()] == list(REFUSED)
    assert {told["expect"] for told in manifest.values()} == {"reject"}
    for name, told in manifest.items():
        assert (tmp_path / "out" / name).read_bytes() == REFUSED[told["why"]][0]
    of_runs = json.loads((tmp_path / "out" / "runs" / "manifest.json").read_text(encoding="ascii"))
    assert [told["why"] for told in of_runs.values()] == list(broken_runs.REFUSED)


def test_no_heavy_file_takes_a_second_or_50_mb(tmp_path, folder):
    paths = {}
    for number, (name, content) in enumerate(heavy.files().items()):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(content)
        paths[path] = name
    outcome_of = outcomes("polycore.model.model", "Model.load", paths, folder)
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
    path.write_bytes(REFUSED["type, weights that are pickled objects"][0])
    told = outcomes("tests.attacks.careless", reader, [path], folder)[path]
    event, error = CARELESS[reader]
    assert (event in told.events) == (event is not None)
    assert told.error == error
    assert (folder / "marker").exists() == (reader == "unpickling")
    assert told.seconds > 0.001 or reader != "working"
