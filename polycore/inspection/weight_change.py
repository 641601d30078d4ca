"""How one weight or bias changes in a step of a run, from the slope of each point to its new value."""

import html
from dataclasses import dataclass

from polycore.arrays import Floats
from polycore.formatting import counted, number_text
from polycore.formula import Line, lines_text
from polycore.inspection.parameter_index import ParameterIndex


@dataclass(frozen=True, eq=False, repr=False)
class WeightChange:
    """A weight or a bias in the next step of a run. `str` has all of it as text.

    Attributes
    ----------
    index
        Which one it is.
    name
        The same in words.
    before
        Its value before the step. In the first layer it acts on standardized inputs.
    after
        Its value after the step.
    slopes
        How fast the loss of each point of the batch rises with it, (N,); None if the optimizer is a search,
        which follows no slope.
    lines
        From its mean slope to its new value, which is the last line, or from what a search tries.
    in_file
        How the number in the weight file, which acts on inputs as they are, follows from it before and after
        the step; () if the two are the same.
    reason
        Why it moves as it does, as a clause.
    """

    index: ParameterIndex
    name: str
    before: float
    after: float
    slopes: Floats | None
    lines: tuple[Line, ...]
    in_file: tuple[Line, ...]
    reason: str

    @property
    def mean_slope(self) -> float | None:
        """The mean of `slopes`; None in a search."""
        return None if self.slopes is None else float(self.slopes.mean())

    @property
    def sentence(self) -> str:
        """A sentence on where it moves, and why."""
        change = self.after - self.before
        if change == 0:
            return f"The {self.name} stays as it is: {self.reason}."
        way = f"goes {'up' if change > 0 else 'down'} by {number_text(abs(change))}"
        return f"The {self.name} {way}: {self.reason}."

    def __repr__(self) -> str:
        """Which one it is, and its value before and after the step."""
        return f"<WeightChange: {self.name}, {number_text(self.before)} → {number_text(self.after)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the same text as `str` gives."""
        return f"<pre>{html.escape(str(self))}</pre>"

    def __str__(self) -> str:
        """Return the sentence, and below it the calculation."""
        parts = [self.sentence, *([] if self.slopes is None else [self._slopes_text(self.slopes)])]
        parts.append(lines_text(self.lines))
        if self.in_file:
            parts.append("In the weight file it acts on inputs as they are, not standardized:")
            parts.append(lines_text(self.in_file))
        return "\n".join(parts)

    def _slopes_text(self, slopes: Floats) -> str:
        down, up, neither = (f"{int(chosen.sum()):,}" for chosen in (slopes > 0, slopes < 0, slopes == 0))
        ends = f"{number_text(slopes.min())} to {number_text(slopes.max())}"
        return (
            f"Of {counted(len(slopes), 'point')}, {down} pull it down with a slope above 0, {up} up and "
            f"{neither} not at all. Their slopes reach from {ends}."
        )
