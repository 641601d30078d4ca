"""Why a run file is refused: one fixed text for each reason, as its reader says it.

polycore.files.refusals has what any archive, array or JSON may have wrong. Here are those of its texts that
name the kind of file, and the reasons that only a run file has. A name is one of named_arrays.RUN_NAMES or
run_metadata.FIELDS.
"""

from enum import Enum

from polycore.files.refusals import AGAIN, MAX_ENTRIES, ReadingError, Reason, Shape, filled

_AGAIN = "Save the run once more, or take the file again from where it came."


class RunReason(Enum):
    """A reason that only a run file has, its text as the value."""

    MISSING = f"{{name}} is missing; a run of its experiment has it at its step. {_AGAIN}"
    ARRAY = f"{{name}} is not of the type and the order that a run of its experiment has it in. {_AGAIN}"
    SHAPE = f"{{name}} has shape {{shape}}; wanted what its experiment and the metadata ask for. {_AGAIN}"
    UNWANTED = f"{{name}} is no array that a run of its experiment has at its step. {_AGAIN}"
    NUMBERS = f"{{name}} has a number that is not finite or out of its range. {_AGAIN}"
    KIND = "metadata does not say that this is a run; choose a file that Run.save wrote."
    FORMAT = (
        "metadata's format is missing or unknown here; wanted the integer 1. Load the run with the polycore "
        "that wrote it."
    )
    FIELDS = (
        f"metadata has other fields than a run file's; docs/run-file.md of polycore has them all. {_AGAIN}"
    )
    EXPERIMENT = (
        "metadata's experiment is none that can be trained here: a field is unknown or out of its range. "
        "Load the run with the polycore that wrote it."
    )
    FIELD = f"metadata's {{name}} is of another type than a run's, or out of its range. {_AGAIN}"
    ENDED = f"metadata's ended is no reason for which a run of its experiment ends where it stands. {_AGAIN}"
    HISTORY = (
        "history_step does not begin at step 0, does not ascend, or goes on behind the step of the run. "
        f"{_AGAIN}"
    )
    PAIRS = (
        "a pair of changes and differences does not have the curvature that curvatures tells, or none above "
        f"0. {_AGAIN}"
    )
    SET_UP = (
        "the run's experiment cannot be trained: the polynomials are too large on its range to be worked "
        "with. Narrow the range."
    )
    TOO_LARGE = (
        f"{{name}} has a number that no weight file could hold once the scaling is folded into it. {_AGAIN}"
    )

    def text(self, name: str = "", shape: Shape = ()) -> str:
        """Return the text with `name`, which must be no name of the file's own, and `shape`."""
        return filled(str(self.value), name, shape)


_OTHERWISE = {
    Reason.NO_ARCHIVE: "this is no run file: it does not begin as one. Choose a file that Run.save wrote.",
    Reason.ENTRIES: (
        f"the archive has more than {MAX_ENTRIES} entries; wanted the arrays of a run and metadata. {_AGAIN}"
    ),
    Reason.ENTRY_NAME: (
        "an entry of the archive has another name than a run file's; docs/run-file.md of polycore has them "
        f"all. {_AGAIN}"
    ),
    Reason.OTHER_KIND: (
        "this is a weight file, not a run file: a trained network, and no run to go on with. Load it with "
        "Model.load, or upload it on the Predict page."
    ),
    Reason.ARRAY_HEADER: (
        f"{{name}} has no array header as NumPy writes it for numbers or text (.npy version 1.0). {_AGAIN}"
    ),
    Reason.NO_OBJECT: "metadata is JSON, but no object; wanted one with the fields of a run.",
}


def text_of(error: ReadingError) -> str:
    """Return what the reader of run files says of it."""
    return filled(fixed_text(error.reason), **error.places)


def fixed_text(reason: Reason) -> str:
    """Return the text of a reason that any file may have, as it stands for a run file."""
    otherwise = _OTHERWISE.get(reason)
    return otherwise or str(reason.value).replace("weight file", "run file").replace(AGAIN, _AGAIN)
