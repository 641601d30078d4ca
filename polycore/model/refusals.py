"""The reasons to refuse a file, each with one fixed text, in the words of the weight file's reader.

The run file's reader replaces some of the texts: see polycore.training.run_refusals.

Nothing from a file can get into a text. The fields of a text take only
- a name, which is one of named_arrays.NAMES or "the .npy file": looked up by the reader, never copied;
- numbers that the reader counted or compared, written up to 9,999,999 and as "more than 9,999,999" beyond;
- a shape, written the same way; with more than two dimensions, only their number.
So a text stays one printable line of at most 300 characters, whatever the file is.
"""

from enum import Enum
from typing import Any

from polycore.limits import (
    MAX_CLASSES,
    MAX_DEGREE,
    MAX_LAYERS,
    MAX_NAME,
    MAX_PARAMETERS,
    MAX_WIDTH,
    MIN_CLASSES,
)

Shape = tuple[int, ...]

_MAX_WRITTEN = 9_999_999
MAX_ENTRIES = 20  # of a run with SOAP, points by errors and a past; a weight file has 19 at most
AGAIN = "Save the arrays again with numpy.savez."


class Reason(Enum):
    """A reason to refuse a file, its text as the value."""

    # the source
    NO_FILE = "there is no weight file at that path, or reading it is not permitted."
    NO_ORDINARY_FILE = "the weight file's path is a folder or a device; expected an ordinary file."
    UNREADABLE_PATH = "the weight file cannot be read; check its permissions."
    UNREADABLE_FILE = "the weight file cannot be read; open it with mode 'rb'."
    NO_BYTES = "the weight file does not return bytes; open it with mode 'rb'."
    NO_SOURCE = "the weight file: expected a path or an open binary file; wrap bytes in io.BytesIO."
    TOO_LARGE = "the file: got more than {limit} bytes; expected at most that many in a weight file."
    EMPTY = (
        "the weight file is empty; expected an .npz archive. Save it again, or call seek(0) if it is an open "
        "file at its end."
    )

    # the archive
    NO_ARCHIVE = (
        "this is not an .npz file: its first bytes are different. Choose a file saved by polycore or "
        "numpy.savez."
    )
    NO_END = (
        "the file does not end like an .npz archive without a comment: it is cut off, has extra bytes, or is "
        "not a weight file. Download or copy it again."
    )
    DISKS = f"the archive: got more than one disk; expected one. {AGAIN}"
    COMMENT = f"the archive: got a comment, or the length of one; expected none. {AGAIN}"
    DIRECTORY_POSITION = f"the archive's directory is not directly before the end of the file. {AGAIN}"
    ENTRIES = (
        f"the archive: got more than {MAX_ENTRIES} entries; expected weights and biases of up to "
        f"{MAX_LAYERS} layers, loss, accuracy and metadata. Remove the others."
    )
    DIRECTORY_SHORT = f"the archive's directory has fewer entries than it declares. {AGAIN}"
    DIRECTORY_EXTRA = (
        f"the archive's directory: got a comment, an extra field or another disk; expected none. {AGAIN}"
    )
    DIRECTORY_LENGTH = f"the archive's directory is longer or shorter than its entries. {AGAIN}"
    ENTRY_NAME = (
        "the archive: got an entry of another name; expected weights_l1.npy, biases_l1.npy, ... of layers "
        f"1 to {MAX_LAYERS}, loss.npy, accuracy.npy and metadata.npy. Remove it."
    )
    MIXED_NAMES = (
        "the archive: got arrays named weights_l1 and others named layer_weights_1; expected one kind of "
        "name. Save the model again with polycore."
    )
    OTHER_KIND = (
        "this is a run file, not a weight file. Load it with Run.load, or upload it on the Train page, where "
        "you can save its network."
    )
    ENTRY_TWICE = f"the archive: got {{name}} twice; expected it once. {AGAIN}"
    FLAGS = f"{{name}}: got flags for encryption, streaming or the like; expected none. {AGAIN}"
    VERSION = f"{{name}}: got a later version of the zip format; expected at most 4.5. {AGAIN}"
    METHOD = f"{{name}}: got another compression method; expected stored or deflated. {AGAIN}"
    SIZE = "{name}: got a declared size of more than {largest} bytes; expected at most that many."
    OVERLAP = f"the archive's entries overlap, or bytes before or between them belong to none. {AGAIN}"
    NO_ENTRY = f"the archive's directory points to bytes that are not an entry. {AGAIN}"
    HEADERS_DIFFER = (
        "the archive's directory and the header of an entry differ in name, version, flags, method or "
        f"checksum. {AGAIN}"
    )
    SIZES_DIFFER = f"the archive's directory and the header of an entry differ in sizes. {AGAIN}"
    INTO_DIRECTORY = f"an entry of the archive overlaps the directory. {AGAIN}"
    BEFORE_DIRECTORY = f"bytes before the archive's directory belong to no entry. {AGAIN}"
    INFLATE = f"{{name}} is damaged: its deflated bytes cannot be inflated. {AGAIN}"
    UNPACKED_SIZE = f"{{name}} does not unpack to exactly the number of bytes that is declared. {AGAIN}"
    CHECKSUM = f"{{name}} is damaged: its checksum is wrong. {AGAIN}"

    # the arrays
    ARRAY_HEADER = (
        "{name}: got another array header; expected one that NumPy writes for numbers or text (.npy version "
        "1.0). Save it with NumPy, as float64."
    )
    NO_NUMBERS = (
        "{name}: got another type; expected real numbers, little-endian float64 or float32. "
        "Save it as float64."
    )
    NO_TEXT = "metadata: got something other than one text; expected JSON as a NumPy string of shape ()."
    BODY_SIZE = f"{{name}} has more or fewer bytes after its header than its shape and type need. {AGAIN}"
    ARRAY_SHAPE = f"{{name}}: got shape {{shape}}; expected at most 2 dimensions of at most {MAX_WIDTH}."

    # the network
    LAYERS = f"weights and biases: got {{layers}} layers; expected 1 to {MAX_LAYERS}."
    MISSING = (
        "{name} is missing; expected weights and biases of layers 1, 2, 3 ... without a gap, loss and "
        "accuracy."
    )
    ARRAYS = (
        "got {arrays} arrays; expected {expected}: weights_l1, biases_l1, and so on for each layer, loss "
        "and accuracy. Remove the others."
    )
    FIRST_INPUTS = "{name}: got shape {shape}; expected ({inputs}, neurons), one row for each input."
    INPUTS = (
        "{name}: got shape {shape}; expected ({inputs}, neurons), since layer {previous} has {inputs}. "
        "Give each layer as many rows as the previous layer has neurons."
    )
    WIDTH = f"{{name}}: got shape {{shape}}; expected 1 to {MAX_WIDTH} neurons."
    BIASES = "{name}: got shape {shape}; expected (1, {width}), one bias per neuron."
    CLASSES = (
        f"the last layer: got {{classes}} classes; expected {MIN_CLASSES} to {MAX_CLASSES}, one per "
        "polynomial."
    )
    PARAMETERS = (
        f"weights and biases: got {{parameters}}; expected at most {MAX_PARAMETERS:,}. "
        "Use fewer or narrower layers."
    )
    SCALAR = "{name}: got shape {shape}; expected (), one number."

    # the metadata
    UNICODE = "metadata: got ill-formed Unicode; expected JSON without surrogates."
    LONG_METADATA = "metadata: got {characters} characters; expected at most {limit}. Keep less of it."
    NESTING = "metadata: got nesting more than {limit} deep; expected less. Flatten it."
    JSON = "metadata is not JSON from character {position} on; expected one object and nothing after it."
    NO_OBJECT = "metadata: got other JSON; expected an object with format and polynomials."
    SURROGATE = "metadata: got half a surrogate pair in a text; expected Unicode."
    INTEGER = "metadata: got an integer of more than {limit} digits; expected a shorter one."
    NOT_FINITE = "metadata: got a number that is not finite; expected finite numbers."
    KEY_TWICE = "metadata: got an object with the same key twice; expected each key once."
    FORMAT = (
        "metadata's format: got none or an unknown one; expected the integer {expected} or {or_expected}."
    )
    FORMAT_OF_OTHERS = (
        "metadata: got none, or a format other than {expected}; expected that of arrays named "
        "layer_weights_1. Save the model again with polycore."
    )
    ACTIVATION = (
        "metadata's activation: got none or an unknown one; expected one that this polycore knows. It may "
        "come from a newer one."
    )
    FEATURES = (
        "metadata's features: got none or others; expected some that this polycore knows, in their order. "
        "They may come from a newer one."
    )
    NO_CURVES = "metadata's features: got distances without polynomials; expected polynomials, or others."
    POLYNOMIALS = (
        "metadata's polynomials: got none, or another number than the {classes} classes; expected a list of "
        "coefficients for each class."
    )
    CLASS_NAMES = (
        "metadata's classes: got none, or another number than the {classes} classes; expected a name for "
        "each class."
    )
    CLASS_NAME = (
        "metadata's classes: got a name that is not allowed, or one twice; expected different texts of 1 to "
        f"{MAX_NAME} printable characters."
    )
    COEFFICIENTS = (
        "metadata's polynomial {position}: got something else; expected a list of 1 to "
        f"{MAX_DEGREE + 1} coefficients, highest degree first."
    )
    COEFFICIENT = (
        "metadata's polynomial {position}: got a coefficient that is not a finite number; expected finite "
        "numbers."
    )

    def text(self, name: str = "", shape: Shape = (), **numbers: int) -> str:
        """Return the text with its fields filled in; `name` must not be copied from a file."""
        return filled(str(self.value), name, shape, **numbers)


