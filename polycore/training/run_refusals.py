"""The reasons to refuse a run file, each with one fixed text.

polycore.model.refusals has the reasons that all files share. This module replaces its texts that
name the kind of file, and adds the reasons that only a run file has. A name is one of named_arrays.RUN_NAMES
or run_metadata.FIELDS.
"""

from enum import Enum

from polycore.model.refusals import AGAIN, MAX_ENTRIES, ReadingError, Reason, Shape, filled

_AGAIN = "Save the run again, or download or copy the file again."


class RunReason(Enum):
    """A reason that only a run file has, its text as the value."""

    MISSING = f"{{name}} is missing; expected it of a run of this experiment at its step. {_AGAIN}"
    ARRAY = f"{{name}}: got another type or order than expected of a run of this experiment. {_AGAIN}"
    SHAPE = f"{{name}}: got shape {{shape}}; expected that of the experiment and the metadata. {_AGAIN}"
    UNWANTED = f"{{name}}: expected no such array of a run of this experiment at its step. {_AGAIN}"
    NUMBERS = f"{{name}}: got a number that is not finite or out of range. {_AGAIN}"
    KIND = "metadata's kind: got none or another one; expected 'run'. Choose a file that Run.save wrote."
    FORMAT = (
        "metadata's format: got none or an unknown one; expected the integer 3 or 4. Load the run with "
        "the version of polycore that wrote it."
    )
    FIELDS = f"metadata: got other fields; expected those in docs/run-file.md of polycore. {_AGAIN}"
    EXPERIMENT = (
        "metadata's experiment: got a field that is unknown or out of range. Load the run with the "
        "version of polycore that wrote it."
    )
    POINTS_SUMMARY = (
        "metadata's experiment: got other data than a run on own points has; expected their number, their "
        f"SHA-256 and the names of their classes. {_AGAIN}"
    )
    POINTS = (
        "data_points and data_labels: got points that are not allowed, or others than the SHA-256 of the "
        f"metadata says. {_AGAIN}"
    )
    EARLIER = (
        "metadata's earlier: got other parts of a run's past than a run has, or parts that do not follow one "
        f"another. {_AGAIN}"
    )
    PAST = (
        "earlier_history, snapshot_step: got steps or shares that do not fit the run, or snapshots that it "
        f"would not keep. {_AGAIN}"
    )
    FIELD = f"metadata's {{name}}: got another type than a run's, or a value out of range. {_AGAIN}"
    ENDED = f"metadata's ended: got a reason for which this run cannot have ended at its step. {_AGAIN}"
    HISTORY = f"history_step: got steps that do not ascend from its first step to at most its last. {_AGAIN}"
    ERRORS = (
        f"point_errors, new_point_errors: got more errors than points in a cell; expected fewer. {_AGAIN}"
    )
    PAIRS = (
        "curvatures: got a value that is not the product of its changes and differences, or not above 0. "
        f"{_AGAIN}"
    )
    SET_UP = (
        "the run's experiment cannot be trained: its polynomials are too large on its range of x. "
        "Narrow the range."
    )
    TOO_LARGE = (
        f"{{name}}: got a number that no weight file can hold once the scaling is folded into it. {_AGAIN}"
    )

    def text(self, name: str = "", shape: Shape = ()) -> str:
        """Return the text with `name` and `shape` filled in; `name` must not be copied from a file."""
        return filled(str(self.value), name, shape)


_RUN_TEXTS = {
    Reason.NO_ARCHIVE: (
        "this is not a run file: its first bytes are different. Choose a file that Run.save wrote."
    ),
    Reason.ENTRIES: (
        f"the archive: got more than {MAX_ENTRIES} entries; expected the arrays of a run and metadata. "
        f"{_AGAIN}"
    ),
    Reason.ENTRY_NAME: (
        f"the archive: got an entry of another name; expected those in docs/run-file.md of polycore. {_AGAIN}"
    ),
    Reason.OTHER_KIND: (
        "this is a weight file, not a run file: a trained network without the state of its run. Load it with "
        "Model.load, or upload it on the Predict page."
    ),
    Reason.ARRAY_HEADER: (
        "{name}: got another array header; expected one that NumPy writes for numbers or text (.npy version "
        f"1.0). {_AGAIN}"
    ),
    Reason.NO_OBJECT: "metadata: got other JSON; expected an object with the fields of a run.",
}


def text_of(error: ReadingError) -> str:
    """Return the text of the error for a run file."""
    return filled(fixed_text(error.reason), **error.fields)


def fixed_text(reason: Reason) -> str:
    """Return the text for a run file of a reason that all files share, with its fields still open."""
    return _RUN_TEXTS.get(reason) or str(reason.value).replace("weight file", "run file").replace(
        AGAIN, _AGAIN
    )
