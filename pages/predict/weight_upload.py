"""Models that come as files: one .npz each, or the tutorial's six .npy files together."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.predict import npy_files
from pages.server import hosting
from pages.state import session
from pages.state.session_value import Session
from pages.wording import refusal
from polycore import Model, PolycoreError
from polycore.model.weight_file import MAX_BYTES
from polycore.quoting import visible

PREFIX = "weight_upload"
FILES_KEY, OUTCOMES_KEY = f"{PREFIX}.files", f"{PREFIX}.outcomes"
MAX_MEGABYTES = MAX_BYTES // 2**20  # the browser says it before a byte is sent

_Batch = tuple[UploadedFile, ...]  # the files of one model
_Ids = frozenset[str]


@dataclass(frozen=True)
class _Outcome:
    """What became of a batch: the title under which the model is kept, or why it was refused."""

    title: str | None = None
    error: str | None = None


def draw() -> None:
    """Draw the uploader, and what became of each file in it. A model that is taken answers at once."""
    st.file_uploader(
        "Upload a model: an .npz file, or the tutorial's six .npy files",
        # no `type`: a phone that does not know the ending would not let the file be chosen
        accept_multiple_files=True,
        max_upload_size=MAX_MEGABYTES,
        key=FILES_KEY,
        on_change=_take,
        help=(
            "An .npz from here, or from numpy.savez with the same names. The six .npy files may come all at "
            "once or one after another. Nothing in a file is ever run."
        ),
    )
    files = _files()
    outcomes = _outcomes()
    for batch in _batches(files, outcomes):
        _report(batch, outcomes.get(_ids(batch)))


def _take() -> None:
    """Take each new batch. Streamlit runs the page again with the same files: these are not new."""
    outcomes, before = _outcomes(), session.current()
    for batch in _batches(_files(), outcomes):
        if _ids(batch) not in outcomes and _problem(batch) is None:
            outcomes[_ids(batch)] = _tried(batch)
    _offer_what_went(before)


def _offer_what_went(before: Session) -> None:
    """Offer back the models that made room, where as many were kept as can be."""
    if not all(kept in session.current().models.kept for kept in before.models.kept):
        session.offer_undo("An older model made room for the upload.", before)


def _tried(batch: _Batch) -> _Outcome:
    try:
        model = _model(batch)
    except PolycoreError as error:
        return _Outcome(error=str(error))
    session.add_upload(model)
    return _Outcome(title=session.current().models.in_use)


def _model(batch: _Batch) -> Model:
    contents = {file.name: io.BytesIO(file.getvalue()) for file in batch}
    is_npy = _is_npy(batch[0])
    model = npy_files.model_of(contents) if is_npy else Model.load(contents[batch[0].name])
    hosting.limits().check_model(model)  # a dozen are kept for each of a hundred tabs
    return model


def _report(batch: _Batch, outcome: _Outcome | None) -> None:
    problem = _problem(batch)
    names = ", ".join(file.name for file in batch)
    if outcome is not None and outcome.title is not None:
        # st.text reads no Markdown in a file's name; what cannot be seen might turn the line around
        st.text(f"{visible(names)}: taken as {outcome.title}.")
    elif outcome is not None and outcome.error is not None:
        refusal.show("This file was refused. What you had is still there.", f"{names}: {outcome.error}")
    elif problem is not None:
        refusal.show("The six .npy files belong together.", problem)


def _batches(files: Sequence[UploadedFile], outcomes: dict[_Ids, _Outcome]) -> list[_Batch]:
    """Return the files model by model: those .npy files that made none yet belong together."""
    batches: list[_Batch] = [(file,) for file in files if not _is_npy(file)]
    pieces = [file for file in files if _is_npy(file)]
    for ids in (ids for ids, outcome in outcomes.items() if outcome.title is not None):
        made = tuple(file for file in pieces if file.file_id in ids)
        if made:
            batches.append(made)
            pieces = [file for file in pieces if file not in made]
    return [*batches, tuple(pieces)] if pieces else batches


def _problem(batch: _Batch) -> str | None:
    return npy_files.problem([file.name for file in batch]) if _is_npy(batch[0]) else None


def _is_npy(file: UploadedFile) -> bool:
    return bool(file.name.lower().endswith(".npy"))


def _ids(batch: _Batch) -> _Ids:
    return frozenset(file.file_id for file in batch)


def _files() -> list[UploadedFile]:
    return list(st.session_state.get(FILES_KEY) or [])


def _outcomes() -> dict[_Ids, _Outcome]:
    outcomes: dict[_Ids, _Outcome] = st.session_state.setdefault(OUTCOMES_KEY, {})
    return outcomes
