"""What scikit-learn expects of any estimator: settings by name, tags, and its own classes of errors.

Nothing here imports scikit-learn for a program that has not done so itself.
"""

import sys
from dataclasses import dataclass, fields
from typing import Any, Self

from polycore.checks import described
from polycore.errors import PolycoreError


@dataclass(kw_only=True, eq=False, repr=False)
class Estimator:
    """The base of an estimator whose settings are the fields of a dataclass.

    They are kept as given, since one may be set after the other, with values in between that do not fit
    together. `fit` checks them.
    """

    def __repr__(self) -> str:
        """The settings that have other values than their defaults."""
        changed = [
            f"{field.name}={value!r}"
            for field in fields(self)
            if (value := getattr(self, field.name)) is not field.default
            and repr(value) != repr(field.default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - no setting is an estimator
        """Return the settings by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def set_params(self, **params: Any) -> Self:
        """Change settings by name, and return this estimator. Raises PolycoreError if a name is unknown."""
        known = self.get_params()
        for name in params:
            if name not in known:
                raise PolycoreError(
                    f"{described(name)}: got an unknown setting of {type(self).__name__}; expected one of "
                    f"{', '.join(known)}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self


# --- what only programs that use scikit-learn ask for -----------------------------------------


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
