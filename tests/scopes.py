"""Which tests go to one process together, for what they share, and which have a browser."""

# Their tests share what takes seconds to set up: a server, a cluster, hostile files, fits, parsed modules.
WHOLE_FILES = (
    "tests/attacks/test_hostile_files.py",
    "tests/browser/",
    "tests/channel/",
    "tests/faults/test_cluster.py",
    "tests/hosting/",
    "tests/pages/test_help.py",
    "tests/pages/test_lesson_questions.py",
    "tests/polycore/test_compact_weights.py",
    "tests/polycore/test_film.py",
    "tests/polycore/test_fitting.py",
    "tests/polycore/test_sweep_on_dask.py",
    "tests/test_rooms.py",
    "tests/test_scripts.py",
    "tests/test_server.py",
    "tests/test_starter.py",
)
# The tests of all its files share one build and one environment.
WHOLE_FOLDER = "tests/package/"


def scope_of(nodeid: str) -> str:
    """Return what all tests that stay together have in common: a folder, a file, or the test's own ID."""
    if nodeid.startswith(WHOLE_FOLDER):
        return WHOLE_FOLDER
    return nodeid.split("::")[0] if nodeid.startswith(WHOLE_FILES) else nodeid


def has_browser(nodeid: str) -> bool:
    """Return whether a test, or a scope of tests, has a browser."""
    return nodeid.startswith("tests/browser/")
