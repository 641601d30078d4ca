"""What only the server has of a tab: its run, kept networks and uploaded points; a message if they are lost.

A server forgets them when it is restarted, or has not heard of the tab for a quarter of an hour. The tab
still knows what it had, and reports it when it comes back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from polycore.formatting import counted

MOST_NETWORKS = 1000  # a browser may send anything
FORGOTTEN = "The server was restarted, or this tab was away for more than a quarter of an hour: "
SET_UP_STAYS = "The set-up is still here"


@dataclass(frozen=True)
class Holdings:
    """Whether a tab has a run and uploaded points, and how many networks it keeps."""

    run: bool = False
    networks: int = 0
    points: bool = False

    @classmethod
    def from_browser(cls, value: object) -> "Holdings":
        """Return the holdings that a browser has reported; none if the value makes no sense."""
        if not isinstance(value, Mapping):
            return cls()
        networks = value.get("networks")
        if not isinstance(networks, int) or not 0 <= networks <= MOST_NETWORKS:
            networks = 0
        return cls(value.get("run") is True, networks, value.get("points") is True)

    def to_json(self) -> dict[str, Any]:
        """Return the value that `from_browser` reads."""
        return asdict(self)

    def loss_message(self, *, network_in_address: bool) -> str | None:
        """Return a message that everything but a network in the address is lost; None if nothing was."""
        networks = self.networks - network_in_address
        names = ["your run"] * self.run
        names += [counted(networks, "kept network")] * (networks > 0)
        names += ["your uploaded points"] * self.points
        if not names:
            return None
        *others, last = names
        verb = "is" if names in (["your run"], ["1 kept network"]) else "are"
        what = f"{', '.join(others)} and {last}" if others else last
        kept = SET_UP_STAYS
        if network_in_address:
            kept = "The set-up and the network in the address are still here"
        return f"{FORGOTTEN}{what} {verb} gone. {kept}."