class ReadingError(Exception):
    """A reason to refuse a file, for the reader of its kind to put into words."""

    def __init__(self, reason: Reason, name: str = "", shape: Shape = (), **numbers: int) -> None:
        """Take the reason, and what `Reason.text` fills in."""
        super().__init__(reason.text(name, shape, **numbers))
        self.reason = reason
        self.fields: dict[str, Any] = {"name": name, "shape": shape, **numbers}


def filled(text: str, name: str, shape: Shape, **numbers: int) -> str:
    """Return a fixed text with its fields filled in."""
    # a limit is our own, and as long as it is; a number of a file may be as long as the file
    written = {
        field: f"{number:,}" if field == "limit" else _number_text(number)
        for field, number in numbers.items()
    }
    return text.format(name=name, shape=_shape_text(shape), **written)


def _number_text(number: int) -> str:
    return f"{number:,}" if number <= _MAX_WRITTEN else f"more than {_MAX_WRITTEN:,}"


def _shape_text(shape: Shape) -> str:
    if len(shape) > 2:
        return f"of {_number_text(len(shape))} dimensions"
    lengths = ", ".join(str(length) if length <= _MAX_WRITTEN else _number_text(length) for length in shape)
    return f"({lengths},)" if len(shape) == 1 else f"({lengths})"
