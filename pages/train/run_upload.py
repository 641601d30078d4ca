"""Uploading a run file: the run comes with its set-up, paused at its step and ready to resume."""

import io

import streamlit as st

from pages.runs.training import Training
from pages.server import presence, server
from pages.state import refusal, session
from pages.state.uploads import Upload
from polycore import PolycoreError, Run, advance
from polycore.training import run_file

PREFIX = "run_upload"
OPEN_KEY, FILE_KEY = f"{PREFIX}.open", f"{PREFIX}.file"
LABEL = "Run file, from here or from Run.save"


def draw() -> None:
    """Draw the expander with the uploader, and the reason if its file was refused."""
    uploads = session.current().uploads
    # other keys close the expander and empty the uploader: its run is now the session's
    emptied = session.current().emptied_uploaders
    expander = st.expander(
        "Import a run", icon=":material/upload_file:", key=f"{OPEN_KEY}.{emptied}", on_change="rerun"
    )
    if not expander.open:
        return
    with expander:
        st.write(
            "A run that was downloaded continues here as if it had never stopped. It comes with its set-up, "
            "paused at its step."
        )
        key = f"{FILE_KEY}.{emptied}"
        file = st.file_uploader(
            LABEL,
            # no `type`: a phone that does not know the extension would not let the user choose the file
            # what the server and the format allow; the browser checks it before it sends a byte
            max_upload_size=min(int(st.get_option("server.maxUploadSize")), run_file.MAX_BYTES >> 20),
            key=key,
            on_change=_load,
            args=(key,),
            help="It replaces the run and the set-up here; Undo restores them. Code in a file is never run.",
        )
        upload = None if file is None else uploads.get(frozenset({file.file_id}))
        if upload is not None and upload.error:
            refusal.show(refusal.UNREAD_FILE, upload.error)


def _load(key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    files = frozenset({file.file_id})
    try:
        training = training_from(file.getvalue())
    except PolycoreError as error:
        session.note_upload(files, Upload(error=f"{file.name}: {error}"), shown=files)
        return
    replace_run(training)
    session.empty_uploader()


def training_from(content: bytes) -> Training:
    """Return the run in a file, ready to resume.

    Raises PolycoreError if it cannot be read, or exceeds the limits of this server.
    """
    own = server.current()
    # checked before its samples are drawn, which may be the most expensive part of loading it
    own.limits.check(run_file.experiment_of(io.BytesIO(content)))
    run, owner = Run.load(io.BytesIO(content)), presence.session_name()
    return Training(run, own.workers, advance, own.limits.max_seconds, owner=owner)


def replace_run(training: Training) -> None:
    """Make it the session's run, and its experiment the set-up. A toast offers to undo this."""
    session.collect()
    before = session.current()
    if before.training is not None:
        before.training.pause()
    session.exchange_run(training)
    session.replace_setup(training.view.run.experiment)
    session.collect()
    session.offer_undo(f"The run was imported. It is at step {training.view.run.step:,}.", before)
