"""A bill put together from its head and its lines, whatever record of Procore it comes of."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connectors.qbo.documents import Bill, BillLine
from mapping.defaults import PAYABLE_ACCOUNT, Defaults
from smoothx.lib.money import ZERO, total
from sync.flows._bill_head import Due, Head
from sync.flows._tags import Tagger
from sync.plan import Notes


def fill_bill(
    head: Head,
    lines: tuple[BillLine, ...],
    coded_tax: Decimal | None,
    tagger: Tagger,
    defaults: Defaults,
    notes: Notes,
    *,
    number: str,
    memo: str,
    find_due: Callable[[], Due],
) -> Bill | None:
    """The bill, a vendor credit where it comes to less than nothing; None when anything is missing or wrong.

    `coded_tax` is what QuickBooks works out beside the lines, None where tax is cost and among them. A credit is never
    due, so `find_due` is not asked for one.
    """
    tax = coded_tax or ZERO
    is_credit = total([*(line.amount for line in lines), tax]) < ZERO
    location, due = tagger.location(), Due() if is_credit else find_due()
    if notes.blockers or head.vendor is None or head.day is None:
        return None
    account = defaults.get(PAYABLE_ACCOUNT)
    return Bill(
        vendor_id=head.vendor.id,
        vendor_name=head.vendor.name,
        number=number,
        date=head.day,
        lines=lines,
        memo=memo,
        payable_account_id=account.id if account else "",
        is_credit=is_credit,
        currency=defaults.home_currency,
        location_id=location.id if location else "",
        location_name=location.name if location else "",
        term_id=due.term.id if due.term else "",
        term_name=due.term.name if due.term else "",
        due_date=due.day,
        has_tax_codes=coded_tax is not None,
        tax=tax,
    )
