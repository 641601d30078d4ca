"""Estimator: settings that can be read, changed and copied by name, as scikit-learn expects of anything."""

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
