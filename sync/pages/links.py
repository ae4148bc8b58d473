"""The addresses of an entry's two documents in Procore and in QuickBooks, empty where there is none to open."""

from __future__ import annotations

from connectors.models import Connection
from sync.models import Entry


def source_url(entry: Entry, connection: Connection | None) -> str:
    return ""


def target_url(entry: Entry, connection: Connection | None) -> str:
    return ""
