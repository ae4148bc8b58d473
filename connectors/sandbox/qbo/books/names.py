"""Names of list records: built from parts, unique, qualified by their parents, marked when made inactive."""

from __future__ import annotations

import re

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, missing, no_name, parent_missing, too_deep
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_list_currency
from connectors.sandbox.qbo.books.values import Record

NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
ADDRESSES = ("BillAddr", "ShipAddr", "PrimaryAddr")
MAX_DEEPEST_LEVEL = 4
DELETED = re.compile(r" \(deleted( \d+)?\)$")


def prepare_name(write: Write) -> None:
    """The steps every named record takes: trim, check, place under its parent, mark when inactive."""
    kind, record = write.kind, write.record
    name = str(record.get(kind.name_member, "")).strip()
    if not name:
        raise missing(kind.name_member)
    _check_marks(kind.name_member, name)
    record[kind.name_member] = name
    _mark_inactive(write)
    if kind.child_flag:
        _place_under_parent(write)


def prepare_party(write: Write) -> None:
    """Customers, vendors and employees: the display name comes from the parts when it is not given."""
    record = write.record
    for part in NAME_PARTS:
        _check_marks(part, str(record.get(part, "")))
    if not str(record.get("DisplayName", "")).strip():
        built = " ".join(str(record[part]).strip() for part in NAME_PARTS if record.get(part))
        if not built:
            raise no_name()
        record["DisplayName"] = built
    prepare_name(write)
    if write.kind.name != "Employee":
        set_list_currency(write)
    plain = DELETED.sub("", record["DisplayName"])
    _number_addresses(write)
    if "PrintOnCheckName" not in record:
        record["PrintOnCheckName"] = write.old["PrintOnCheckName"] if write.old else plain


def _check_marks(member: str, name: str) -> None:
    """The character rule is documented; the code it is refused with is unverified."""
    if any(mark in name for mark in ":\t\n"):
        raise business(f"{member} cannot hold a colon, a tab or a new line.")


def _number_addresses(write: Write) -> None:
    """An address keeps its id as long as its owner has one."""
    for member in ADDRESSES:
        address = write.record.get(member)
        if address is None:
            continue
        old_id = (write.old or {}).get(member, {}).get("Id")
        write.record[member] = {**address, "Id": old_id or write.book.next_number("addresses")}


def settle_name(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Children take over a changed full name; a parent that gets a child is touched, its SyncToken is not."""
    if new is None:
        return
    if old is not None and full_name(kind, old) != full_name(kind, new):
        _requalify_children(book, kind, new)
    parent_id = new.get("ParentRef", {}).get("value")
    if old is None and parent_id and new.get(kind.child_flag):
        book.amend(kind, parent_id, is_counted=False)


def full_name(kind: Kind, record: Record) -> str:
    return str(record.get("FullyQualifiedName") or record[kind.name_member])


def _mark_inactive(write: Write) -> None:
    record, member = write.record, write.kind.name_member
    was_active = write.old is None or write.old.get("Active", True)
    is_active = record.get("Active", True)
    if was_active and not is_active:
        record[member] = _free_deleted_name(write, DELETED.sub("", record[member]))
    elif is_active and not was_active and member not in write.sent:
        # Unverified at the vendor: the plain name comes back by itself when nobody took it meanwhile.
        record[member] = DELETED.sub("", record[member])


def _free_deleted_name(write: Write, plain: str) -> str:
    number = 0
    while True:
        name = f"{plain} (deleted {number})" if number else f"{plain} (deleted)"
        trial = {**write.record, write.kind.name_member: name}
        if write.kind.child_flag:
            trial["FullyQualifiedName"] = _qualify(write.book, write.kind, trial)
        key = write.kind.name_key(trial)
        if key is None or write.book.name_holder(key) in (None, write.record.get("Id")):
            return name
        number += 1


def _place_under_parent(write: Write) -> None:
    """A ParentRef counts only together with the flag that says the record is a child; unverified at the vendor."""
    kind, record = write.kind, write.record
    is_child = bool(record.get(kind.child_flag))
    if is_child and "ParentRef" not in record:
        raise parent_missing()
    if not is_child:
        record.pop("ParentRef", None)
        record.pop("Level", None)
    if is_child:
        record["Level"] = _measure_level(write)
        if not kind.has_level:
            record.pop("Level")
    record["FullyQualifiedName"] = _qualify(write.book, kind, record)


def _measure_level(write: Write) -> int:
    level, parent_id = 1, write.record["ParentRef"]["value"]
    while True:
        if parent_id == write.record.get("Id"):
            raise business("A record cannot be its own parent.")
        parent = write.book.records[write.kind.name][parent_id]
        parent_id = parent.get("ParentRef", {}).get("value")
        if not parent_id:
            break
        level += 1
    if level > MAX_DEEPEST_LEVEL:
        raise too_deep()
    return level


def _qualify(book: Book, kind: Kind, record: Record) -> str:
    name = str(record[kind.name_member])
    if not (record.get(kind.child_flag) and record.get("ParentRef")):
        return name
    parent = book.records[kind.name][record["ParentRef"]["value"]]
    return f"{full_name(kind, parent)}:{name}"


def _requalify_children(book: Book, kind: Kind, parent: Record) -> None:
    """Derived, so times move and SyncTokens stay; unverified at the vendor."""
    own_level = int(parent.get("Level", 0))
    for child in list(book.all(kind.name)):
        if child.get("ParentRef", {}).get("value") != parent["Id"] or not child.get(kind.child_flag):
            continue
        changes: Record = {"FullyQualifiedName": _qualify(book, kind, child)}
        if "Level" in child:
            changes["Level"] = own_level + 1
        book.amend(kind, child["Id"], changes, is_counted=False)
        _requalify_children(book, kind, book.records[kind.name][child["Id"]])
