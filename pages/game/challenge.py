"""A challenge: the ten points of a game with the score and time to beat, as parameters of a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.game.game import POINTS, Game
from polycore import Experiment, PolycoreError
from polycore.limits import MAX_SEED
from polycore.links import link
from polycore.quoting import quoted

MOST_SECONDS = 86_400  # a day; longer times count as a day
IGNORED = "The challenge is ignored."


@dataclass(frozen=True)
class Challenge:
    """The points (by `experiment` and `seed`), and the score and whole seconds to beat."""

    experiment: Experiment
    seed: int
    score: int
    seconds: int

    @classmethod
    def of(cls, game: Game) -> "Challenge":
        """Return the challenge to beat a finished game."""
        return cls(game.experiment, game.seed, game.score, min(round(game.time), MOST_SECONDS))

    def is_played_in(self, game: Game) -> bool:
        """Return whether a game has the points of this challenge."""
        return (self.experiment, self.seed) == (game.experiment, game.seed)

    def is_beaten_by(self, game: Game) -> bool:
        """Return whether a finished game has a higher score, or the same one in fewer whole seconds."""
        other = Challenge.of(game)
        return (other.score, -other.seconds) > (self.score, -self.seconds)

    def is_equaled_by(self, game: Game) -> bool:
        """Return whether a finished game has the same score in as many whole seconds."""
        other = Challenge.of(game)
        return (other.score, other.seconds) == (self.score, self.seconds)


@dataclass(frozen=True)
class Received:
    """The challenge of a link, or None, and a sentence for each parameter that could not be read."""

    challenge: Challenge | None
    problems: tuple[str, ...]


def to_address(page: str, challenge: Challenge, weights: str | None = None) -> str:
    """Return the link to `page`, an address without a query, with the parameters of set-up and challenge.

    `weights`, in the compact form of links, let the friend play against the same network.
    """
    parameters = {name: str(getattr(challenge, field)) for name, (field, _) in _PARAMETERS.items()}
    return f"{link.to_address(page, challenge.experiment, weights)}&{urlencode(parameters)}"


def from_query(query: Mapping[str, str], opened: link.Opened) -> Received:
    """Return the challenge of a query that was opened as `opened`, if it is complete and valid."""
    if not _PARAMETERS.keys() & query.keys():
        return Received(None, ())
    if any(not problem.startswith(f"{link.WEIGHTS}:") for problem in opened.problems):
        return Received(
            None,
            ("The challenge is ignored: its points depend on the whole set-up, which could not be read.",),
        )
    numbers, problems = {}, []
    for name, (field, most) in _PARAMETERS.items():
        try:
            numbers[field] = _whole(query.get(name), most)
        except PolycoreError as error:
            problems.append(f"{name}: {error} {IGNORED}")
    return Received(None if problems else Challenge(opened.experiment, **numbers), tuple(problems))


def _whole(text: str | None, most: int) -> int:
    if text is None:
        raise PolycoreError(f"got nothing; expected a whole number from 0 to {most:,}.")
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most):
        raise PolycoreError(f"got {quoted(text, 30)}; expected a whole number from 0 to {most:,}.")
    return int(text)


# The parameters of a link, each with its field and its largest value. Users keep links, so no parameter may
# change its name or meaning.
_PARAMETERS = {
    "game": ("seed", MAX_SEED),
    "score": ("score", POINTS),
    "seconds": ("seconds", MOST_SECONDS),
}
