"""Payments and costs as the bookkeeper enters them, and direct costs as the project manager does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from smoothx.demo.year.acting import Actor, Play
from smoothx.demo.year.events import (
    ApplyCredit,
    ApproveDirectCost,
    CardCharge,
    Categorise,
    ClaimName,
    CostLine,
    DeleteBookCost,
    EditBookCost,
    EditDirectCost,
    EnterBookCost,
    EnterDirectCost,
    Pay,
    VoidPayment,
)
from smoothx.demo.year.rest import open_record
from smoothx.lib.money import cents, money
from smoothx.lib.text import collapse_spaces

Record = dict[str, Any]
VAT = Decimal(20)
STANDARD_RATE, NO_TAX = "20.0% S", "No VAT"


def pay(actor: Actor, event: Pay) -> None:
    entity = "Invoice" if actor.is_prime(event.claims[0]) else "Bill"
    pay_open(actor, event.name, entity, _documents(actor, entity, event.claims), event.share, event.day)


def pay_open(actor: Actor, name: str, entity: str, documents: Iterable[Record], share: Decimal, day: date) -> None:
    """One payment of `share` percent of what is open on each. Nothing where nothing is open any more."""
    unpaid = [record for record in documents if money(record["Balance"]) > 0]
    actor.payments[name] = []
    if not unpaid:
        return
    ids = [record["Id"] for record in unpaid]
    amounts = [str(cents(money(record["Balance"]) * share / 100)) for record in unpaid]
    if entity == "Invoice":
        made = actor.vendors.qbo.act("receive_payments", invoice_ids=ids, amounts=amounts, date=str(day))
        actor.payments[name] = [made["Payment"]["Id"]]
    else:
        made = actor.vendors.qbo.act("pay_bills", bill_ids=ids, amounts=amounts, date=str(day))
        actor.payments[name] = [payment["Id"] for payment in made["BillPayment"]]


def void(actor: Actor, event: VoidPayment) -> None:
    act = "void_payment" if event.name.startswith("receipt") else "void_bill_payment"
    for payment_id in actor.payments[event.name]:
        actor.vendors.qbo.act(act, payment_id=payment_id)


def apply_credit(actor: Actor, event: ApplyCredit) -> None:
    credits = _documents(actor, "VendorCredit", (event.credit,))
    bills = _documents(actor, "Bill", (event.bill,))
    actor.payments[event.name] = []
    if credits and bills:
        made = actor.vendors.qbo.act(
            "apply_vendor_credit", credit_id=credits[0]["Id"], bill_id=bills[0]["Id"], date=str(event.day)
        )
        actor.payments[event.name] = [made["BillPayment"]["Id"]]


def _documents(actor: Actor, entity: str, claims: Iterable[ClaimName]) -> list[Record]:
    """The books' documents of these claims, by number: the script gives every claim its own."""
    by_number = {row.get("DocNumber"): row for row in actor.vendors.books(entity)[entity]}
    return [by_number[actor.numbers[name]] for name in claims if actor.numbers[name] in by_number]


# --- costs


def enter_direct_cost(actor: Actor, event: EnterDirectCost) -> None:
    project_id = actor.find_project(event.lines[0].project or "")
    made = actor.vendors.procore.act(
        "add_direct_cost",
        project_id=project_id,
        direct_cost_type=event.kind,
        vendor_id=actor.find_company(event.party),
        invoice_number=event.number,
        direct_cost_date=str(event.day),
        description=event.name,
        status=event.status,
        lines=[_direct_line(actor, project_id, line) for line in event.lines],
    )
    actor.direct_costs[event.name] = made["id"]


def _direct_line(actor: Actor, project_id: int, line: CostLine) -> Record:
    return {
        "cost_code_id": actor.find_code(project_id, line.code),
        "line_item_type_id": actor.find_cost_type("materials"),
        "tax_code_id": None if actor.firm.country == "US" else actor.find_tax_code(VAT),
        "description": line.description,
        "amount": str(line.amount),
    }


