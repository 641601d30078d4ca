"""Links for tests: with every part, also those that they leave out."""

from urllib.parse import parse_qsl, urlsplit

from polycore import Experiment
from polycore.links import link


def whole(experiment: Experiment, version: str = "2") -> dict[str, str]:
    """Return the query that says every part."""
    names = link.NAMES_OF_POLYNOMIALS if experiment.data is None else link.NAMES_OF_POINTS
    return {"v": version} | {name: link.written(experiment, name) for name in names}


def words_of(address: str) -> dict[str, str]:
    """Return the parts of an address and, if the dashboard wrote it, the defaults that it leaves out."""
    parts = dict(parse_qsl(urlsplit(address).query))
    return whole(Experiment()) | parts if parts.get("v") == link.VERSION else parts
