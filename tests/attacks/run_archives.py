"""Sound run files, and sound ones with one thing changed."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

import polycore as pc
from tests.attacks.archives import SECRET, Entry, archive, entries, npy
from tests.runs import KINDS, TINY, continued

CONTINUED, GIVEN = "continued on own points", "from given weights"
STEPS = 23  # of the 60 that each of them has


@cache
def run_of(kind: str) -> pc.Run:
    """Return a run of tests.runs.KINDS in the middle of its way; CONTINUED and GIVEN have a past too."""
    if kind == CONTINUED:
        return continued()
    weights = pc.start(replace(TINY, seed=6)) if kind == GIVEN else None
    return pc.advance(pc.start(KINDS.get(kind, TINY), weights), STEPS)


def saved(run: pc.Run) -> bytes:
    file = io.BytesIO()
    run.save(file)
    return file.getvalue()


def arrays_of(kind: str, **changes: Any) -> dict[str, Any]:
    """Return the arrays of its file, by NumPy; a change to None leaves an array out."""
    return {name: array for name, array in (_arrays(kind) | changes).items() if array is not None}


@cache  # hundreds of files are made of a few runs
def _arrays(kind: str) -> dict[str, Any]:
    with np.load(io.BytesIO(saved(run_of(kind)))) as file:
        arrays = {name: file[name] for name in file.files}
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def run_file(kind: str = "adam on all samples", **changes: Any) -> bytes:
    return archive(entries(arrays_of(kind, **changes)))


def fields_of(kind: str) -> dict[str, Any]:
    """Return the fields of the metadata in its file."""
    found: dict[str, Any] = json.loads(arrays_of(kind)["metadata"].item())
    return found


def with_text(text: str, kind: str = "adam on all samples") -> bytes:
    return run_file(kind, metadata=np.array(text))


def with_fields(kind: str = "adam on all samples", /, **fields: Any) -> bytes:
    """Return its file with fields of the metadata changed; ... leaves one out. A secret is in it."""
    changed = fields_of(kind) | fields
    if changed["versions"] is not ...:
        changed["versions"] = {"note": SECRET}
    return with_text(json.dumps({name: value for name, value in changed.items() if value is not ...}), kind)


def with_experiment(kind: str = "adam on all samples", /, **fields: Any) -> bytes:
    """Return its file with fields of the experiment changed."""
    return with_fields(kind, experiment=fields_of(kind)["experiment"] | fields)


def with_numbers(name: str, change: Callable[[Any], Any], kind: str = "adam on all samples") -> bytes:
    """Return its file with what `change` makes of one array, which it may change in place."""
    array = arrays_of(kind)[name].copy()
    changed = change(array)
    return run_file(kind, **{name: array if changed is None else changed})


def with_content(name: str, content: bytes, kind: str = "adam on all samples") -> bytes:
    """Return its file with another .npy file, its sizes and checksum true, in one entry."""
    wanted = f"{name}.npy".encode()
    listed = entries(arrays_of(kind))
    return archive([replace(e, content=content) if e.name == wanted else e for e in listed])


def with_entry(name: str, array: Any, kind: str = "adam on all samples") -> bytes:
    """Return its file with one more array."""
    return archive([*entries(arrays_of(kind)), Entry(f"{name}.npy".encode(), npy(array))])
