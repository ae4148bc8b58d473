"""The entities the sandbox holds. A new one is a declaration in its table and, where it has own rules, a module."""

from __future__ import annotations

from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.table_company import COMPANY
from connectors.sandbox.qbo.files.table_files import FILES
from connectors.sandbox.qbo.lists.table_lists import LISTS
from connectors.sandbox.qbo.money.table_money import MONEY
from connectors.sandbox.qbo.purchases.table_purchases import PURCHASES
from connectors.sandbox.qbo.sales.table_sales import SALES
from connectors.sandbox.qbo.tax.table_currencies import CURRENCIES

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*LISTS, *PURCHASES, *SALES, *MONEY, *CURRENCIES, *FILES, *COMPANY)
}
_BY_SEGMENT = {(kind.segment or kind.name).lower(): kind for kind in KINDS.values()}


def find_kind(name: str) -> Kind | None:
    """The entity of a path segment or a query, whatever the case."""
    return _BY_SEGMENT.get(name.lower()) or KINDS.get(name)
