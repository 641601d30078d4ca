"""The tutorial's six .npy files: one model in pieces."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import IO

from polycore import Model, WeightFileError
from polycore.model.weight_file import read_npy

NAMES = (
    "weights_l1.npy",
    "biases_l1.npy",
    "weights_l2.npy",
    "biases_l2.npy",
    "loss.npy",
    "accuracy.npy",
)


def problem(names: Sequence[str]) -> str | None:
    """Say what keeps files of these names from being the six, or return None where they are."""
    counts = Counter(names)
    unknown = [name for name in counts if name not in NAMES]
    if unknown:
        return f"{', '.join(unknown)}: none of the six names, which are {', '.join(NAMES)}. Remove or rename."
    double = [name for name in NAMES if counts[name] > 1]
    if double:
        return f"{', '.join(double)} is there twice. Remove one."
    missing = [name for name in NAMES if name not in counts]
    if missing:
        return f"Still missing: {', '.join(missing)}."
    return None


def model_of(files: Mapping[str, IO[bytes]]) -> Model:
    """Return the model of the six files by name. Raises PolycoreError, naming the file or the array."""
    return Model.from_arrays({name.removesuffix(".npy"): _array(name, file) for name, file in files.items()})


def _array(name: str, file: IO[bytes]) -> object:
    try:
        return read_npy(file)
    except WeightFileError as error:
        raise WeightFileError(f"{name}: {error}") from error
