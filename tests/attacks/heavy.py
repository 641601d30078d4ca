"""Sound or nearly sound weight files that cost much to read, at the limits of what is allowed."""

import json
from dataclasses import replace

import numpy as np

from tests.attacks.archives import DEFLATED, archive, deflated, entries, metadata_text, network, saved
from tests.attacks.variations import noted, with_entry, with_metadata

LONG = 2**18 - 200  # characters that fit beside the rest of the metadata


def files() -> dict[str, bytes]:
    """Return the files by what is much in them."""
    large = network(2, 512, 507, 512, 5) | {"metadata": np.array(metadata_text(5))}
    zeros = {name: np.zeros_like(array) for name, array in large.items() if name != "metadata"}
    blocks = b"\0\0\0\xff\xff" * 800_000
    return {
        "524,288 numbers": saved(large),
        "524,288 float32 numbers, stored": archive(
            entries({name: array.astype("<f4") for name, array in zeros.items()})
        ),
        "524,288 zeros, deflated": archive(entries(zeros, DEFLATED)),
        "4 MB of deflate blocks with nothing in them": with_entry(
            "weights_l1", lambda entry: replace(entry, packed=blocks + deflated(entry.content)), DEFLATED
        ),
        "87,000 lists": noted(f"[{'[],' * 87_000}[]]"),
        "65,000 objects": noted(f"[{'{},' * 65_000 + '{}'}]"),
        "43,000 numbers": noted(f"[{'1e-30,' * 43_000}1]"),
        "20,000 keys": noted(json.dumps({f"{key:x}": 1 for key in range(20_000)})),
        "a number of 260,000 digits": noted("0." + "1" * 260_000),
        "260,000 letters beyond 16 bits": noted('"' + "\N{GRINNING FACE}" * LONG + '"'),
        "43,000 escapes": noted('"' + "\\u00e9" * 43_000 + '"'),
        "130,000 escaped quotes": noted('"' + '\\"' * 130_000 + '"'),
        "130,000 escaped quotes without an end": with_metadata('"' + '\\"' * 130_000),
        "4,400 lists 31 deep": noted("[" + ",".join(["[" * 29 + "]" * 29] * 4_400) + "]"),
        "spaces": with_metadata(metadata_text() + " " * LONG),
    }
