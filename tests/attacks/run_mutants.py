"""Sound run files with a few things changed at random, the same for the same seed and number."""

import io
import json
import random
from dataclasses import replace
from typing import Any

import numpy as np

from tests.attacks import mutants
from tests.attacks.archives import DEFLATED, STORED, entries, npy
from tests.attacks.mutants import Mutant, Seed
from tests.attacks.run_archives import CONTINUED, GIVEN, arrays_of, run_of, saved
from tests.runs import KINDS

SEEDS = {
    kind: Seed(saved(run_of(kind)), tuple(entries(arrays_of(kind), method)))
    for kind, method in zip([*KINDS, CONTINUED, GIVEN], [STORED, DEFLATED] * len(KINDS), strict=False)
}
NUMBERS = [0.0, -0.0, 5e-324, 1e-200, 0.5, 1.0, 59.0, 1e5, -1e6, 1e38, 1e99, 1e300, -1.0, np.inf, np.nan]
VALUES = [None, True, 0, 1, -1, 9, 23, 24, 59, 60, 10**9, 0.0, 0.5, 1e-300, 1e99, "adam", "diverged", [], {}]


def mutant(kind: str, number: int) -> Mutant:
    """Return the mutant of this number of the run file of this kind."""
    rng = random.Random(f"{kind} {number}")
    way = rng.choice([_of_numbers, _of_numbers, _of_values, _of_values, mutants.altered])
    content, told = way(rng, SEEDS[kind])
    return Mutant(content, f"mutant {number} of {kind!r}: {told}")


def _of_numbers(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Change one to three numbers of an array, under a true header and a true checksum."""
    entry = rng.choice([entry for entry in seed.entries if entry.name != b"metadata.npy"])
    array = np.load(io.BytesIO(entry.content))
    told = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        place, number = rng.randrange(max(1, array.size)), rng.choice(NUMBERS)
        if array.size:
            with np.errstate(all="ignore"):
                array.reshape(-1)[place] = np.array(number).astype(array.dtype)
        told.append(f"{place}: {number}")
    return mutants.with_content(seed, entry, npy(array), f"numbers {told}")


def _of_values(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Change one or two values of the metadata, or of the experiment in it."""
    entry = next(entry for entry in seed.entries if entry.name == b"metadata.npy")
    told: dict[str, Any] = json.loads(np.load(io.BytesIO(entry.content)).item())
    changes = []
    for _ in range(rng.choice([1, 1, 2])):
        inside = rng.choice([told, told["experiment"]])
        if isinstance(inside, dict) and inside:  # the experiment may just have become another value
            name = rng.choice(list(inside))
            inside[name] = rng.choice(VALUES)
            changes.append(f"{name}: {inside[name]!r}")
    return _with_text(seed, entry, json.dumps(told), f"values {changes}")


def _with_text(seed: Seed, entry: Any, text: str, told: str) -> tuple[bytes, str]:
    listed = [replace(e, content=npy(np.array(text))) if e is entry else e for e in seed.entries]
    return mutants.archive(listed), told
