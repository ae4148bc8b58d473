"""Merging two records of a name list, which people do in the product and no API call can."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.refs import PARTIES, SHARED_REFERENCES, make_reference
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.lists.accounts import SYSTEM_SUB_TYPES

# Own balance, and the one that parents carry for their children too.
BALANCES = {
    "Vendor": ("Balance",),
    "Customer": ("Balance", "BalanceWithJobs"),
    "Account": ("CurrentBalance", "CurrentBalanceWithSubAccounts"),
}
# Two records must agree in these to become one; documented for accounts only.
ALIKE = {
    "Account": ("AccountType", "CurrencyRef"),
    "Vendor": ("CurrencyRef",),
    "Customer": ("CurrencyRef",),
    "Item": ("Type",),
}
# References that say by a type what they point at.
TYPED_REFERENCES = ("EntityRef", "Entity")


def merge(book: Book, kind: Kind, kept_id: str, lost_id: str) -> Record:
    """The kept record as it is afterwards. Raises ActRefused."""
    kept, lost = book.get(kind.name, kept_id), book.get(kind.name, lost_id)
    if kept is None or lost is None or kept is lost:
        raise ActRefused(f"two records of {kind.name} are needed")
    _demand_alike(book, kind, kept, lost)
    with book.atomic():
        _repoint(book, kind, lost["Id"], make_reference(kind, kept))
        _move_rest(book, kind, kept["Id"], lost["Id"])
        book.remove(kind, lost["Id"])
        token = str(int(book.records[kind.name][kept["Id"]]["SyncToken"]) + 1)
        # The merge is announced as one, not as an update.
        book.amend(kind, kept["Id"], {"SyncToken": token}, is_counted=False)
    if book.on_event is not None:
        book.on_event(kind.name, kept["Id"], "Merge", lost["Id"])
    return book.records[kind.name][kept["Id"]]


def _demand_alike(book: Book, kind: Kind, kept: Record, lost: Record) -> None:
    if any(row.get("ParentRef", {}).get("value") == lost["Id"] for row in book.all(kind.name)):
        raise ActRefused("a record with children cannot be merged away")
    if kept.get("Active") is False:
        raise ActRefused("an inactive record cannot be kept")
    if kind.name == "Account" and lost["AccountSubType"] in SYSTEM_SUB_TYPES:
        raise ActRefused("the books cannot do without this account")
    for member in ALIKE.get(kind.name, ()):
        if kept.get(member) != lost.get(member):
            raise ActRefused(f"the two differ in {member}")


def _repoint(book: Book, kind: Kind, lost_id: str, reference: Record) -> None:
    """Balances and ledger follow the transactions; tokens stay, which is unverified at the vendor."""
    for other in book.kinds.values():
        members = {**SHARED_REFERENCES, **other.references}
        names = frozenset(name for name, target in members.items() if target == kind.name)
        for record in list(book.all(other.name)):
            changed = _replace(record, names, kind.name, lost_id, reference)
            if changed == record:
                continue
            times = {**record["MetaData"], "LastUpdatedTime": book.stamp()}
            changed = {**changed, "MetaData": times}
            book.put(other, changed)
            if other.family == "transaction":
                book.move_balance(other, record, changed)
                book.post(other, record, changed)


def _move_rest(book: Book, kind: Kind, kept_id: str, lost_id: str) -> None:
    """What the lost record held besides its transactions, such as a balance the books began with."""
    members = BALANCES.get(kind.name)
    if members is None:
        return
    rest = Decimal(book.records[kind.name][lost_id][members[0]])
    for record_id, shift in ((lost_id, -rest), (kept_id, rest)):
        _shift(book, kind, record_id, members, shift)


def _shift(book: Book, kind: Kind, record_id: str, members: tuple[str, ...], shift: Decimal) -> None:
    """Move a record's balances, and those its parents carry for it."""
    while shift and record_id:
        record = book.records[kind.name][record_id]
        changes = {member: spell_money(Decimal(record[member]) + shift) for member in members}
        book.amend(kind, record_id, changes, is_counted=False)
        record_id = record.get("ParentRef", {}).get("value", "")
        members = members[1:]
        if not members:
            return


def _replace(value: Any, names: frozenset[str], target: str, lost_id: str, reference: Record) -> Any:
    """A copy with the references to the lost record changed."""
    if isinstance(value, list):
        return [_replace(item, names, target, lost_id, reference) for item in value]
    if not isinstance(value, dict):
        return value
    around = value.get("Type")
    return {
        name: {key: reference.get(key, kept) for key, kept in member.items()}
        if isinstance(member, dict)
        and member.get("value") == lost_id
        and (name in names or _is_typed(name, member, target, around))
        else _replace(member, names, target, lost_id, reference)
        for name, member in value.items()
    }


def _is_typed(name: str, member: Record, target: str, around: Any) -> bool:
    """Deposits spell the type in capitals, journals put it beside the reference."""
    if name not in TYPED_REFERENCES or target not in PARTIES:
        return False
    said = member.get("type", around)
    return isinstance(said, str) and said.casefold() == target.casefold()
