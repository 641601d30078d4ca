"""What a tab has in the server alone: its run, kept networks and uploaded points; and what to say of a loss.

A server that is restarted, or has not heard of a tab for a quarter of an hour, has forgotten it all. The tab
still knows what it had, and says so when it comes back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from polycore.formatting import counted

MOST_NETWORKS = 1000  # a browser may say anything


@dataclass(frozen=True)
class Holdings:
    """Whether a tab has a run and uploaded points, and how many networks it keeps."""

    run: bool = False
    networks: int = 0
    points: bool = False

    @classmethod
    def said(cls, value: Any) -> "Holdings":
        """Return what a browser says; nothing if that makes no sense."""
        if not isinstance(value, Mapping):
            return cls()
        networks = value.get("networks")
        if not isinstance(networks, int) or not 0 <= networks <= MOST_NETWORKS:
            networks = 0
        return cls(value.get("run") is True, networks, value.get("points") is True)

    def to_json(self) -> dict[str, Any]:
        """Return the value that `said` reads."""
        return asdict(self)

    def gone(self, *, network_in_address: bool) -> str | None:
        """Say that all of it is gone but for a network that came back by the address; None if nothing is."""
        networks = self.networks - network_in_address
        names = ["your run"] * self.run
        names += [counted(networks, "kept network")] * (networks > 0)
        names += ["your uploaded points"] * self.points
        if not names:
            return None
        *others, last = names
        verb = "is" if names in (["your run"], ["1 kept network"]) else "are"
        what = f"{', '.join(others)} and {last}" if others else last
        kept = "The set-up is still here"
        if network_in_address:
            kept = "The set-up and the network in the address are still here"
        return (
            "The server was restarted, or this tab was away for more than a quarter of an hour: "
            f"{what} {verb} gone. {kept}."
        )
