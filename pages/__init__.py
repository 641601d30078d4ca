"""The dashboard: its pages, which Streamlit finds by their numbers, and a room for each subject.

Without this file, another package named `pages` would be imported in place of this folder, if one is
installed.
"""

import os

# NumPy multiplies with one thread in the server, as in the workers. By default OpenBLAS takes one for each
# core, and these stay busy for a while after each large product: a press of Start cost twice the processor
# time. Also, a run is the same to the last bit only with the same number of threads. NumPy's libraries read
# this when it is imported.
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
