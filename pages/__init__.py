"""The dashboard: its pages, which Streamlit finds by their numbers, and a room for each subject.

Without this file, another package named `pages` would be imported in place of this folder, if one is
installed.
"""

import os

# Like the workers. With a thread for each core, OpenBLAS keeps all of them busy for a while after each large
# product, in case another comes: a press of Start cost the server twice as much processor time. And a run is
# the same to the last bit only with as many threads. NumPy's libraries read this as it is imported.
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
