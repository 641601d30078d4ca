"""Python that would run where a reader unpickles or evaluates: it makes the file named by MARKER."""

import pickle
from typing import Any


class Payload:
    """Pickles to a call that creates the file named by MARKER in the environment."""

    def __reduce__(self) -> Any:
        return eval, (CODE,)


CODE = "open(__import__('os').environ['MARKER'], 'w').close()"
PICKLE = pickle.dumps(Payload())
