"""What of a document in QuickBooks is cost of one project: which lines count, and for how much.

Parts are worked out over the whole document, so that they add back to it to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from connectors.qbo.records_costs import BookedCost, BookedLine
from smoothx.lib.money import ZERO, cents, split, total
from sync.plan import Notes

NOUNS = {"Bill": "Bill", "VendorCredit": "Vendor credit", "JournalEntry": "Journal entry"}
EXPENSE_NOUNS = {"Cash": "Expense", "Check": "Check", "CreditCard": "Card charge"}


@dataclass(frozen=True, slots=True)
class Gone:
    """What was known of a document that was deleted in QuickBooks. `is_posted`: a direct cost came of it."""

    number: str
    title: str
    vendor_name: str
    vendor_id: str
    date: date | None
    amount: Decimal | None
    is_posted: bool


@dataclass(frozen=True, slots=True)
class ExpensePart:
    """The part of a document that falls to one customer of the books, `part` being the customer's id.

    `left_out_accounts` are those of retention, `cost_accounts` the only ones that count (None: all but those).
    `orders` are the purchase orders whose bills come back as invoices of their commitment, if `orders_are_carried`.
    `is_tax_cost`: tax on purchases is part of their cost in these books. `paid_on` is the day a bill was paid in full.
    `left_out_lines` are the keys of lines that stand in Procore as labour cost.
    """

    source_id: str
    part: str
    cost: BookedCost | None
    gone: Gone | None = None
    is_ours: bool = False
    is_tax_cost: bool = True
    left_out_accounts: tuple[str, ...] = ()
    cost_accounts: tuple[str, ...] | None = None
    orders: tuple[str, ...] = ()
    orders_are_carried: bool = True
    paid_on: date | None = None
    left_out_lines: tuple[str, ...] = ()

    def counts(self, line: BookedLine) -> bool:
        """A line that is cost, of whatever project."""
        is_left_out = line.account.id in self.left_out_accounts or line.id in self.left_out_lines
        if is_left_out or line.order_id in self.orders or not line.amount:
            return False
        return self.cost_accounts is None or line.account.id in self.cost_accounts

    def of_orders(self) -> Decimal:
        """What of the part receives purchase orders from Procore, without tax."""
        lines = self.cost.lines if self.cost else ()
        return total(line.amount for line in lines if line.customer.id == self.part and line.order_id in self.orders)

    def whole_orders(self) -> frozenset[str]:
        """Orders from Procore that the document as a whole is linked to, none of its lines naming them."""
        if self.cost is None:
            return frozenset()
        return frozenset(self.cost.order_ids) & frozenset(self.orders) - {line.order_id for line in self.cost.lines}

    def amounts(self) -> list[tuple[BookedLine, Decimal]]:
        """The part's own lines with the cost of each; empty where none counts."""
        if self.cost is None:
            return []
        shared = zip(self.cost.lines, tax_shares(self.cost, self.is_tax_cost), strict=True)
        own = [(line, tax) for line, tax in shared if line.customer.id == self.part and self.counts(line)]
        return [(line, cents(line.amount + tax)) for line, tax in own]

    def parts(self) -> tuple[str, ...]:
        """The customers with lines that count, in the document's order."""
        lines = self.cost.lines if self.cost else ()
        return tuple(dict.fromkeys(line.customer.id for line in lines if line.customer.id and self.counts(line)))

    @property
    def amount(self) -> Decimal:
        return total(amount for _, amount in self.amounts())


def tax_shares(cost: BookedCost, is_tax_cost: bool) -> list[Decimal]:
    """What to add to each line's amount to come to its cost.

    Where tax is cost it is spread by size over all lines, overhead too, whose share stays with them. Where it is not,
    nothing is added, or the tax is taken out of lines that hold it.
    """
    stated = total(line.amount for line in cost.lines)
    holds_tax = stated == cost.total
    if not cost.lines or cost.kind == "JournalEntry" or holds_tax == is_tax_cost or not cost.tax:
        return [ZERO] * len(cost.lines)
    sizes = [abs(line.amount) for line in cost.lines]
    return split(cost.tax if is_tax_cost else -cost.tax, sizes)


class OfBooks(Protocol):
    """A part of a document of the books, whatever it becomes."""

    @property
    def cost(self) -> BookedCost | None: ...

    @property
    def is_tax_cost(self) -> bool: ...


def check_totals(part: OfBooks, notes: Notes) -> None:
    """QuickBooks' own figures must agree before anything is built on them."""
    cost = part.cost
    if cost is None or cost.kind == "JournalEntry":
        return
    stated = total(line.amount for line in cost.lines)
    if cost.total not in (stated, cents(stated + cost.tax)):
        notes.block("cost_totals_differ", name_of(cost), lines=cents(stated + cost.tax), figure=cost.total)
    codes = {line.tax_code_id for line in cost.lines}
    if not part.is_tax_cost and cost.tax and cost.total == stated and len(codes) > 1:
        notes.block("cost_tax_unclear", name_of(cost), amount=cost.tax)


def name_of(cost: BookedCost) -> str:
    """ "Bill 4402", "Card charge"; a refund is a card credit."""
    noun = NOUNS.get(cost.kind) or EXPENSE_NOUNS.get(cost.payment_type, "Expense")
    if cost.kind == "Purchase" and cost.is_credit:
        noun = "Card credit"
    return f"{noun} {cost.number}".strip()