def edit_direct_cost(actor: Actor, event: EditDirectCost) -> None:
    cost_id = actor.direct_costs[event.name]
    open_record("direct_costs", cost_id, actor.decider)
    actor.vendors.procore.act(
        "edit_direct_cost_line", direct_cost_id=cost_id, line=event.line, amount=str(event.amount)
    )
    # The page saves the whole direct cost, whose time moves with its head alone.
    actor.vendors.procore.act("edit_direct_cost", direct_cost_id=cost_id, description=event.name)


def approve_direct_cost(actor: Actor, event: ApproveDirectCost) -> None:
    actor.vendors.procore.act("approve_direct_cost", direct_cost_id=actor.direct_costs[event.name])


def enter_book_cost(actor: Actor, event: EnterBookCost) -> None:
    books = actor.lists
    extra = {"pay_type": event.pay_type, "is_credit": event.is_credit} if event.entity == "Purchase" else {}
    made = actor.vendors.qbo.act(
        "enter_costs",
        entity=event.entity,
        vendor_id=find_vendor(actor, books, event.party),
        number=event.number,
        date=str(event.day),
        lines=[
            {
                "amount": str(line.amount),
                "account_id": find_named(books["Account"], "Name", line.code),
                "customer_id": find_job(actor, books, line.project) if line.project else None,
                "tax_code_id": find_tax_code(actor, books, STANDARD_RATE),
                "description": line.description,
            }
            for line in event.lines
        ],
        **extra,
    )
    actor.entered[event.name] = (event.entity, made[event.entity]["Id"])


def charge_card(actor: Actor, event: CardCharge) -> None:
    books = actor.lists
    made = actor.vendors.qbo.act(
        "add_card_expense",
        amount=str(event.amount),
        vendor_id=find_vendor(actor, books, event.party),
        tax_code_id=find_tax_code(actor, books, NO_TAX),
        memo=event.name,
        date=str(event.day),
    )
    actor.entered[event.name] = ("Purchase", made["Purchase"]["Id"])


def categorise(actor: Actor, event: Categorise) -> None:
    books = actor.lists
    actor.vendors.qbo.act(
        "categorise_expense",
        purchase_id=actor.entered[event.name][1],
        account_id=find_named(books["Account"], "Name", event.account),
        customer_id=find_job(actor, books, event.project),
        tax_code_id=find_tax_code(actor, books, STANDARD_RATE),
    )


def edit_book_cost(actor: Actor, event: EditBookCost) -> None:
    actor.vendors.qbo.act("edit_bill", bill_id=actor.entered[event.name][1], amount=str(event.amount))


def delete_book_cost(actor: Actor, event: DeleteBookCost) -> None:
    entity, record_id = actor.entered[event.name]
    actor.vendors.qbo.act("delete_document", entity=entity, record_id=record_id)


def find_tax_code(actor: Actor, books: Mapping[str, list[Record]], name: str) -> str | None:
    """Purchases carry none in the United States."""
    return None if actor.firm.country == "US" else find_named(books["TaxCode"], "Name", name)


def find_vendor(actor: Actor, books: Mapping[str, list[Record]], party: str) -> str:
    """The books' id of a company named as in Procore."""
    party = actor.now(party)
    name = actor.names.get(party, collapse_spaces(party))
    return next(str(row["Id"]) for row in books["Vendor"] if collapse_spaces(row["DisplayName"]) == name)


def find_job(actor: Actor, books: Mapping[str, list[Record]], project: str) -> str:
    """The books' id of a project's sub-customer."""
    return find_named(books["Customer"], "DisplayName", actor.now(project))


def find_named(rows: Iterable[Record], member: str, value: str) -> str:
    return next(str(row["Id"]) for row in rows if row[member] == value)


PARTS: Mapping[type, Play] = {
    Pay: pay,
    VoidPayment: void,
    ApplyCredit: apply_credit,
    EnterDirectCost: enter_direct_cost,
    EditDirectCost: edit_direct_cost,
    ApproveDirectCost: approve_direct_cost,
    EnterBookCost: enter_book_cost,
    CardCharge: charge_card,
    Categorise: categorise,
    EditBookCost: edit_book_cost,
    DeleteBookCost: delete_book_cost,
}
