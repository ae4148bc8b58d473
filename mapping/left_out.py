"""Rows a person said need no mapping. They count as covered, are not suggested, and can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectors.models import Connection
from mapping.candidates import Ids
from mapping.defaults import BILL_CODE, BILL_ITEM, INVOICE_CODE, DefaultKind
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, PAIR_ACCOUNT, PAIR_ITEM, REVENUE
from mapping.locks import lock_links
from mapping.models import DefaultChoice, LeftOut, RemoteItem
from mapping.screens import Section
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry

# What a cost code without a mapping is posted to, where its kind has such a default.
FALLBACKS: dict[str, DefaultKind] = {
    COST_CODE_ACCOUNT.key: BILL_CODE,
    PAIR_ACCOUNT.key: BILL_CODE,
    COST_CODE_ITEM.key: BILL_ITEM,
    PAIR_ITEM.key: BILL_ITEM,
    REVENUE.key: INVOICE_CODE,
}


class FallbackMissing(Exception):
    """Codes cannot be left to a default that nobody chose. `sentence` is for the reader."""

    def __init__(self, fallback: DefaultKind) -> None:
        self.fallback = fallback
        self.sentence = f"{fallback.label} is not set, so a code left out would have nowhere to go. Set it first."
        super().__init__(self.sentence)


def left_out(section: Section, connection: Connection | None) -> Q:
    """Rows of this connection that were left out of the section."""
    return Q(remote_id__in=ids_left_out(section, connection))


def ids_left_out(section: Section, connection: Connection | None) -> Ids:
    return LeftOut.objects.filter(section=section.key, connection=connection).values("remote_id")


def fallback_of(section: Section) -> DefaultKind | None:
    """The default that a code left out of this section uses; None where left out means that nothing is needed."""
    return FALLBACKS.get(section.kinds[0].key)


def leave_out(section: Section, rows: Collection[RemoteItem], actor: Any) -> list[RemoteItem]:
    """Leave these rows of Procore out. Answers those that were not before. Raises FallbackMissing."""
    fallback = fallback_of(section)
    if fallback is not None and not DefaultChoice.objects.filter(key=fallback.key).exclude(value="").exists():
        raise FallbackMissing(fallback)
    with transaction.atomic():
        # Rows that are linked meanwhile are taken out of those left out.
        lock_links()
        known = set(_standing(section, rows).values_list("remote_id", flat=True))
        added = [row for row in rows if row.remote_id not in known]
        LeftOut.objects.bulk_create(
            [
                LeftOut(section=section.key, connection_id=row.connection_id, remote_id=row.remote_id, actor=actor)
                for row in added
            ],
            ignore_conflicts=True,
        )
        _note(section, added, actor, "mapping.leave_out")
    return added


def take_back(section: Section, rows: Collection[RemoteItem], actor: Any) -> list[RemoteItem]:
    """Have these rows in the list again. Answers those that had been left out."""
    with transaction.atomic():
        lock_links()
        known = set(_standing(section, rows).values_list("remote_id", flat=True))
        back = [row for row in rows if row.remote_id in known]
        _standing(section, back).delete()
        _note(section, back, actor, "mapping.take_back")
    return back


def _standing(section: Section, rows: Collection[RemoteItem]) -> Any:
    ids = [row.remote_id for row in rows]
    connections = {row.connection_id for row in rows}
    return LeftOut.objects.filter(section=section.key, connection_id__in=connections, remote_id__in=ids)


def _note(section: Section, rows: list[RemoteItem], actor: Any, action: str) -> None:
    if not rows:
        return
    named = ", ".join(row.name for row in rows[:3]) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
    ids = [row.remote_id for row in rows[:200]]
    AuditEntry.note(actor=actor, action=action, subject=named, section=section.key, count=len(rows), ids=ids)
    announce(subjects_of_links((kind.key, row.remote_id) for kind in section.kinds for row in rows))
