"""A run that comes back as a file: with its set-up, paused where it was, ready to go on."""

import io

import streamlit as st

from pages.runs.runner import Training
from pages.server import hosting
from pages.server.pool import workers
from pages.state import session, typed
from pages.wording import refusal
from polycore import PolycoreError, Run, advance
from polycore.training import run_file

PREFIX = "run_upload"
OPEN_KEY, FILE_KEY = f"{PREFIX}.open", f"{PREFIX}.file"
TAKEN_KEY, REFUSED_KEY = f"{PREFIX}.taken", f"{PREFIX}.refused"


def draw() -> None:
    """Draw the expander with the uploader, and why its file was refused."""
    expander = st.expander("Bring a run back", icon=":material/upload_file:", key=OPEN_KEY, on_change="rerun")
    if not expander.open:
        return
    with expander:
        st.write(
            "A run that was taken along goes on here as if it had never stopped: it comes with its set-up, "
            "paused at its step."
        )
        key = _key()
        file = st.file_uploader(
            "Run file, from here or from Run.save",
            # no `type`: a phone that does not know the ending would not let the file be chosen
            max_upload_size=_max_megabytes(),
            key=key,
            on_change=_take,
            args=(key,),
            help="What is here now makes room for it; Undo brings that back. Nothing in a file is ever run.",
        )
        refused = st.session_state.get(REFUSED_KEY)
        if file is not None and refused is not None and refused[0] == file.file_id:
            refusal.show("This run was refused. What you had is still there.", refused[1])


def _take(key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    try:
        training = _training_of(file.getvalue())
    except PolycoreError as error:
        st.session_state[REFUSED_KEY] = (file.file_id, f"{file.name}: {error}")
        return
    _begin(training)
    st.session_state[OPEN_KEY] = False
    # under another key the uploader will be empty: what was taken is the session's run
    st.session_state[TAKEN_KEY] = st.session_state.get(TAKEN_KEY, 0) + 1


def _training_of(content: bytes) -> Training:
    limits = hosting.limits()
    # before its samples are drawn: that may be the dearest part of loading it
    limits.check(run_file.experiment_of(io.BytesIO(content)))
    return Training(Run.load(io.BytesIO(content)), workers, advance, limits.max_seconds)


def _begin(training: Training) -> None:
    """Make it the session's run and its experiment the set-up. A toast offers back what was there."""
    typed.note()
    session.collect()
    before = session.current()
    if before.training is not None:
        before.training.pause()
    session.exchange_run(training)
    session.replace_setup(training.run.experiment)
    session.collect()
    session.offer_undo(f"A run came in as a file, at step {training.run.step:,}.", before)


def _key() -> str:
    return f"{FILE_KEY}.{st.session_state.get(TAKEN_KEY, 0)}"


def _max_megabytes() -> int:
    """Return what this server and the format allow; the browser says it before a byte is sent."""
    return min(int(st.get_option("server.maxUploadSize")), run_file.MAX_BYTES >> 20)
