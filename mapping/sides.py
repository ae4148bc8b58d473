"""The two sides of every mapping, Procore at the left and QuickBooks at the right, and the connection to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from connectors.models import Connection, Vendor
from connectors.resource import Resource
from mapping.kinds import MappingKind
from mapping.screens import Section

SideKey = Literal["procore", "quickbooks"]
SIDE_LABELS: dict[SideKey, str] = {"procore": "Procore", "quickbooks": "QuickBooks"}
OTHER_SIDE: dict[SideKey, SideKey] = {"procore": "quickbooks", "quickbooks": "procore"}

# What was mapped stays in view after a disconnect; a working connection comes first.
_STATE_ORDER = (
    Connection.State.CONNECTED,
    Connection.State.BROKEN,
    Connection.State.CHOOSING,
    Connection.State.DISCONNECTED,
)


class NotConnected(Exception):
    """The tenant has no working connection to this side."""

    def __init__(self, side: SideKey) -> None:
        self.side = side
        self.sentence = f"{SIDE_LABELS[side]} is not connected. Connect it in Settings."
        super().__init__(self.sentence)


def side_named(text: str) -> SideKey:
    """Raises KeyError for anything but the two sides."""
    for side in SIDE_LABELS:
        if side == text:
            return side
    raise KeyError(text)


@dataclass(frozen=True, slots=True)
class Sides:
    """The connections in use; None where there never was one."""

    procore: Connection | None
    quickbooks: Connection | None

    def of(self, side: SideKey) -> Connection | None:
        return self.procore if side == "procore" else self.quickbooks

    @property
    def known(self) -> list[Connection]:
        return [connection for connection in (self.procore, self.quickbooks) if connection is not None]

    def need(self, side: SideKey) -> Connection:
        """The connection, whatever its state. Raises NotConnected without one."""
        connection = self.of(side)
        if connection is None:
            raise NotConnected(side)
        return connection

    def need_working(self, side: SideKey) -> Connection:
        """The connection if it can be used now. Raises NotConnected."""
        connection = self.need(side)
        if not connection.is_healthy:
            raise NotConnected(side)
        return connection


def load_sides() -> Sides:
    """Both connections of the active tenant, in one query."""
    return choose_sides(Connection.objects.all())


def choose_sides(connections: Iterable[Connection]) -> Sides:
    best: dict[str, Connection] = {}
    for connection in sorted(connections, key=_rank):
        best.setdefault(connection.vendor, connection)
    return Sides(procore=best.get(Vendor.PROCORE), quickbooks=best.get(Vendor.QBO))


def _rank(connection: Connection) -> tuple[int, float, int]:
    connected_at = connection.connected_at.timestamp() if connection.connected_at else 0.0
    return _STATE_ORDER.index(Connection.State(connection.state)), -connected_at, -connection.pk


def resource_of(kind: MappingKind, side: SideKey) -> Resource:
    return kind.left if side == "procore" else kind.right


def resources_of(section: Section, side: SideKey) -> tuple[Resource, ...]:
    """The vendor lists a section shows on one side, each once."""
    return tuple(dict.fromkeys(resource_of(kind, side) for kind in section.kinds))
