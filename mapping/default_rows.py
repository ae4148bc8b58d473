"""The vendor's rows a default may choose: listed where they are few, found by what is typed where they are many."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from connectors.models import Connection
from mapping.candidates import holds
from mapping.choices import usable_rows
from mapping.defaults import DefaultKind
from mapping.models import RemoteItem

Options = list[tuple[str, Any]]
# A longer list is searched instead of opened.
LISTED_AT_MOST = 200
FOUND_AT_MOST = 20


def option_label(row: RemoteItem) -> str:
    """ "5000 Job costs:Materials": number first, then the full name."""
    name = row.data.get("full_name") or row.name
    return name if name == row.code else f"{row.code} {name}".strip()


def list_options(kind: DefaultKind, connection: Connection | None) -> Options | None:
    """All rows, under their type where several are allowed; None when they are too many to list."""
    rows = list(usable_rows(kind, connection)[: LISTED_AT_MOST + 1])
    if len(rows) > LISTED_AT_MOST:
        return None
    rows.sort(key=lambda row: (row.subtype, option_label(row).lower()))
    if len(kind.account_types) == 1 or not kind.account_types:
        rows.sort(key=lambda row: option_label(row).lower())
        return [(row.remote_id, option_label(row)) for row in rows]
    return [
        (subtype, [(row.remote_id, option_label(row)) for row in group])
        for subtype, group in groupby(rows, key=lambda row: row.subtype)
    ]


def find_rows(kind: DefaultKind, connection: Connection | None, text: str) -> QuerySet[RemoteItem]:
    """The rows that contain every word typed, by name."""
    return usable_rows(kind, connection).filter(holds(*text.lower().split())).order_by("sort_name", "id")


def find_exact(kind: DefaultKind, connection: Connection | None, text: str) -> list[RemoteItem]:
    """The rows called exactly this: by number and name, by number, by name or by full name."""
    wanted = " ".join(text.split()).lower()
    number = wanted.split(" ", 1)[0]
    named = Q(name__iexact=wanted) | Q(code__iexact=wanted) | Q(data__full_name__iexact=wanted)
    likely = named | Q(code__iexact=number)
    rows = find_rows(kind, connection, wanted).filter(likely)[:LISTED_AT_MOST]
    spelled = [row for row in rows if option_label(row).lower() == wanted]
    return spelled or [row for row in rows if wanted in _names(row)]


def _names(row: RemoteItem) -> set[str]:
    return {row.name.lower(), row.code.lower(), str(row.data.get("full_name") or "").lower()}


def load_labels(kind: DefaultKind, connection: Connection | None, ids: list[str]) -> dict[str, str]:
    """How rows are shown, by id, active or not."""
    resource = kind.chooses.key if kind.chooses else ""
    rows = RemoteItem.objects.filter(connection=connection, resource=resource, remote_id__in=ids) if ids else ()
    return {row.remote_id: option_label(row) for row in rows}
