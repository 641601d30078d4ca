"""The exceptions of polycore.

ValueError
└── PolycoreError
    ├── RunFileError
    └── WeightFileError
"""


class PolycoreError(ValueError):
    """An invalid value: the text says what it is, what was got, what was expected and what to do."""


class RunFileError(PolycoreError):
    """An invalid run file. The text is one printable line of at most 300 characters."""


class WeightFileError(PolycoreError):
    """An invalid weight file. The text is one printable line of at most 300 characters."""
