"""Expenses in QuickBooks that may be the direct cost which is about to become a bill: a card charge from the bank feed
and the same receipt entered in Procore would be the cost twice."""

from __future__ import annotations

from datetime import timedelta

from connectors.qbo import resources as qbo
from connectors.qbo.query import literal
from connectors.qbo.records_costs import BookedCost
from smoothx.lib.money import ZERO
from sync.plan import MoneyDocument
from sync.targets.answers import Twin
from sync.work import Work

NEAR_DAYS = 7
NOUNS = {"Cash": "expense", "Check": "check", "CreditCard": "card charge"}


def find_purchases(work: Work, document: MoneyDocument) -> list[Twin]:
    """Those of the same amount within a week that were paid to the vendor, or that name no vendor."""
    first, last = document.date - timedelta(days=NEAR_DAYS), document.date + timedelta(days=NEAR_DAYS)
    amount = literal(format(abs(document.total), "f"))
    where = f"TotalAmt = {amount} AND TxnDate >= '{first.isoformat()}' AND TxnDate <= '{last.isoformat()}'"
    pages = work.qbo.query_all(qbo.PURCHASES, where=where)
    found = [BookedCost.from_wire(row, "Purchase") for page in pages for row in page]
    same_sign = [cost for cost in found if (cost.total < ZERO) == (document.total < ZERO)]
    return [_twin(document, cost) for cost in same_sign if cost.vendor.id in ("", document.party_id)]


def _twin(document: MoneyDocument, cost: BookedCost) -> Twin:
    dated = cost.date or document.date
    return Twin(
        code="possible_duplicate",
        id=cost.id,
        name=f"{NOUNS.get(cost.payment_type, 'expense')} {cost.number or cost.id}",
        amount=abs(cost.total),
        days=abs((dated - document.date).days),
        version=cost.sync_token,
        number=cost.number,
        date=cost.date,
    )
