"""polycore compared with the tutorial's loop, PyTorch and scikit-learn: `python3 run.py benchmarks`."""
