"""An outcome as bytes, but for the time it took: equal where two are the same to the last bit."""

import pickle

import numpy as np


def as_bytes(outcome):
    model = outcome.model
    arrays = [] if model is None else [*model.weights, *model.biases]
    figures = [outcome.loss, outcome.accuracy, outcome.held_out_accuracy]
    texts = [outcome.index, outcome.experiment.to_json(), outcome.steps, outcome.ended_because, outcome.error]
    metadata = None if model is None else repr(model.metadata)
    return pickle.dumps(([np.asarray(array).tobytes() for array in arrays], figures, texts, metadata))


def by_index(outcomes):
    """Return the bytes of each outcome by its index, each of which must be there once."""
    pairs = [(outcome.index, as_bytes(outcome)) for outcome in outcomes]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
