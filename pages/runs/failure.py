"""Why a run failed, in a sentence for its user."""

from concurrent.futures import BrokenExecutor

from polycore import PolycoreError
from polycore.workers.chunk import MAX_DEATHS
from polycore.workers.start_error import StartError

MAX_SENTENCE = 300  # characters


def sentence(error: Exception) -> str:
    """Return a sentence on why the next steps of a run could not be computed."""
    if isinstance(error, PolycoreError):
        text = str(error)
    elif isinstance(error, StartError):
        text = f"{error} The run is as it was before these steps: resume it in a minute."
    elif isinstance(error, BrokenExecutor):
        text = (
            f"{MAX_DEATHS} worker processes ended one after another at the same steps, perhaps for lack of "
            "memory. The run is as it was before these steps: resume it, or try a smaller network or fewer "
            "samples."
        )
    elif isinstance(error, MemoryError):
        text = (
            "The next steps need more memory than one run may use. The run is as it was before these steps: "
            "resume it, or try a smaller network, fewer samples or a smaller batch."
        )
    else:
        text = f"The run is as it was before a worker raised {type(error).__name__}: {error}"
    return " ".join(text.split())[:MAX_SENTENCE]
