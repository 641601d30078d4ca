"""Sound weight files with a few things changed at random, the same for the same seed and number."""

import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from polycore.experiment.experiment import Experiment
from tests.attacks.archives import (
    DEFLATED,
    STORED,
    Entry,
    Fields,
    archive,
    entries,
    metadata_text,
    network,
    npy,
    small,
)
from tests.attacks.broken_others import other


@dataclass(frozen=True)
class Mutant:
    """A changed file. `description` names its seed and what was changed, with bytes in hexadecimal."""

    content: bytes
    description: str


@dataclass(frozen=True)
class Seed:
    """A sound file, and its entries."""

    content: bytes
    entries: tuple[Entry, ...]


def _seed(arrays: dict[str, Any], method: int) -> Seed:
    listed = tuple(entries(arrays, method))
    return Seed(archive(listed), listed)


def _by_numpy(arrays: dict[str, Any], save: Callable[..., None], method: int) -> Seed:
    file = io.BytesIO()
    save(file, **arrays)
    return Seed(file.getvalue(), tuple(entries(arrays, method)))


_FLAT = network(2, 3, 2) | {"biases_l1": np.ones(3), "biases_l2": np.ones(2)}
_WITH_EXPERIMENT = metadata_text(experiment=Experiment.recommended().to_dict(), step=7, held_out_accuracy=0.5)

SEEDS = {
    "stored": _seed(small(), STORED),
    "deflated": _seed(small(), DEFLATED),
    "by numpy.savez": _by_numpy(small(), np.savez, STORED),
    "the tutorial's": _by_numpy(network(2, 12, 12), np.savez, STORED),
    "by numpy.savez_compressed": _by_numpy(small(), np.savez_compressed, DEFLATED),
    "float32": _seed(network(2, 4, 3, kind=np.float32) | {"metadata": np.array(metadata_text(3))}, STORED),
    "one layer": _seed(network(2, 2) | {"metadata": np.array(metadata_text())}, STORED),
    "eight layers": _seed(network(2, *[3] * 7, 2), DEFLATED),
    "flat biases": _seed(_FLAT, STORED),
    "with tanh": _seed(other(), DEFLATED),
    "with an experiment": _seed(small(metadata=np.array(_WITH_EXPERIMENT)), DEFLATED),
}


@dataclass(frozen=True)
class Change:
    """`removed` bytes from `at` on, with `put` in their place."""

    at: int
    removed: int
    put: bytes

    def __str__(self) -> str:
        return f"[{self.at}: {self.removed} bytes become {self.put.hex() or 'none'}]"

    def of(self, content: bytes) -> bytes:
        return content[: self.at] + self.put + content[self.at + self.removed :]


def mutant(name: str, number: int) -> Mutant:
    """Return the mutant of this number of the seed of this name."""
    rng = random.Random(f"{name} {number}")
    seed = SEEDS[name]
    content, description = altered(rng, seed)
    return Mutant(content, f"mutant {number} of {name!r}: {description}")


