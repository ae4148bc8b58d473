"""QuickBooks' small lists as rows of the directory."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from connectors.qbo import lists
from mapping.directory.items.rows import DirectoryRow, make_row


def sorting_item(sorting: lists.Sorting) -> DirectoryRow:
    """A class or a location."""
    return make_row(
        remote_id=sorting.id,
        name=sorting.name,
        parent_id=sorting.parent_id,
        is_active=sorting.is_active,
        data={"full_name": sorting.full_name},
    )


def employee_item(employee: lists.Employee) -> DirectoryRow:
    return make_row(
        remote_id=employee.id,
        name=employee.name,
        code=employee.number,
        email=employee.email,
        phone=employee.phone,
        is_active=employee.is_active,
        data={
            "given_name": employee.given_name,
            "middle_name": employee.middle_name,
            "family_name": employee.family_name,
            "suffix": employee.suffix,
        },
    )


def tax_code_item(code: lists.TaxCode, rates: Mapping[str, Decimal]) -> DirectoryRow:
    """`rates` are percent by rate id. `rate` is empty where it is not known, or not the same on both sides."""
    sales, purchases = lists.add_rates(code.sales, rates), lists.add_rates(code.purchases, rates)
    either = sales if code.use == "Sales" else purchases
    is_one = code.use != "Sales and purchase" or sales == purchases
    return make_row(
        remote_id=code.id,
        name=code.name,
        subtype=code.use,
        is_active=code.is_active,
        data={
            "rate": _percent(either) if is_one else "",
            "sales_rate": _percent(sales),
            "purchase_rate": _percent(purchases),
            "description": code.description,
        },
    )


def term_item(term: lists.Term) -> DirectoryRow:
    return make_row(
        remote_id=term.id,
        name=term.name,
        is_active=term.is_active,
        data={"due_days": term.due_days, "due_day": term.due_day},
    )


def _percent(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate.normalize():f}"
