"""A frame: what a browser needs to show a run as it is at one moment, complete in itself.

The bytes, little-endian: the length of the header (uint32), the header (JSON, UTF-8), then the blobs one
after another. The header has what `Frame.header` holds and, under "blobs", the name and the length of each.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

_numbers = count(1)


def next_number() -> int:
    """Return the sequence of a new frame: greater than that of each one before, whatever it shows."""
    return next(_numbers)


@dataclass(frozen=True, eq=False)
class Frame:
    """What a run shows at one moment.

    run: its name. sequence: a later frame has a greater one; browsers drop frames that come late.
    header: anything that JSON can hold. blobs: arrays as bytes, by name.
    """

    run: str
    sequence: int
    header: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def content(self) -> bytes:
        """The whole frame."""
        return self._packed(self.blobs)

    @cached_property
    def without_blobs(self) -> bytes:
        """The frame for a tab that nobody sees."""
        return self._packed({})

    def _packed(self, blobs: Mapping[str, bytes]) -> bytes:
        lengths = [[name, len(blob)] for name, blob in blobs.items()]
        header = {"run": self.run, "sequence": self.sequence, **self.header, "blobs": lengths}
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return b"".join([len(text).to_bytes(4, "little"), text, *blobs.values()])
