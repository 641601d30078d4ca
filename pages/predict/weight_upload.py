"""Uploading models: one .npz file for each, or the tutorial's six .npy files together."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import IO

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.models import kept_actions
from pages.server import server
from pages.state import refusal, session
from pages.state.uploads import Upload
from polycore import Model, PolycoreError, WeightFileError
from polycore.model.weight_file import MAX_BYTES, read_npy
from polycore.quoting import visible

PREFIX = "weight_upload"
FILES_KEY = f"{PREFIX}.files"
REPLACED = "The upload replaced an older model."
MAX_MEGABYTES = MAX_BYTES // 2**20  # the browser checks it before it sends a byte
NPY_NAMES = (
    "weights_l1.npy",
    "biases_l1.npy",
    "weights_l2.npy",
    "biases_l2.npy",
    "loss.npy",
    "accuracy.npy",
)

_Batch = tuple[UploadedFile, ...]  # the files of one model
_Ids = frozenset[str]


def is_filled() -> bool:
    """Return whether the uploader has files: what became of them is to be seen."""
    return bool(_files())


def draw() -> None:
    """Draw the uploader, and the outcome of each file in it. An added model is in use at once."""
    st.file_uploader(
        "Upload a model: an .npz file, or the tutorial's six .npy files",
        # no `type`: a phone that does not know the extension would not let the user choose the file
        accept_multiple_files=True,
        max_upload_size=MAX_MEGABYTES,
        key=FILES_KEY,
        on_change=_load_new,
        help="An .npz file from here or from numpy.savez. Code in a file is never run.",
    )
    kept_actions.draw_going(session.going_for(1), "upload")
    uploads = session.current().uploads
    for batch in _batches(_files(), uploads):
        _draw_upload(batch, uploads.get(_ids(batch)))


def _load_new() -> None:
    """Load each batch that is new: the uploader keeps the files of earlier script runs."""
    before = session.current()
    files = _files()
    for batch in _batches(files, before.uploads):
        if _ids(batch) not in before.uploads and _problem(batch) is None:
            session.note_upload(_ids(batch), _loaded(batch), shown=_ids(files))
    # only so many models are kept
    if not all(kept in session.current().models.kept for kept in before.models.kept):
        session.offer_undo(REPLACED, before)


def _loaded(batch: _Batch) -> Upload:
    contents: dict[str, IO[bytes]] = {file.name: io.BytesIO(file.getvalue()) for file in batch}
    try:
        model = model_of_npy(contents) if _is_npy(batch[0]) else Model.load(contents[batch[0].name])
        server.current().limits.check_model(model)  # the server keeps a dozen for each of a hundred tabs
        session.add_upload(model)
    except PolycoreError as error:
        return Upload(error=str(error))
    return Upload(title=session.current().models.in_use)


def _draw_upload(batch: _Batch, upload: Upload | None) -> None:
    problem = _problem(batch)
    names = ", ".join(file.name for file in batch)
    if upload is not None and upload.error:
        refusal.show(refusal.UNREAD_FILE, f"{names}: {upload.error}")
    elif upload is not None:
        # st.text renders no Markdown in a file's name; invisible characters could reverse the line
        st.text(f"{visible(names)}: added as {upload.title}.")
    elif problem is not None:
        refusal.show("The six .npy files belong together.", problem)


def _batches(files: Sequence[UploadedFile], uploads: Mapping[_Ids, Upload]) -> list[_Batch]:
    """Return the files of each model: all .npy files that have not made a model yet are one batch."""
    batches: list[_Batch] = [(file,) for file in files if not _is_npy(file)]
    pieces = [file for file in files if _is_npy(file)]
    for ids in (ids for ids, upload in uploads.items() if upload.title is not None):
        loaded = tuple(file for file in pieces if file.file_id in ids)
        if loaded:
            batches.append(loaded)
            pieces = [file for file in pieces if file not in loaded]
    return [*batches, tuple(pieces)] if pieces else batches


def _problem(batch: _Batch) -> str | None:
    return npy_problem([file.name for file in batch]) if _is_npy(batch[0]) else None


def _is_npy(file: UploadedFile) -> bool:
    return bool(file.name.lower().endswith(".npy"))


def _ids(files: Sequence[UploadedFile]) -> _Ids:
    return frozenset(file.file_id for file in files)


def _files() -> list[UploadedFile]:
    return list(st.session_state.get(FILES_KEY) or [])


def npy_problem(names: Sequence[str]) -> str | None:
    """Return why files of these names are not the tutorial's six, or None if they are."""
    counts = Counter(names)
    unknown = [name for name in counts if name not in NPY_NAMES]
    if unknown:
        return f"Got {', '.join(unknown)}; expected only the names {', '.join(NPY_NAMES)}. Remove or rename."
    repeated = [name for name in NPY_NAMES if counts[name] > 1]
    if repeated:
        return f"Got {', '.join(repeated)} twice; expected each file once. Remove one."
    missing = [name for name in NPY_NAMES if name not in counts]
    if missing:
        return f"Still missing: {', '.join(missing)}."
    return None


def model_of_npy(files: Mapping[str, IO[bytes]]) -> Model:
    """Return the model in the six files, by name. Raises PolycoreError that names the file or array."""
    arrays: dict[str, object] = {}
    for name, file in files.items():
        try:
            arrays[name.removesuffix(".npy")] = read_npy(file)
        except WeightFileError as error:
            raise WeightFileError(f"{name}: {error}") from error
    return Model.from_arrays(arrays)
