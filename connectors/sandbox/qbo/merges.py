"""Merging two records of a name list, which people do in the product and no API call can. Mixed into the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.events import MERGED
from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.refs import SHARED_REFERENCES, make_reference
from connectors.sandbox.qbo.values import Record, spell_money

BALANCES = ("Balance", "BalanceWithJobs", "CurrentBalance", "CurrentBalanceWithSubAccounts")


class MergeActs:
    def act_merge(self: Any, entity: str, kept_id: str, lost_id: str, realm: str = "") -> dict[str, Any]:
        """Everything that pointed at the lost record points at the kept one; the lost one is gone for good (610)."""
        book: Book = self.find_book(realm)
        if entity not in MERGED or entity not in book.kinds:
            raise ActRefused(f"{entity} cannot be merged")
        kind = book.kinds[entity]
        kept, lost = (book.get(entity, str(record_id)) for record_id in (kept_id, lost_id))
        if kept is None or lost is None or kept is lost:
            raise ActRefused(f"two records of {entity} are needed")
        if any(row.get("ParentRef", {}).get("value") == lost["Id"] for row in book.all(entity)):
            raise ActRefused("a record with children cannot be merged away")
        return {entity: merge(book, kind, kept["Id"], lost["Id"])}


def merge(book: Book, kind: Kind, kept_id: str, lost_id: str) -> Record:
    """Merge the second record into the first, which is answered as it then is."""
    kept, lost = book.records[kind.name][kept_id], book.records[kind.name][lost_id]
    _repoint(book, kind, kept, lost)
    sums = {
        name: spell_money(Decimal(kept.get(name, 0)) + Decimal(lost.get(name, 0))) for name in BALANCES if name in kept
    }
    book.remove(kind, lost_id)
    on_event, book.on_event = book.on_event, None
    book.amend(kind, kept_id, sums)
    book.on_event = on_event
    if on_event is not None:
        announce: Any = on_event
        announce(kind.name, kept_id, "Merge", lost_id)
    return book.records[kind.name][kept_id]


def _repoint(book: Book, kind: Kind, kept: Record, lost: Record) -> None:
    for other in book.kinds.values():
        members = {**SHARED_REFERENCES, **other.references}
        names = frozenset(name for name, target in members.items() if target == kind.name)
        for record in list(book.all(other.name)):
            changed = _replace(record, names, lost["Id"], make_reference(kind, kept))
            if changed != record:
                book.put(other, {**changed, "MetaData": {**record["MetaData"], "LastUpdatedTime": book.stamp()}})


def _replace(value: Any, names: frozenset[str], lost_id: str, reference: Record) -> Any:
    if isinstance(value, list):
        return [_replace(item, names, lost_id, reference) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {key: reference.get(key, kept) for key, kept in member.items()}
        if name in names and isinstance(member, dict) and member.get("value") == lost_id
        else _replace(member, names, lost_id, reference)
        for name, member in value.items()
    }
