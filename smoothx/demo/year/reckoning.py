"""Both sides reckoned up against each other, one part per flow. What no flow carries is named, not compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smoothx.demo.year.acting import Actor
from smoothx.demo.year.around_reckoned import (
    reckon_contacts,
    reckon_files_to_books,
    reckon_files_to_procore,
    reckon_locks,
    reckon_payroll,
)
from smoothx.demo.year.claims_reckoned import reckon_bills, reckon_owner_invoices
from smoothx.demo.year.costs_reckoned import reckon_direct_costs, reckon_expenses
from smoothx.demo.year.found import Found
from smoothx.demo.year.orders_reckoned import reckon_estimates, reckon_order_bills, reckon_purchase_orders
from smoothx.demo.year.payments_reckoned import reckon_bill_payments, reckon_receipts
from sync.registry import all_flows
from sync.switches import load_flows_off

State = Mapping[str, Any]
Part = Callable[[Actor, State, State], Found]


@dataclass(frozen=True, slots=True)
class Reckoning:
    documents: int = 0
    differences: tuple[str, ...] = ()
    not_carried: tuple[str, ...] = ()
    parts: Mapping[str, Found] = field(default_factory=dict)


# Flow key to what a reader calls it and how it is compared.
PARTS: Mapping[str, tuple[str, Part]] = {
    "bills": ("subcontractor invoices", reckon_bills),
    "bill_payments": ("bill payments", reckon_bill_payments),
    "owner_invoices": ("owner invoices", reckon_owner_invoices),
    "receipts": ("customer payments", reckon_receipts),
    "direct_costs": ("direct costs entered in Procore", reckon_direct_costs),
    "expenses": ("costs entered in QuickBooks", reckon_expenses),
    "purchase_orders": ("purchase orders", reckon_purchase_orders),
    "order_bills": ("bills of purchase orders", reckon_order_bills),
    "estimates": ("estimates", reckon_estimates),
    "payroll_costs": ("labour", reckon_payroll),
    "attachments_to_qbo": ("files of Procore", reckon_files_to_books),
    "attachments_to_procore": ("files of QuickBooks", reckon_files_to_procore),
    "record_locks": ("locks", reckon_locks),
}
# Of these two at most one is on.
CONTACTS = ("contact_updates_to_qbo", "contact_updates_to_procore")


def reckon(actor: Actor, procore: State, books: State) -> Reckoning:
    """`procore` is the sandbox's state, `books` the records of the one realm, entity to records."""
    carried = all_flows().keys() - load_flows_off()
    parts = {key: compare(actor, procore, books) for key, (_, compare) in PARTS.items() if key in carried}
    if not carried.isdisjoint(CONTACTS):
        parts["contacts"] = reckon_contacts(actor, procore, books)
    return Reckoning(
        documents=sum(found.documents for found in parts.values()),
        differences=tuple(each for found in parts.values() for each in found.differences),
        not_carried=tuple(name for key, (name, _) in PARTS.items() if key not in parts),
        parts=parts,
    )
