"""Weight files that must be refused, by a name that says what is wrong, each with a part of the reason."""

from tests.attacks import (
    bombs,
    broken_archives,
    broken_arrays,
    broken_metadata,
    broken_networks,
    broken_others,
    truncations,
)

_GROUPS = {
    "archive": broken_archives.ARCHIVE,
    "flag": broken_archives.FLAGS,
    "method": broken_archives.METHODS,
    "name": broken_archives.NAMES,
    "bomb": bombs.BOMBS,
    "cut off": truncations.TRUNCATIONS,
    "header": broken_arrays.HEADERS,
    "type": broken_arrays.TYPES,
    "body": broken_arrays.BODIES,
    "network": broken_networks.NETWORK,
    "number": broken_networks.VALUES,
    "metadata": broken_metadata.METADATA,
    "other network": broken_others.OTHERS,
}
REFUSED = {f"{group}, {name}": case for group, cases in _GROUPS.items() for name, case in cases.items()}
