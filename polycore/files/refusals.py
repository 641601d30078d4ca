"""Why a file is refused: one fixed text for each reason, as a weight file's reader says it.

A run file's reader says some of them in other words: see polycore.training.run_refusals.

No text repeats anything of a file, because nothing of a file can be put into one. The places in a text take
- a name, which is one of named_arrays.NAMES or "the .npy file": looked up by the reader, never copied;
- numbers that the reader counted or compared, told up to 9,999,999 and as "more than 9,999,999" beyond;
- a shape, told the same way, and by its number of dimensions alone where these are more than two.
So a text stays one printable line of at most 300 characters, whatever the file is.
"""

from enum import Enum
from typing import Any

from polycore.limits import MAX_CLASSES, MAX_DEGREE, MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH, MIN_CLASSES

Shape = tuple[int, ...]

_MAX_TOLD = 9_999_999
MAX_ENTRIES = 2 * MAX_LAYERS + 3  # weights and biases a layer, loss, accuracy and metadata
AGAIN = "Save the arrays again with numpy.savez."


class Reason(Enum):
    """A reason to refuse a file, its text as the value."""

    # the source
    NO_FILE = "there is no weight file at that path, or it may not be looked at."
    NO_ORDINARY_FILE = "the weight file's path is a folder or a device; give an ordinary file."
    UNREADABLE_PATH = "the weight file cannot be read; look at its permissions."
    UNREADABLE_FILE = "the weight file cannot be read; open it with mode 'rb'."
    NO_BYTES = "the weight file does not give bytes; open it with mode 'rb'."
    NO_SOURCE = "a weight file is a path or an open binary file; wrap bytes in io.BytesIO."
    TOO_LARGE = "the file has more than {limit} bytes; no larger one can be a sound weight file."
    EMPTY = (
        "the weight file is empty: nothing was saved in it, or it stands at its end (then seek(0)). "
        "Save it once more."
    )

    # the archive
    NO_ARCHIVE = (
        "this is no .npz file: it does not begin as one. Choose a file that was saved here or by numpy.savez."
    )
    NO_END = (
        "the file does not end as an .npz archive without a comment does: it was cut off, has something "
        "behind it, or is no weight file. Take the file again from where it came."
    )
    DISKS = f"the archive claims to have more than one disk; wanted one. {AGAIN}"
    COMMENT = f"the archive claims a comment that is not there; wanted none. {AGAIN}"
    DIRECTORY_PLACE = f"the archive's directory does not lie right before the file's end. {AGAIN}"
    ENTRIES = (
        f"the archive has more than {MAX_ENTRIES} entries; wanted weights and biases of up to {MAX_LAYERS} "
        "layers, loss, accuracy and metadata. Leave out the others."
    )
    DIRECTORY_SHORT = f"the archive's directory has fewer entries than it claims. {AGAIN}"
    DIRECTORY_EXTRA = (
        f"an entry of the archive's directory has a comment, an extra field or another disk. {AGAIN}"
    )
    DIRECTORY_LENGTH = f"the archive's directory is longer or shorter than its entries. {AGAIN}"
    ENTRY_NAME = (
        "an entry of the archive has another name than weights_l1.npy, biases_l1.npy, ... of layers 1 to "
        f"{MAX_LAYERS}, loss.npy, accuracy.npy or metadata.npy. Leave it out."
    )
    OTHER_KIND = (
        "this is a run file, not a weight file. Load it with Run.load, or bring it back on the Train page; "
        "its network can be saved from there."
    )
    ENTRY_TWICE = f"{{name}} is in the archive twice; wanted it once. {AGAIN}"
    FLAGS = f"{{name}} is flagged in the archive as encrypted, streamed or otherwise special. {AGAIN}"
    VERSION = f"{{name}} asks for a reader of a later zip format than 4.5. {AGAIN}"
    METHOD = f"{{name}} is neither stored nor deflated, but packed another way. {AGAIN}"
    SIZE = "{name} claims to have more bytes than any array allowed there has: more than {largest}."
    OVERLAP = f"the archive's entries overlap, or bytes before or between them belong to none. {AGAIN}"
    NO_ENTRY = f"the archive's directory points where no entry begins. {AGAIN}"
    HEADERS_DIFFER = (
        "the archive's directory and an entry's own header differ in name, version, flags, method or "
        f"checksum. {AGAIN}"
    )
    SIZES_DIFFER = f"the archive's directory and an entry's own header differ in sizes. {AGAIN}"
    INTO_DIRECTORY = f"an entry of the archive runs into the directory. {AGAIN}"
    BEFORE_DIRECTORY = f"bytes before the archive's directory belong to no entry. {AGAIN}"
    INFLATE = f"{{name}} is damaged: its deflated bytes cannot be inflated. {AGAIN}"
    UNPACKED_SIZE = f"{{name}} does not unpack to as many bytes as the archive declares, and no more. {AGAIN}"
    CHECKSUM = f"{{name}} is damaged: its checksum is wrong. {AGAIN}"

    # the arrays
    ARRAY_HEADER = (
        "{name} has no array header as NumPy writes it for numbers or text (.npy version 1.0). "
        "Save it with NumPy, as float64."
    )
    NO_NUMBERS = (
        "{name} is not of real numbers; wanted float64 or float32, little-endian. Save it as float64."
    )
    NO_TEXT = "metadata is not one text; wanted JSON as a NumPy string of shape ()."
    BODY_SIZE = f"{{name}} has more or fewer bytes behind its header than its shape and type need. {AGAIN}"
    ARRAY_SHAPE = f"{{name}} has shape {{shape}}; wanted at most 2 dimensions of at most {MAX_WIDTH}."

    # the network
    LAYERS = f"there are weights and biases of {{layers}} layers; wanted 1 to {MAX_LAYERS}."
    MISSING = (
        "{name} is missing; wanted weights and biases of layers 1, 2, 3 ... without a gap, loss and accuracy."
    )
    ARRAYS = (
        "there are {arrays} arrays; wanted {wanted}: weights_l1, biases_l1, and so on for each layer, loss "
        "and accuracy. Remove the others."
    )
    FIRST_INPUTS = "{name} has shape {shape}; wanted ({inputs}, neurons), since there are 2 inputs."
    INPUTS = (
        "{name} has shape {shape}; wanted ({inputs}, neurons), since layer {giver} gives {inputs}. "
        "Give each layer as many rows as the layer before has neurons."
    )
    WIDTH = f"{{name}} has shape {{shape}}; wanted 1 to {MAX_WIDTH} neurons."
    BIASES = "{name} has shape {shape}; wanted (1, {width}), one a neuron."
    CLASSES = (
        f"the last layer gives {{classes}} classes; wanted {MIN_CLASSES} to {MAX_CLASSES}, one a polynomial."
    )
    PARAMETERS = (
        f"there are {{parameters}} weights and biases; at most {MAX_PARAMETERS:,} are allowed. "
        "Use fewer or narrower layers."
    )
    SCALAR = "{name} has shape {shape}; wanted (), one number."

    # the metadata
    UNICODE = "metadata is not well-formed Unicode; wanted JSON without surrogates."
    LONG_METADATA = "metadata has {characters} characters; at most {limit} are allowed. Keep less of it."
    NESTING = "metadata is nested more than {limit} deep; nothing honest is. Flatten it."
    JSON = "metadata is not JSON from character {position} on; wanted one object and nothing behind it."
    NO_OBJECT = "metadata is JSON, but no object; wanted one with format and polynomials."
    SURROGATE = "metadata has half a surrogate pair in a text; wanted Unicode."
    INTEGER = "metadata has an integer of more than {limit} digits; shorten it."
    NOT_FINITE = "metadata has a number that is not finite; wanted finite ones."
    KEY_TWICE = "metadata has an object with the same key twice; wanted each once."
    FORMAT = "metadata's format is missing or unknown; wanted the integer {wanted}."
    POLYNOMIALS = (
        "metadata's polynomials are missing, or not as many as the {classes} classes; wanted a list of "
        "coefficients for each class."
    )
    COEFFICIENTS = (
        "polynomial {position} of the metadata is no list of 1 to "
        f"{MAX_DEGREE + 1} coefficients, highest degree first."
    )
    COEFFICIENT = (
        "polynomial {position} of the metadata has a coefficient that is no finite number; wanted only those."
    )

    def text(self, name: str = "", shape: Shape = (), **numbers: int) -> str:
        """Return the text with `name`, which must be no name of the file's own, `shape` and `numbers`."""
        return filled(str(self.value), name, shape, **numbers)


class ReadingError(Exception):
    """What is wrong with a file, before its own reader says so in words that suit its kind."""

    def __init__(self, reason: Reason, name: str = "", shape: Shape = (), **numbers: int) -> None:
        """Take the reason, and what `Reason.text` puts in the places of its text."""
        super().__init__(reason.text(name, shape, **numbers))
        self.reason = reason
        self.places: dict[str, Any] = {"name": name, "shape": shape, **numbers}


def filled(text: str, name: str, shape: Shape, **numbers: int) -> str:
    """Return a fixed text with these in its places."""
    told = {key: _told(number) for key, number in numbers.items()}
    return text.format(name=name, shape=_told_shape(shape), **told)


def _told(number: int) -> str:
    return f"{number:,}" if number <= _MAX_TOLD else f"more than {_MAX_TOLD:,}"


def _told_shape(shape: Shape) -> str:
    if len(shape) > 2:
        return f"of {_told(len(shape))} dimensions"
    lengths = ", ".join(str(length) if length <= _MAX_TOLD else _told(length) for length in shape)
    return f"({lengths},)" if len(shape) == 1 else f"({lengths})"
