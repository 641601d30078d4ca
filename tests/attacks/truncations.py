"""The small weight file cut off at every boundary of its structure, each with a part of the reason."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.attacks.archives import DEFLATED, archive, deflated, entries, metadata_text, small
from tests.attacks.variations import FILES, with_content, with_entry, with_metadata

PLAIN = archive(FILES)

# where the parts of an .npy file of version 1.0 end; NumPy fills our headers up to 128 bytes
NPY_PARTS = {
    "behind the first letters": 6,
    "behind the version": 8,
    "behind the header's length": 10,
    "within the header": 40,
    "behind the header": 128,
}


def boundaries() -> Iterator[tuple[str, int]]:
    """Give the places in the archive of FILES where one part ends, by name."""
    at = sum(len(entry.headers(0)[0] + entry.content) for entry in FILES)
    for place, entry in enumerate(FILES):
        before = sum(len(other.headers(0)[0] + other.content) for other in FILES[:place])
        yield from local_boundaries(entry.name.decode(), before, len(entry.content))
    for entry in FILES:
        name = entry.name.decode()
        yield f"before {name} in the directory", at
        yield f"within the signature of {name} in the directory", at + 2
        yield f"behind the signature of {name} in the directory", at + 4
        yield f"before the name of {name} in the directory", at + 46
        at += 46 + len(name)
    assert at == len(PLAIN) - 22
    for part, length in {"signature": 4, "disks": 8, "counts": 12, "size": 16, "place": 20}.items():
        yield f"behind the {part} in the end record", at + length
    yield "before the end record", at


def local_boundaries(name: str, start: int, size: int) -> Iterator[tuple[str, int]]:
    body = start + 30 + len(name)
    if start:
        yield f"before {name}", start
    yield f"within the signature of {name}", start + 2
    yield f"behind the signature of {name}", start + 4
    yield f"before the name of {name}", start + 30
    yield f"behind the name of {name}", body
    for part, length in NPY_PARTS.items():
        yield f"{part} of {name}", body + length
    yield f"a byte before the end of {name}", body + size - 1


TEXT = metadata_text()

TRUNCATIONS = (
    {f"the file, {place}": (PLAIN[:length], "does not end like") for place, length in boundaries()}
    | {
        f"an entry truly declared, {part} of {entry.name.decode()}": (
            with_content(entry.name.decode().removesuffix(".npy"), entry.content[:length]),
            "got another array header" if length < 128 else "more or fewer bytes",
        )
        for entry in FILES
        for part, length in NPY_PARTS.items()
    }
    | {
        f"a deflate stream, {part} of {entry.name.decode()}": (
            with_entry(
                entry.name.decode().removesuffix(".npy"),
                lambda found, length=length: replace(found, packed=deflated(found.content)[:length]),
                DEFLATED,
            ),
            "got another array header|does not unpack to|cannot be inflated",
        )
        for entry in entries(small(), DEFLATED)
        for part, length in {"behind a byte": 1, "in the middle": 40, "a byte before the end": -1}.items()
    }
    | {
        f"the metadata, behind {match.end()} characters": (with_metadata(TEXT[: match.end()]), "not JSON")
        for match in re.finditer(r'"[^"]*"|[0-9]+|[^\s]', TEXT[:-1])
    }
)
