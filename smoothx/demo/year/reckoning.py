"""Both sides reckoned up against each other, one part per flow. What no flow carries is named, not compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smoothx.demo.year.acting import Actor
from smoothx.demo.year.claims_reckoned import reckon_bills, reckon_owner_invoices
from smoothx.demo.year.costs_reckoned import reckon_direct_costs, reckon_expenses
from smoothx.demo.year.found import Found
from smoothx.demo.year.payments_reckoned import reckon_bill_payments, reckon_receipts
from sync.registry import all_flows

State = Mapping[str, Any]
Part = Callable[[Actor, State, State], Found]


@dataclass(frozen=True, slots=True)
class Reckoning:
    documents: int = 0
    differences: tuple[str, ...] = ()
    not_carried: tuple[str, ...] = ()
    parts: Mapping[str, Found] = field(default_factory=dict)


# Flow key to what a reader calls it and how it is compared; None: nothing compares it yet.
PARTS: Mapping[str, tuple[str, Part | None]] = {
    "bills": ("subcontractor invoices", reckon_bills),
    "bill_payments": ("bill payments", reckon_bill_payments),
    "owner_invoices": ("owner invoices", reckon_owner_invoices),
    "receipts": ("customer payments", reckon_receipts),
    "direct_costs": ("direct costs entered in Procore", reckon_direct_costs),
    "expenses": ("costs entered in QuickBooks", reckon_expenses),
    "purchase_orders": ("purchase orders", None),
    "order_bills": ("bills of purchase orders", None),
    "estimates": ("estimates", None),
}


def reckon(actor: Actor, procore: State, books: State) -> Reckoning:
    """`procore` is the sandbox's state, `books` the records of the one realm, entity to records."""
    carried = all_flows()
    parts = {key: compare(actor, procore, books) for key, (_, compare) in PARTS.items() if compare and key in carried}
    return Reckoning(
        documents=sum(found.documents for found in parts.values()),
        differences=tuple(each for found in parts.values() for each in found.differences),
        not_carried=tuple(name for key, (name, _) in PARTS.items() if key not in parts),
        parts=parts,
    )