def altered(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Return the seed's file with a few things changed, and what was changed."""
    ways = [_of_file, _of_array, _of_array_header, _of_metadata, _of_fields, _of_entries]
    return rng.choice(ways)(rng, seed)


# The ways. Each returns the content, and what was changed.


def _of_file(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    return changed(rng, seed.content, len(seed.content))


def _of_array(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    entry = rng.choice(seed.entries)
    return with_content(seed, entry, *changed(rng, entry.content, len(entry.content)))


def _of_array_header(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    entry = rng.choice(seed.entries)
    return with_content(seed, entry, *changed(rng, entry.content, 80))


def _of_metadata(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Change the text of the metadata, or a word of it, under a true header and a true checksum."""
    entry = seed.entries[-1]
    if entry.name != b"metadata.npy":
        return _of_array(rng, seed)
    text = np.load(io.BytesIO(entry.content)).item().encode()
    if rng.random() < 0.5:
        word = rng.choice(list(re.finditer(rb'"[^"]*"|[0-9]+|[^\s]', text)))
        change = Change(word.start(), len(word[0]), rng.choice(WORDS))
        text, description = change.of(text), str(change)
    else:
        text, description = changed(rng, text, len(text))
    return with_content(seed, entry, npy(np.array(text.decode("utf-8", "replace"))), f"text {description}")


WORDS = [
    *[b"null", b"true", b"0", b"-0.0", b"1e999", b"-1e-999", b"NaN", b"5e-324", b"1" * 400, b"9" * 700],
    *[b"[]", b"{}", b"[[[]]]", b'"', b'""', b'"\\ud800"', b'"format"', b'"polynomials"', b",", b"]", b"\0"],
    *[b"[1, 2]", b"1.5", b"[" * 40, b'{"": {"": 0}}', b"[1" + b", 1" * 12 + b"]"],
    "\N{GRINNING FACE}".encode(),
]


def _of_fields(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Change a field of an entry's headers, or of the end record; checksums stay true unless that is it."""
    entry = rng.choice(seed.entries)
    sizes = [len(entry.content), len(entry.packed_bytes)]
    where = rng.choice(["both", "local", "directory", "end"])
    if where == "end":
        field = _field(rng, END_FIELDS, sizes)
        return archive(seed.entries, end=field), f"end record {field}"
    field = _field(rng, ENTRY_FIELDS, sizes)
    changed = replace(
        entry,
        local=field if where != "directory" else {},
        directory=field if where != "local" else {},
    )
    return _with(seed, entry, changed), f"{entry.name.decode()}, {where}: {field}"


END_FIELDS = {"disk": 2, "directory_disk": 2, "count_here": 2, "count": 2, "size": 4, "offset": 4}
ENTRY_FIELDS = {
    "made_by": 2,
    "version": 2,
    "flags": 2,
    "method": 2,
    "time": 2,
    "date": 2,
    "checksum": 4,
    "packed_size": 4,
    "size": 4,
    "disk": 2,
    "internal": 2,
    "external": 4,
    "offset": 4,
    "name": 0,
    "extra": 0,
    "comment": 0,
}


def _field(rng: random.Random, widths: dict[str, int], sizes: list[int]) -> Fields:
    name, width = rng.choice(list(widths.items()))
    if not width:
        return {name: rng.choice([b"", b"loss.npy", b"biases_l1.npy", rng.randbytes(rng.randint(1, 40))])}
    largest = 256**width - 1
    near = [size + step for size in sizes for step in (-1, 0, 1)]
    return {name: rng.choice([0, 1, 2, 8, largest, largest // 2 + 1, rng.randint(0, largest), *near])}


def _of_entries(rng: random.Random, seed: Seed) -> tuple[bytes, str]:
    """Leave out, double, exchange or take over whole entries, under true checksums."""
    listed = list(seed.entries)
    one, two = rng.randrange(len(listed)), rng.randrange(len(listed))
    other_name = rng.choice(list(SEEDS))
    other = rng.choice(SEEDS[other_name].entries)
    way = rng.choice(["left out", "doubled", "places exchanged", "contents exchanged", "taken", "added"])
    if way == "left out":
        del listed[one]
    elif way == "doubled":
        listed.insert(two, listed[one])
    elif way == "places exchanged":
        listed[one], listed[two] = listed[two], listed[one]
    elif way == "contents exchanged":
        contents = listed[one].content, listed[two].content
        listed[one], listed[two] = (
            replace(listed[one], content=contents[1]),
            replace(listed[two], content=contents[0]),
        )
    elif way == "taken":
        listed[one] = replace(listed[one], content=other.content)
    else:
        listed.insert(one, other)
    return archive(listed), f"entries {one} and {two} {way}, or {other.name.decode()} of {other_name!r}"


def with_content(seed: Seed, entry: Entry, content: bytes, description: str) -> tuple[bytes, str]:
    return _with(seed, entry, replace(entry, content=content)), f"{entry.name.decode()} {description}"


def _with(seed: Seed, entry: Entry, changed: Entry) -> bytes:
    return archive([changed if listed is entry else listed for listed in seed.entries])


def changed(rng: random.Random, content: bytes, reach: int) -> tuple[bytes, str]:
    """Return `content` with one to three changes in its first `reach` bytes."""
    changes = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        change = rng.choice(CHANGES)(rng, content, rng.randrange(max(1, min(reach, len(content)))))
        content = change.of(content)
        changes.append(change)
    return content, " ".join(map(str, changes))


def _bit_flipped(rng: random.Random, content: bytes, at: int) -> Change:
    return Change(at, 1, bytes(byte ^ 1 << rng.randrange(8) for byte in content[at : at + 1]))


def _byte_changed(rng: random.Random, _: bytes, at: int) -> Change:
    return Change(at, 1, bytes([rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])]))


def _number_changed(rng: random.Random, _: bytes, at: int) -> Change:
    width = rng.choice([2, 4, 8])
    number = rng.choice([0, 1, 256**width - 1, 256**width // 2, rng.randrange(256**width)])
    return Change(at, width, number.to_bytes(width, "little"))


def _put_in(rng: random.Random, _: bytes, at: int) -> Change:
    return Change(at, 0, rng.randbytes(rng.randint(1, 8)))


def _taken_out(rng: random.Random, _: bytes, at: int) -> Change:
    return Change(at, rng.randint(1, 16), b"")


def _part_doubled(rng: random.Random, content: bytes, at: int) -> Change:
    return Change(at, 0, content[at : at + rng.randint(1, 64)])


def _part_copied(rng: random.Random, content: bytes, at: int) -> Change:
    start, length = rng.randrange(max(1, len(content))), rng.randint(1, 64)
    part = content[start : start + length]
    return Change(at, len(part), part)


def _spliced(rng: random.Random, _: bytes, at: int) -> Change:
    other = rng.choice(list(SEEDS.values())).content
    start, length = rng.randrange(len(other)), rng.randint(1, 128)
    return Change(at, rng.choice([0, length]), other[start : start + length])


def _cut_off(_: random.Random, content: bytes, at: int) -> Change:
    return Change(at, len(content) - at, b"")


CHANGES = [
    _bit_flipped,
    _byte_changed,
    _number_changed,
    _put_in,
    _taken_out,
    _part_doubled,
    _part_copied,
    _spliced,
    _cut_off,
]
