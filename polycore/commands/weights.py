"""The model in a weight file that an argument names."""

from polycore.errors import WeightFileError
from polycore.model import Model


def model_at(path: str) -> Model:
    """Return the model. Raises WeightFileError, naming the path."""
    try:
        return Model.load(path)
    except WeightFileError as error:
        raise WeightFileError(f"{path}: {error}") from error
