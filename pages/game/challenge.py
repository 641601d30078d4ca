"""A challenge: the ten points of a game and what somebody reached on them, as words of a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.game.game import POINTS, Game
from polycore import Experiment, PolycoreError
from polycore.experiment.experiment import MAX_SEED
from polycore.links import link
from polycore.quoting import quoted

MOST_SECONDS = 86_400  # a day: whoever thinks longer is told of as having thought so long


@dataclass(frozen=True)
class Challenge:
    """Whose points they are (`experiment` and `seed`), and the score and whole seconds to beat."""

    experiment: Experiment
    seed: int
    score: int
    seconds: int

    @classmethod
    def of(cls, game: Game) -> "Challenge":
        """Return the challenge that a finished game makes."""
        return cls(game.experiment, game.seed, game.score, min(round(game.time), MOST_SECONDS))

    def is_met_in(self, game: Game) -> bool:
        """Return whether a game is played on these very points."""
        return (self.experiment, self.seed) == (game.experiment, game.seed)

    def is_beaten_by(self, game: Game) -> bool:
        """Return whether a finished game has a higher score, or the same one in fewer whole seconds."""
        other = Challenge.of(game)
        return (other.score, -other.seconds) > (self.score, -self.seconds)

    def is_equalled_by(self, game: Game) -> bool:
        """Return whether a finished game has the same score in as many whole seconds."""
        other = Challenge.of(game)
        return (other.score, other.seconds) == (self.score, self.seconds)


@dataclass(frozen=True)
class Received:
    """What a link brought: a challenge, or None, and a sentence for each word that could not be used."""

    challenge: Challenge | None
    problems: tuple[str, ...]


def to_address(page: str, challenge: Challenge, weights: str | None = None) -> str:
    """Return the whole link to `page`, an address without a query: the set-up's words and the challenge's.

    `weights`, as `compact` gives them, let the friend play against the same network.
    """
    words = {name: str(getattr(challenge, field)) for name, (field, _) in _WORDS.items()}
    return f"{link.to_address(page, challenge.experiment, weights)}&{urlencode(words)}"


def from_query(query: Mapping[str, str], opened: link.Opened) -> Received:
    """Return the challenge of a query that gave `opened`, if there is one that is whole and sound."""
    if not _WORDS.keys() & query.keys():
        return Received(None, ())
    if any(not problem.startswith(f"{link.WEIGHTS}:") for problem in opened.problems):
        return Received(None, ("The challenge is left out: without the whole set-up its points are others.",))
    numbers, problems = {}, []
    for name, (field, most) in _WORDS.items():
        try:
            numbers[field] = _whole(query.get(name), most)
        except PolycoreError as error:
            problems.append(f"{name}: {error} The challenge is left out.")
    return Received(None if problems else Challenge(opened.experiment, **numbers), tuple(problems))


def _whole(words: str | None, most: int) -> int:
    if words is None:
        raise PolycoreError("it is missing.")
    if not (words.isascii() and words.isdigit() and len(words) <= 10 and int(words) <= most):
        raise PolycoreError(f"{quoted(words, 30)} is no whole number from 0 to {most:,}.")
    return int(words)


# The names in the address, each with its field and the largest number it may be. They are in links people
# keep: none may change its name or meaning.
_WORDS = {
    "game": ("seed", MAX_SEED),
    "score": ("score", POINTS),
    "seconds": ("seconds", MOST_SECONDS),
}
