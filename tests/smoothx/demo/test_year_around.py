"""What happens around the year's contracts is written, and comparing both sides of it misses nothing."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.sandbox.firm.scenarios import build
from smoothx.demo.year import around_reckoned, orders_reckoned
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.events import Contract, DeleteBookCost, EditBookCost, Event, OrderChange, Script
from smoothx.demo.year.events_beside import (
    AttachToClaim,
    AttachToCost,
    BillOrder,
    ChangeContact,
    LockAgain,
    PayOrderBills,
    RenameProject,
    RunPayroll,
    SignSupply,
    TakePayrollFile,
)
from smoothx.demo.year.script import Size, write_year
from smoothx.demo.year.switches import Switches, choose_switches
from tests.smoothx.demo.dumps import DEPOT, FIRM, LOFTS

CARRIED = ("bills", "bill_payments", "owner_invoices", "receipts", "direct_costs", "expenses")
VENDOR = "Front Range Mechanical, LLC"
ACCOUNT_LINE = "AccountBasedExpenseLineDetail"
MARK = "Smoothx 0123456789"


def write(seed: int, **more: Any) -> Script:
    return write_year(build("demo"), seed=seed, carried=CARRIED, switches=choose_switches(seed), **more)


def events_of(script: Script) -> list[Event]:
    return [event for month in script.months for step in month.steps for event in step.events]


def test_six_seeds_have_every_choice() -> None:
    chosen = [choose_switches(seed) for seed in range(1, 7)]
    assert {(each.labour, each.locks) for each in chosen} == {
        (kind, locks) for kind in ("time", "journal", "file") for locks in (True, False)
    }
    assert {each.contacts for each in chosen} == {"procore", "quickbooks"}
    for key in ("order_contracts", "order_bill_status"):
        assert len({each.choices[key] for each in chosen}) == 2, key


def test_contracts_are_the_same_whatever_is_switched_on() -> None:
    plain = write_year(build("demo"), seed=1, carried=CARRIED)
    whole = write(1)
    assert whole.contracts == plain.contracts
    kept = Counter(events_of(plain))
    assert not kept - Counter(events_of(whole))


def test_the_year_has_all_that_happens_around_it() -> None:
    scripts = [write(seed) for seed in (1, 2, 3)]
    kinds = Counter(type(event) for script in scripts for event in events_of(script))
    for kind in (AttachToClaim, AttachToCost, BillOrder, ChangeContact, PayOrderBills, RunPayroll):
        assert kinds[kind] > 30, kind
    # Locks and payroll files are the second seed's.
    assert (kinds[LockAgain], kinds[TakePayrollFile], kinds[RenameProject]) == (12, 24, 3)
    names = {event.name for script in scripts for event in events_of(script) if isinstance(event, BillOrder)}
    touched = Counter(
        type(event)
        for script in scripts
        for event in events_of(script)
        if isinstance(event, EditBookCost | DeleteBookCost) and event.name in names
    )
    assert min(touched[EditBookCost], touched[DeleteBookCost]) > 3


def test_no_line_of_an_order_is_billed_above_what_was_ordered() -> None:
    for seed in range(1, 5):
        ordered: dict[str, list[Decimal]] = {}
        for event in events_of(write(seed, size=Size(projects=2))):
            match event:
                case SignSupply(contract):
                    ordered[contract.key] = [line.amount for line in contract.lines]
                case OrderChange(key, _, lines) if key in ordered:
                    ordered[key] += [line.amount for line in lines]
                case BillOrder():
                    for place, amount in enumerate(event.amounts):
                        # What a correction adds is two percent.
                        ordered[event.contract][place] -= (amount or Decimal(0)) * Decimal("1.02")
        assert ordered
        assert all(left >= 0 for each in ordered.values() for left in each)


# --- comparing


def actor_of(**switches: Any) -> Actor:
    empty: dict[str, Any] = {"contract_payments": [], "requisitions": [], "projects": []}
    vendors: Any = SimpleNamespace(procore=SimpleNamespace(state=lambda: empty))
    choices = {"order_bill_status": "approved", "order_contracts": "orders"}
    actor = Actor(vendors, FIRM, switches=Switches(choices=choices, **switches))
    actor.signed["supply"] = Contract("supply", LOFTS, VENDOR, "purchase_order", "PO-1", "Pipe", Decimal(0), ())
    actor.supplied, actor.order_bills = {7}, {"b1": "supply"}
    actor.entered = {"b1": ("Bill", "31")}
    return actor


def books_of() -> dict[str, Any]:
    job = {"CustomerRef": {"value": "73"}, "AccountRef": {"value": "40"}}
    kept = {"AccountRef": {"value": "13"}}
    line = {"Id": "1", "Amount": 900, "DetailType": ACCOUNT_LINE, ACCOUNT_LINE: job}
    link = {"TxnId": "30", "TxnType": "PurchaseOrder", "TxnLineId": "1"}
    return {
        "Account": [{"Id": "40", "Name": "Job Costs"}, {"Id": "13", "Name": "Retention Payable"}],
        "Vendor": [{"Id": "12", "DisplayName": "Front Range Mechanical"}],
        "Customer": [{"Id": "73", "DisplayName": LOFTS}, {"Id": "74", "DisplayName": DEPOT}],
        "PurchaseOrder": [
            {"Id": "30", "DocNumber": "PO-1", "VendorRef": {"value": "12"}, "TotalAmt": 900, "Line": [line]}
        ],
        "Bill": [
            {
                "Id": "31",
                "DocNumber": "B-1",
                "TotalAmt": 180,
                "Balance": 0,
                "Line": [
                    {**line, "Amount": 200, "LinkedTxn": [link]},
                    {"Amount": -20, "DetailType": ACCOUNT_LINE, ACCOUNT_LINE: kept},
                ],
            }
        ],
        "VendorCredit": [],
        "Purchase": [],
        "Invoice": [],
        "CreditMemo": [],
        "Attachable": [],
    }


def procore_of() -> dict[str, Any]:
    item = {"work_completed_this_period": "200.00", "work_completed_retainage_retained_this_period": "20.00"}
    claim = {
        "id": 90,
        "number": 1,
        "commitment_id": 7,
        "invoice_number": "B-1",
        "status": "approved",
        "summary": {"current_payment_due": "180.00", "total_retainage": "20.00"},
        "items": [item],
    }
    commitment = {
        "id": 7,
        "number": "PO-1",
        "status": "Approved",
        "revised_contract": "900.00",
        "vendor": {"id": 5},
        "project": {"name": LOFTS},
    }
    return {
        "tables": {"rows": {"commitments": [{"id": 7, "kind": "purchase_order"}]}},
        "vendors": [{"id": 5, "name": VENDOR}],
        "commitments": [commitment],
        "requisitions": [claim],
        "contract_payments": [{"id": 1, "requisition_id": 90, "amount": "180.00"}],
        "direct_costs": [],
    }


def test_an_order_that_agrees_and_one_that_does_not() -> None:
    actor, books = actor_of(), books_of()
    agreed = orders_reckoned.reckon_purchase_orders(actor, procore_of(), books)
    assert (agreed.documents, agreed.differences) == (1, ())
    books["PurchaseOrder"] += [{**books["PurchaseOrder"][0], "Id": "32"}]
    (doubled,) = orders_reckoned.reckon_purchase_orders(actor, procore_of(), books).differences
    told = f"900.00, Front Range Mechanical, {LOFTS}"
    assert doubled == f"Order PO-1 is {told} in Procore and {told} and {told} in QuickBooks"
    books["PurchaseOrder"] = []
    (missing,) = orders_reckoned.reckon_purchase_orders(actor, procore_of(), books).differences
    assert missing == f"Order PO-1 is {told} in Procore and not there in QuickBooks"


def test_no_order_is_expected_of_what_was_invoiced_in_full_before_the_year() -> None:
    actor, procore, books = actor_of(), procore_of(), {**books_of(), "PurchaseOrder": []}
    figures = {"contract_sum_to_date": "900.00", "total_completed_and_stored_to_date": "900.00"}
    claim = {**procore["requisitions"][0], "summary": figures, "project_id": 1, "contract_name": "", "vendor_name": ""}
    actor.procore = {**actor.procore, "projects": [{"id": 1, "name": LOFTS}], "requisitions": [claim]}
    assert orders_reckoned.reckon_purchase_orders(actor, procore, books).differences == ()
    # A change order since, or a cent that was left.
    for revised, invoiced in (("950.00", "900.00"), ("900.00", "899.99")):
        procore["commitments"][0]["revised_contract"] = revised
        figures["total_completed_and_stored_to_date"] = invoiced
        assert len(orders_reckoned.reckon_purchase_orders(actor, procore, books).differences) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda claim, _: claim["items"][0].update(work_completed_this_period="201.00"), "Bill B-1 of order PO-1 is"),
        (lambda claim, _: claim.update(status="draft"), "Bill B-1 of order PO-1 is"),
        (lambda claim, _: claim.update(invoice_number="B-2"), "Bill B-1 of order PO-1 is"),
        (lambda claim, _: claim["summary"].update(total_retainage="25.00"), "Retention of order of PO-1 is 25.00"),
        (lambda _, payments: payments.clear(), "Payments on bill B-1 of order PO-1 come to 180.00 of the invoice"),
    ],
)
def test_an_invoice_of_a_bill_that_is_not_as_the_bill(change: Any, said: str) -> None:
    actor, procore = actor_of(), procore_of()
    found = orders_reckoned.reckon_order_bills(actor, procore, books_of())
    assert (found.documents, found.differences) == (1, ())
    change(procore["requisitions"][0], procore["contract_payments"])
    assert orders_reckoned.reckon_order_bills(actor, procore, books_of()).differences[0].startswith(said)


def cost_of(**more: Any) -> dict[str, Any]:
    return {
        "id": 50,
        "description": f"Wages. {MARK}",
        "direct_cost_type": "payroll",
        "direct_cost_date": "2026-08-31",
        "project": {"name": LOFTS},
        "line_items": [{"amount": "340.00"}],
        "invoice_number": "R-9",
        "origin_id": "1",
        "attachments": [],
        **more,
    }


def test_labour_counts_by_its_one_source() -> None:
    time = {"CustomerRef": {"value": "73"}, "TxnDate": "2026-08-31", "Hours": 8, "Minutes": 30, "CostRate": 40}
    books, procore = {**books_of(), "TimeActivity": [time]}, {**procore_of(), "direct_costs": [cost_of()]}
    by_time, by_file = actor_of(labour="time"), actor_of(labour="file")
    assert around_reckoned.reckon_payroll(by_time, procore, books).differences == ()
    time["Hours"] = 9
    assert around_reckoned.reckon_payroll(by_time, procore, books).differences == (
        f"Labour of {LOFTS} on 2026-08-31 is 380.00 at its source and 340.00 in Procore",
    )
    assert around_reckoned.reckon_payroll(by_file, procore, books).differences == (
        f"Labour of {LOFTS} on 2026-08-31 is 0.00 at its source and 340.00 in Procore",
    )


def file_on(kind: str, record_id: str, **more: Any) -> dict[str, Any]:
    return {"FileName": "a.pdf", "AttachableRef": [{"EntityRef": {"type": kind, "value": record_id}}], **more}


def test_files_hang_once_where_they_belong() -> None:
    actor, books, procore = actor_of(), books_of(), procore_of()
    actor.files = [("B-1", "a.pdf")]
    books["Attachable"] = [file_on("Bill", "31", Note=MARK)]
    assert around_reckoned.reckon_files_to_books(actor, procore, books).differences == ()
    books["Attachable"] *= 2
    assert around_reckoned.reckon_files_to_books(actor, procore, books).differences == (
        "a.pdf of B-1 is 1 times in Procore and 2 times in QuickBooks",
    )
    # On a cost of two projects each direct cost has it.
    books["Bill"][0]["DocNumber"] = "R-9"
    books["Attachable"] = [file_on("Bill", "31")]
    costs = [cost_of(attachments=[{"filename": "a.pdf"}]), cost_of(invoice_number="R-9-2", project={"name": DEPOT})]
    assert around_reckoned.reckon_files_to_procore(actor, {"direct_costs": costs}, books).differences == (
        f"a.pdf of {DEPOT}, R-9-2 is 1 times in QuickBooks and 0 times in Procore",
    )


def test_what_we_made_is_locked_and_what_people_entered_where_the_firm_wants_it() -> None:
    rows = {"prime_contracts": []}
    empty = {"projects": [], "requisitions": [], "payment_applications": [], "tables": {"rows": rows}}
    mine, theirs = cost_of(origin_id=None), cost_of(id=51, description="Crane", origin_id=None, status="approved")
    procore = {**empty, "direct_costs": [mine, theirs], "contract_payments": []}
    actor = actor_of(locks=True)
    actor.direct_costs = {"Y cost 1": 51}
    assert around_reckoned.reckon_locks(actor, procore, books_of()).differences == (
        "Direct cost 50 is open in Procore, and should be locked",
        "Direct cost Y cost 1 is open in Procore, and should not be",
    )


def test_details_that_were_entered_stand_on_both_sides() -> None:
    actor, books = actor_of(), books_of()
    actor.details = {VENDOR: ("a@b.example", "1")}
    procore = {"vendors": [{"name": VENDOR, "email_address": "a@b.example", "business_phone": "1"}]}
    assert around_reckoned.reckon_contacts(actor, procore, books).differences == (
        f"{VENDOR} has (None, None) in QuickBooks, and ('a@b.example', '1') was entered",
    )
