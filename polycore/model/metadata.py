"""The metadata of a file: one JSON object in well-formed Unicode, within limits.

Source: RFC 8259, without extensions: no NaN, no repeated keys, nothing after the object.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from polycore.class_name import ClassName, are_names
from polycore.errors import PolycoreError
from polycore.experiment.json_text import nesting
from polycore.limits import MAX_DEGREE
from polycore.model.refusals import ReadingError, Reason
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import in_order

Coefficients = tuple[float, ...]

FORMAT, FORMAT_OF_OWN_POINTS, FORMAT_OF_OTHERS = 1, 2, 3
MAX_METADATA = 2**18  # characters; the largest possible experiment needs about 8,000
MAX_METADATA_NESTING = 32
# Python's own limit on digits can be lowered, but not below this, so every reader accepts as many.
MAX_INTEGER_DIGITS = 640

_LARGEST_FLOAT = float(np.finfo(np.float64).max)


def text_of(body: bytes) -> str:
    """Return the text that NumPy stores as `body`. Raises ReadingError if it is not Unicode."""
    try:
        # NumPy pads texts with NULs and strips them when reading
        return body.decode("utf-32-le").rstrip("\0")
    except UnicodeDecodeError as error:
        raise ReadingError(Reason.UNICODE) from error


def parsed(text: str) -> dict[str, Any]:
    """Return the one JSON object in `text`. Raises ReadingError if it breaks a rule or a limit."""
    if len(text) > MAX_METADATA:
        raise ReadingError(Reason.LONG_METADATA, characters=len(text), limit=MAX_METADATA)
    if nesting(text) > MAX_METADATA_NESTING:
        raise ReadingError(Reason.NESTING, limit=MAX_METADATA_NESTING)
    metadata = _loaded(text)
    if not isinstance(metadata, dict):
        raise ReadingError(Reason.NO_OBJECT)
    try:
        written(metadata).encode()
    except UnicodeEncodeError as error:
        raise ReadingError(Reason.SURROGATE) from error
    return metadata


def written(metadata: Mapping[str, object]) -> str:
    """Return `metadata` as JSON. Raises what `json.dumps` raises."""
    return json.dumps(metadata, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def checked_metadata(metadata: Mapping[str, object]) -> dict[str, Any]:
    """Return `metadata` as a file would return it. Raises PolycoreError if no file can hold it."""
    try:
        text = written(metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise PolycoreError(
            f"metadata: got values that JSON cannot hold ({error}); expected JSON values only."
        ) from error
    try:
        return parsed(text)
    except ReadingError as error:
        raise PolycoreError(str(error)) from error


def format_of(metadata: Mapping[str, Any]) -> int:
    """Return the format of a weight file. Raises ReadingError if it is not a known one."""
    version = metadata.get("format")
    if type(version) is not int or version not in (FORMAT, FORMAT_OF_OWN_POINTS):
        raise ReadingError(Reason.FORMAT, expected=FORMAT, or_expected=FORMAT_OF_OWN_POINTS)
    return version


def check_format_of_others(metadata: Mapping[str, Any]) -> None:
    """Raise ReadingError unless this is the metadata of a network with arrays named layer_weights_1, ..."""
    version = metadata.get("format")
    if type(version) is not int or version != FORMAT_OF_OTHERS:
        raise ReadingError(Reason.FORMAT_OF_OTHERS, expected=FORMAT_OF_OTHERS)


def features_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the features. Raises ReadingError if they are not known ones."""
    names = metadata.get("features")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ReadingError(Reason.FEATURES)
    known = in_order(names)
    if known is None or list(known) != names:
        raise ReadingError(Reason.FEATURES)
    return known


def activation_of(metadata: Mapping[str, Any]) -> str:
    """Return the name of the activation. Raises ReadingError if it is not a known one."""
    name = metadata.get("activation")
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise ReadingError(Reason.ACTIVATION)
    return name


def classes_of(metadata: Mapping[str, Any], classes: int) -> tuple[ClassName, ...]:
    """Return the name of each class. Raises ReadingError if they are not those of a weight file."""
    names = metadata.get("classes")
    if not isinstance(names, list) or len(names) != classes:
        raise ReadingError(Reason.CLASS_NAMES, classes=classes)
    if not are_names(names):
        raise ReadingError(Reason.CLASS_NAME)
    return tuple(map(ClassName, names))


def polynomials_of(metadata: Mapping[str, Any], classes: int) -> tuple[Coefficients, ...]:
    """Return the coefficients of one polynomial per class, highest degree first.

    Raises ReadingError if the polynomials are not those of a weight file.
    """
    polynomials = metadata.get("polynomials")
    if not isinstance(polynomials, list) or len(polynomials) != classes:
        raise ReadingError(Reason.POLYNOMIALS, classes=classes)
    return tuple(_coefficients(position, item) for position, item in enumerate(polynomials))


def _loaded(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_finite,
            object_pairs_hook=_without_repeated_keys,
        )
    except json.JSONDecodeError as error:
        raise ReadingError(Reason.JSON, position=error.pos) from error


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ReadingError(Reason.INTEGER, limit=MAX_INTEGER_DIGITS)
    return int(digits)


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ReadingError(Reason.NOT_FINITE)
    return value


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ReadingError(Reason.KEY_TWICE)
    return values


def _coefficients(position: int, value: object) -> Coefficients:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_DEGREE + 1:
        raise ReadingError(Reason.COEFFICIENTS, position=position)
    for item in value:
        # an integer may be too large for a float, but Python can still compare it with one
        if type(item) not in (int, float) or not -_LARGEST_FLOAT <= item <= _LARGEST_FLOAT:
            raise ReadingError(Reason.COEFFICIENT, position=position)
    return tuple(map(float, value))
