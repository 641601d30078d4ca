"""What polycore raises where it cannot go on.

ValueError
└── PolycoreError
    ├── RunFileError
    └── WeightFileError
"""


class PolycoreError(ValueError):
    """A value that cannot be worked with: the text says what, what was found and what to do."""


class RunFileError(PolycoreError):
    """A run file that is refused. The text is one printable line of at most 300 characters."""


class WeightFileError(PolycoreError):
    """A weight file that is refused. The text is one printable line of at most 300 characters."""
