"""What a report leaves out when it is asked for some customers, vendors, items, locations or classes only.

A transaction counts whole or not at all: it stays when it names one of them, itself or on a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record

# Parameter -> the reference it looks at, the list that it narrows too.
FILTERS = {
    "customer": ("CustomerRef", "Customer"),
    "vendor": ("VendorRef", "Vendor"),
    "department": ("DepartmentRef", ""),
    "class": ("ClassRef", ""),
    "item": ("ItemRef", ""),
}


def narrow(book: Book, args: Mapping[str, str]) -> Book:
    """The books as far as the filters let them be seen, for reading."""
    wanted = {name: frozenset(args[name].replace(" ", "").split(",")) for name in FILTERS if args.get(name)}

    def is_seen(kind: str, record: Record) -> bool:
        return all(_is_wanted(kind, record, name, ids) for name, ids in wanted.items())

    return book.narrowed(is_seen) if wanted else book


def _is_wanted(kind: str, record: Record, name: str, ids: frozenset[str]) -> bool:
    member, party = FILTERS[name]
    if kind in ("Customer", "Vendor"):
        return kind != party or record["Id"] in ids
    return any(each in ids for each in _list_named(record, member, party))


def _list_named(record: Record, member: str, party: str) -> Iterator[str]:
    entity = record.get("EntityRef", {})
    if party and entity.get("type") == party:
        yield entity["value"]
    lines = (line.get(line.get("DetailType", ""), {}) for line in record.get("Line", []))
    for holder in (record, *lines):
        yield holder.get(member, {}).get("value", "")
