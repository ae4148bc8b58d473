"""Orders billed in the books, labour, files, new names and locks, as whoever does each of them does it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from smoothx.demo.year.acting import Actor, Play
from smoothx.demo.year.acts_contracts import sign_commitment
from smoothx.demo.year.acts_money import STANDARD_RATE, find_job, find_named, find_tax_code, find_vendor, pay_open
from smoothx.demo.year.events_beside import (
    AttachToClaim,
    AttachToCost,
    BillOrder,
    ChangeContact,
    DeleteTime,
    EditTime,
    EnterTime,
    LockAgain,
    PayOrderBills,
    RenameProject,
    RunPayroll,
    SignSupply,
    TakePayrollFile,
    Work,
)
from smoothx.demo.year.rest import list_deletions, lock_what_was_opened
from smoothx.demo.year.switches import WAGES
from sync.payroll import taking

Record = dict[str, Any]
RETAINED = "Retention Payable"
FILE_HEADINGS = "Employee,Date,Project,Hours,Rate"


def sign_supply(actor: Actor, event: SignSupply) -> None:
    actor.supplied.add(sign_commitment(actor, event.contract))


def bill_order(actor: Actor, event: BillOrder) -> None:
    """Nothing where the order does not stand in the books; that is told when both sides are compared."""
    books = actor.lists
    contract = actor.signed[event.contract]
    order = next((row for row in books["PurchaseOrder"] if row.get("DocNumber") == contract.number), None)
    if order is None:
        return
    tax_code = find_tax_code(actor, books, STANDARD_RATE)
    job = find_job(actor, books, contract.project)
    own: list[tuple[str, Decimal, str | None]] = [(RETAINED, -event.held, None)] if event.held else []
    own += [(*event.cost, job)] if event.cost is not None else []
    made = actor.vendors.qbo.act(
        "bill_order",
        order_id=order["Id"],
        amounts=[None if amount is None else str(amount) for amount in event.amounts],
        number=event.number,
        date=str(event.day),
        lines=[
            {
                "account_id": find_named(books["Account"], "Name", account),
                "amount": str(amount),
                "customer_id": customer,
                "tax_code_id": tax_code,
                "description": account,
            }
            for account, amount, customer in own
        ],
    )
    actor.entered[event.name] = ("Bill", made["Bill"]["Id"])
    actor.order_bills[event.name] = event.contract


def pay_order_bills(actor: Actor, event: PayOrderBills) -> None:
    own = {actor.entered[name] for name in event.bills if name in actor.entered}
    bills = [row for row in actor.vendors.books("Bill")["Bill"] if ("Bill", row["Id"]) in own]
    pay_open(actor, event.name, "Bill", bills, event.share, event.day)


# --- files


def attach_to_claim(actor: Actor, event: AttachToClaim) -> None:
    record = "payment_application" if actor.is_prime(event.claim) else "requisition"
    actor.vendors.procore.act(
        "attach_file", record=record, record_id=actor.claims[event.claim], name=event.name, text=event.name
    )
    actor.files.append((actor.numbers[event.claim], event.name))


def attach_to_cost(actor: Actor, event: AttachToCost) -> None:
    if event.side == "procore":
        cost_id = actor.direct_costs[event.cost]
        given = {"record": "direct_cost", "record_id": cost_id, "name": event.name, "text": event.name}
        actor.vendors.procore.act("attach_file", **given)
        actor.files.append((event.number, event.name))
        return
    entity, record_id = actor.entered[event.cost]
    if any(row["Id"] == record_id for row in actor.vendors.books(entity)[entity]):
        actor.vendors.qbo.act("attach_file", entity=entity, record_id=record_id, name=event.name, text=event.name)


# --- labour


def enter_time(actor: Actor, event: EnterTime) -> None:
    books = actor.lists
    work = event.work
    made = actor.vendors.qbo.act(
        "enter_time",
        employee_id=books["Employee"][work.worker]["Id"],
        hours=str(work.hours),
        rate=str(work.rate),
        customer_id=find_job(actor, books, work.project),
        date=str(event.day),
        memo=event.name,
    )
    actor.times[event.name] = made["TimeActivity"]["Id"]


def edit_time(actor: Actor, event: EditTime) -> None:
    actor.vendors.qbo.act("edit_time", time_id=actor.times[event.name], hours=str(event.hours))


def delete_time(actor: Actor, event: DeleteTime) -> None:
    actor.vendors.qbo.act("delete_document", entity="TimeActivity", record_id=actor.times[event.name])
    list_deletions()


def run_payroll(actor: Actor, event: RunPayroll) -> None:
    books = actor.lists
    jobs = {project: find_job(actor, books, project) if project else None for project, _ in event.lines}
    actor.vendors.qbo.act(
        "enter_payroll",
        account_id=find_named(books["Account"], "Name", WAGES),
        number=event.name.replace(" ", "-").upper(),
        date=str(event.day),
        lines=[
            {"amount": str(amount), "customer_id": jobs[project], "description": "Wages"}
            for project, amount in event.lines
        ],
    )


def take_payroll_file(actor: Actor, event: TakePayrollFile) -> None:
    names = [row["DisplayName"] for row in actor.lists["Employee"]]
    lines = [FILE_HEADINGS, *(_write_row(actor, names, day, work) for day, work in event.rows)]
    content = "\n".join(lines).encode()
    # The year runs on beyond the real day, ahead of which a file is refused.
    today = max(day for day, _ in event.rows)
    name = f"{event.name}.csv"
    file = taking.start(io.BytesIO(content), size=len(content), name=name, actor=actor.decider, today=today)
    taking.take(file, actor.decider)
    for day, work in event.rows:
        actor.payroll_rows[work.worker, day, work.project] = work.cost


def _write_row(actor: Actor, names: list[str], day: date, work: Work) -> str:
    told = (names[work.worker], day, actor.now(work.project), work.hours, work.rate)
    return ",".join(f'"{value}"' for value in told)


# --- names and locks


def change_contact(actor: Actor, event: ChangeContact) -> None:
    """On the side whose details are right, which the other has to follow."""
    if actor.switches.contacts == "procore":
        company_id = actor.find_company(event.party)
        actor.vendors.procore.act(
            "edit_vendor", vendor_id=company_id, email_address=event.email, business_phone=event.phone
        )
        if event.rename:
            actor.vendors.procore.act("rename_vendor", vendor_id=company_id, name=event.rename)
    else:
        vendor_id = find_vendor(actor, actor.lists, event.party)
        actor.vendors.qbo.act(
            "edit_contact", entity="Vendor", record_id=vendor_id, email=event.email, phone=event.phone
        )
        if event.rename:
            actor.vendors.qbo.act("rename_vendor", vendor_id=vendor_id, name=event.rename)
    if event.rename:
        actor.rename_company(event.party, event.rename)
    actor.details[event.party] = (event.email, event.phone)


def rename_project(actor: Actor, event: RenameProject) -> None:
    actor.vendors.procore.act("edit_project", project_id=actor.find_project(event.project), name=event.name)
    actor.rename_project(event.project, event.name)


def lock_again(actor: Actor, event: LockAgain) -> None:
    lock_what_was_opened(actor.decider)


PARTS: Mapping[type, Play] = {
    SignSupply: sign_supply,
    BillOrder: bill_order,
    PayOrderBills: pay_order_bills,
    AttachToClaim: attach_to_claim,
    AttachToCost: attach_to_cost,
    EnterTime: enter_time,
    EditTime: edit_time,
    DeleteTime: delete_time,
    RunPayroll: run_payroll,
    TakePayrollFile: take_payroll_file,
    ChangeContact: change_contact,
    RenameProject: rename_project,
    LockAgain: lock_again,
}
