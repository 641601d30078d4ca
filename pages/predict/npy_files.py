"""The tutorial's six .npy files, which together are one model."""

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
    """Return why files of these names are not the six, or None if they are."""
    counts = Counter(names)
    unknown = [name for name in counts if name not in NAMES]
    if unknown:
        return f"Got {', '.join(unknown)}; expected only the names {', '.join(NAMES)}. Remove or rename."
    repeated = [name for name in NAMES if counts[name] > 1]
    if repeated:
        return f"Got {', '.join(repeated)} twice; expected each file once. Remove one."
    missing = [name for name in NAMES if name not in counts]
    if missing:
        return f"Still missing: {', '.join(missing)}."
    return None


def model_of(files: Mapping[str, IO[bytes]]) -> Model:
    """Return the model in the six files, keyed by name. Raises PolycoreError that names the file or array."""
    return Model.from_arrays({name.removesuffix(".npy"): _array(name, file) for name, file in files.items()})


def _array(name: str, file: IO[bytes]) -> object:
    try:
        return read_npy(file)
    except WeightFileError as error:
        raise WeightFileError(f"{name}: {error}") from error
