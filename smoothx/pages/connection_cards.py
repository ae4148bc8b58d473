"""The health of both connections, as cards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from connectors import limits
from connectors.models import Connection, Cursor, Vendor
from smoothx.lib.shapes import Action
from sync.pages.frame import SIDES

State = Connection.State


def load_cards(rows: Iterable[Connection]) -> list[dict[str, Any]]:
    """A card per vendor, of its last connection among `rows`. One query."""
    connections = {row.vendor: row for row in rows}
    read = dict(Cursor.objects.values_list("connection_id").annotate(at=Max("read_until")).order_by())
    return [_card(vendor, connections.get(vendor), read) for vendor in (Vendor.PROCORE, Vendor.QBO)]


def _card(vendor: Vendor, connection: Connection | None, read: dict[int, datetime]) -> dict[str, Any]:
    state = State(connection.state) if connection else State.DISCONNECTED
    shown, label, detail, fix = {
        State.CONNECTED: ("connected", "Connected", "", ""),
        State.BROKEN: ("reconnect", "Connection lost", "Documents wait until it is connected again.", "Connect again"),
        State.CHOOSING: ("missing", "No company chosen", "Choose which company to use.", "Choose a company"),
        State.DISCONNECTED: ("missing", "Not connected", "Nothing is read or written.", "Connect"),
    }[state]
    silence = limits.silence(connection) if connection and state == State.CONNECTED else None
    if silence is not None:
        since = moment(datetime.fromtimestamp(silence.since, UTC))
        shown, label = "silent", "No answer"
        detail = f"{vendor.label} has not answered since {since.removeprefix('at ')}. Documents wait until it is back."
    return {
        "side": SIDES[vendor],
        "account_name": connection.account_name if connection else "",
        "state": shown,
        "label": label,
        "detail": detail or _last_read(read.get(connection.pk) if connection else None),
        "action": Action(label=fix, url=reverse("settings:access")) if fix else None,
    }


def _last_read(at: datetime | None) -> str:
    if at is None:
        return "Nothing read yet."
    return f"Last looked for changes {moment(at)}."


def moment(at: datetime) -> str:
    """ "at 09:38" today, else with its date, in the active time zone."""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return f"at {local:%H:%M}"
    return f"on {local:%-d %b %Y} at {local:%H:%M}"
