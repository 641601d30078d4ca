"""What only programs that use scikit-learn ask for: an estimator's tags, and classes of errors and warnings.

Nothing here imports scikit-learn for a program that has not done so itself.
"""

import sys
from typing import Any

from polycore.errors import PolycoreError


def classifier_tags() -> Any:
    """Return the tags of a classifier of dense points, for scikit-learn 1.6 or newer.

    Only scikit-learn asks for them, so it is there.
    """
    from sklearn.utils import ClassifierTags, Tags, TargetTags

    return Tags(
        estimator_type="classifier",
        target_tags=TargetTags(required=True),
        classifier_tags=ClassifierTags(),
    )


def metadata_request(owner: object) -> Any:
    """Return what a classifier is sent besides X and y: its `score` weights of points.

    Only scikit-learn asks for it, if a program has switched the routing of metadata on.
    """
    from sklearn.utils.metadata_routing import MetadataRequest

    request = MetadataRequest(owner=owner)
    request.score.add_request(param="sample_weight", alias=True)
    return request


def not_fitted_error(text: str) -> PolycoreError:
    """Return an error that is also scikit-learn's NotFittedError, if the program uses scikit-learn."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return PolycoreError(text)
    return _error_class(exceptions.NotFittedError)(text)


def conversion_warning() -> type[UserWarning]:
    """Return scikit-learn's DataConversionWarning, if the program uses scikit-learn; otherwise its base."""
    exceptions = sys.modules.get("sklearn.exceptions")
    return UserWarning if exceptions is None else exceptions.DataConversionWarning


def _error_class(not_fitted: type[Exception]) -> type[PolycoreError]:
    class NotFittedError(PolycoreError, not_fitted):  # type: ignore[misc, valid-type]
        def __reduce__(self) -> Any:  # another process finds no class that was created in a function
            return not_fitted_error, self.args

    return NotFittedError
