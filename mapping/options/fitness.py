"""Which choices the books cannot carry out. Pure.

QuickBooks drops a class, a location or an item that its preferences leave no room for without a word, so a choice that
asks for one is refused, and stops documents where the books were changed after it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.qbo.records import Books
from mapping.defaults import CLASS_TYPE, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, LOCATION_SOURCE, DefaultKind

NO_CLASSES = "Classes are turned off in QuickBooks. Turn them on there first."
CLASS_PER_TRANSACTION = (
    "QuickBooks keeps one class per transaction, and a bill can only name one line by line. "
    "Set classes to one for each row in QuickBooks first."
)
NO_LOCATIONS = "Locations are turned off in QuickBooks. Turn them on there first."
NO_ITEMS = "QuickBooks does not show products and services on bills and expenses. Turn that on there first."


def find_misfit(kind: DefaultKind, option: str, books: Books | None) -> str:
    """Why the books cannot carry out this option, with what to do; empty when they can or are not connected."""
    check = CHECKS.get(kind.key)
    return "" if books is None or check is None else check(option, books)


def find_misfits(chosen: Callable[[DefaultKind], str], books: Books | None) -> Iterator[tuple[DefaultKind, str]]:
    """The choices in force that the books cannot carry out. `chosen` answers an option's key."""
    for kind in (CLASS_TYPE, LOCATION_SOURCE, LINE_ITEM_TYPE, ITEMS_IN_QUICKBOOKS):
        reason = find_misfit(kind, chosen(kind), books)
        if reason:
            yield kind, reason


def _classes(option: str, books: Books) -> str:
    if option in ("", "none") or books.classes == "line":
        return ""
    return CLASS_PER_TRANSACTION if books.classes else NO_CLASSES


def _locations(option: str, books: Books) -> str:
    return "" if option in ("", "none") or books.tracks_locations else NO_LOCATIONS


def _items(option: str, books: Books) -> str:
    return "" if option in ("", "no", "category") or books.buys_items else NO_ITEMS


CHECKS: dict[str, Callable[[str, Books], str]] = {
    CLASS_TYPE.key: _classes,
    LOCATION_SOURCE.key: _locations,
    LINE_ITEM_TYPE.key: _items,
    ITEMS_IN_QUICKBOOKS.key: _items,
}
