"""The rows of a report: data, sections and sums, every value a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import CENT
from connectors.sandbox.qbo.books.values import Record

ZERO = Decimal(0)
Row = dict[str, Any]
Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` None: there is nothing to report. `columns` are (title, type, key)."""

    columns: tuple[tuple[str, str, str], ...]
    rows: list[Row]
    has_data: bool
    # Titles of columns of money that stand inside one named Total.
    inner_columns: tuple[str, ...] = ()


def spell(amount: Decimal) -> str:
    # Adding zero takes the sign off a negative one.
    return str(amount.quantize(CENT) + ZERO)


def cell(value: str, record_id: str = "") -> Record:
    return {"value": value, "id": record_id} if record_id else {"value": value}


def data_row(*cells: Record) -> Row:
    return {"ColData": list(cells), "type": "Data"}


def plain_row(*cells: Record, group: str = "") -> Row:
    """A row of a list of parties or items, which carries no type."""
    return {"ColData": list(cells), **({"group": group} if group else {})}


def summary(title: str, *values: str) -> Row:
    return {"ColData": [cell(title), *map(cell, values)]}


def section(title: str, rows: list[Row], *values: str, group: str = "", record_id: str = "") -> Row:
    """Header, rows and sum; the rows are left out when there are none."""
    head = {"ColData": [cell(title, record_id), *(cell("") for _ in values)]}
    inner = {"Rows": {"Row": rows}} if rows else {}
    named = {"group": group} if group else {}
    total = "TOTAL" if title.isupper() else "Total"
    return {"Header": head, **inner, "Summary": summary(f"{total} {title}", *values), "type": "Section", **named}


def sum_row(title: str, group: str, *values: str) -> Row:
    """A line that only sums up what stands above it."""
    return {"Summary": summary(title, *values), "type": "Section", "group": group}


def account_rows(
    accounts: Iterable[Record], amounts: Amounts, spell_all: Callable[[Decimal], tuple[str, ...]] | None = None
) -> list[Row]:
    """The accounts with an amount as a tree: a parent is a section of its own and its children."""
    listed = list(accounts)
    shown = spell_all or (lambda amount: (spell(amount),))
    children: dict[str, list[Record]] = {}
    ids = {account["Id"] for account in listed}
    for account in listed:
        parent_id = account.get("ParentRef", {}).get("value", "")
        children.setdefault(parent_id if parent_id in ids else "", []).append(account)
    return [row for account in children.get("", []) for row in _account_row(account, children, amounts, shown)]


def _account_row(
    account: Record,
    children: dict[str, list[Record]],
    amounts: Amounts,
    shown: Callable[[Decimal], tuple[str, ...]],
) -> list[Row]:
    own = amounts.get(account["Id"], ZERO)
    inner = [row for child in children.get(account["Id"], []) for row in _account_row(child, children, amounts, shown)]
    if not inner:
        return [data_row(cell(account["Name"], account["Id"]), *map(cell, shown(own)))] if own else []
    total = _sum_tree(account, children, amounts)
    row = section(account["Name"], inner, *shown(total), record_id=account["Id"])
    if own:
        row["Header"]["ColData"][1:] = map(cell, shown(own))
    return [row]


def _sum_tree(account: Record, children: dict[str, list[Record]], amounts: Amounts) -> Decimal:
    inner = (_sum_tree(child, children, amounts) for child in children.get(account["Id"], []))
    return amounts.get(account["Id"], ZERO) + sum(inner, ZERO)
