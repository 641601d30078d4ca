"""The network as an estimator by the conventions of scikit-learn, without scikit-learn."""
