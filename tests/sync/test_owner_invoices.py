"""Owner invoices and what is paid on them, with both sandboxes over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import choose
from mapping.models import RemoteItem
from sync import openings
from sync.models import Attempt, Entry, FlowSetting, OpeningBalance, Outgoing
from sync.pages.retention import RECEIVABLE, load_retention
from tests import worlds
from tests.sync import owners
from tests.sync.claims import codes_of, fault, let_claims_run_out, make_due_now


@pytest.fixture
def live(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    worlds.make_live(with_owners=True)
    return sandboxes


def money(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_a_contract_from_its_first_invoice_to_its_payments(live: Any) -> None:
    before = owners.balance_of(live, "Retention Receivable"), owners.balance_of(live, "Retention Receivable Released")
    applications = owners.applications_of(live)
    owners.poll_only(live, applications[0])
    entries = [owners.entry_of(application) for application in applications]
    assert [(entry.state, entry.target_type, codes_of(entry)) for entry in entries] == [("posted", "Invoice", [])] * 4
    dues = {application["number"]: money(application["g702"]["current_payment_due"]) for application in applications}
    sales = {row["DocNumber"]: money(row["TotalAmt"]) for row in owners.sales_of(live)}
    assert sales == {each["invoice_number"]: dues[each["number"]] for each in applications}
    figures = applications[-1]["g702"]
    held = owners.balance_of(live, "Retention Receivable") - before[0]
    released = owners.balance_of(live, "Retention Receivable Released") - before[1]
    assert held + released == money(figures["total_retainage"])
    assert released < 0
    assert owners.sold_under(live, "Contract Revenue") == money(figures["total_completed_and_stored_to_date"])

    _is_quiet(live, applications)
    _is_paid(live, applications, entries)


def _is_quiet(live: Any, applications: list[Any]) -> None:
    """Carried again nothing is written, to either side."""
    before, attempts = worlds.books_of(live), Attempt.objects.count()
    owners.queue(live, *applications)
    worlds.sync_all()
    assert owners.notice_payments() == []
    assert worlds.books_of(live) == before
    assert Attempt.objects.count() == attempts


def _is_paid(live: Any, applications: list[Any], entries: list[Entry]) -> None:
    """One payment over two invoices, in part, then the rest; the first is voided again."""
    contract = applications[0]["contract"]["id"]
    first, second = (next(e for e in entries if e.position == place) for place in (1, 2))
    both = worlds.act(
        live.qbo,
        "receive_payments",
        invoice_ids=f"{first.target_id},{second.target_id}",
        amounts="1000.00,250.50",
        date="2026-09-15",
    )["Payment"]
    rest = money(first.amount) - 1000
    worlds.act(live.qbo, "receive_payment", invoice_id=first.target_id, amount=str(rest), date="2026-09-20")
    receipts = owners.notice_payments()
    assert [(entry.state, codes_of(entry)) for entry in receipts] == [("posted", [])] * 3
    numbers = [each["invoice_number"] for each in applications]
    assert sorted(owners.received(live, contract)) == sorted(
        [(money(1000), numbers[0], ""), (money("250.50"), numbers[1], ""), (rest, numbers[0], "")]
    )
    worlds.act(live.qbo, "void_payment", payment_id=both["Id"])
    assert sorted(entry.state for entry in owners.notice_payments()) == ["ineligible", "ineligible", "posted"]
    assert owners.received(live, contract) == [(rest, numbers[0], "")]


def test_lost_answers_make_nothing_twice(live: Any) -> None:
    first = owners.applications_of(live)[0]
    fault(live.qbo, method="POST", path="/invoice", when="after", drop=True, times=3)
    fault(live.qbo, method="POST", path="/item", when="after", drop=True, times=3)
    owners.post(live, first)
    _finish()
    entry = owners.entry_of(first)
    assert (entry.state, len(owners.sales_of(live))) == ("posted", 1)
    items = [row["Name"] for row in worlds.in_books(live, "Item")]
    assert len(items) == len(set(items))

    fault(live.procore, method="POST", path="/rest/v1.0/contract_payments", when="after", drop=True, times=3)
    worlds.act(live.qbo, "receive_payment", invoice_id=entry.target_id, amount="500.00", date="2026-09-15")
    owners.notice_payments()
    _finish()
    (receipt,) = Entry.objects.filter(flow="receipts")
    assert receipt.state == "posted"
    assert owners.received(live, first["contract"]["id"]) == [(money(500), first["invoice_number"], "")]


def _finish() -> None:
    """Wait out what is in doubt."""
    for _ in range(4):
        let_claims_run_out()
        make_due_now()
        owners.run()


def test_a_start_in_the_middle_of_a_prime_contract(live: Any) -> None:
    applications = owners.applications_of(live)
    project_id = owners.project_of(live, applications[0]["contract"]["id"])
    RemoteItem.objects.filter(resource=procore.PROJECTS.key).exclude(remote_id=str(project_id)).update(is_active=False)
    start = date(2026, 9, 1)
    openings.read(openings.begin(start))
    (opening,) = OpeningBalance.objects.filter(commitment_id__startswith="prime-")
    second, fourth = applications[1]["g702"], applications[3]["g702"]
    assert (opening.number, opening.contract_name) == (2, "PC-26101")
    assert (opening.completed, opening.retainage, opening.earned) == (
        money(second["total_completed_and_stored_to_date"]),
        money(second["total_retainage"]),
        money(second["total_earned_less_retainage"]),
    )
    openings.confirm(None, start_date=start)
    worlds.set_live(start)
    entries = owners.post(live, *applications)
    assert [(entry.state, codes_of(entry)) for entry in entries] == [
        ("ineligible", ["before_start_date"]),
        ("ineligible", ["before_start_date"]),
        ("posted", []),
        ("posted", []),
    ]
    receivable = load_retention(side=RECEIVABLE)
    (contract,) = receivable.contracts
    assert (contract.balance, contract.books_balance) == (money(fourth["total_retainage"]),) * 2
    assert load_retention().contracts == [c for c in load_retention().contracts if not c.group.startswith("prime-")]


def test_tax_is_told_and_left_off_what_is_received(live: Any) -> None:
    """Books of the United States take the total of tax they are told; payments count without their share of it."""
    worlds.read_side("tax-sales", "quickbooks")
    contract, tax = _add_taxed_contract(live)
    california = RemoteItem.objects.get(resource=qbo.TAX_CODES.key, name="California")
    choose("sales_tax_code", california.remote_id, None)
    worlds.act(
        live.procore,
        "add_owner_invoice",
        prime_contract_id=contract,
        invoice_number="TX-1",
        lines=[{"line": 0, "work": "1000.00", "retained": "100.00"}],
        status="approved",
        billing_date="2026-10-31",
    )
    (row,) = owners.applications_of(live, contract)
    stated = money(row["g702"]["tax_applicable_to_this_payment"])
    assert stated == tax
    (entry,) = owners.post(live, row)
    assert (entry.state, entry.target_total) == ("posted", 900 + tax)
    (sale,) = owners.sales_of(live)
    assert money(sale["TxnTaxDetail"]["TotalTax"]) == tax
    half = money((900 + tax) / 2)
    worlds.act(live.qbo, "receive_payment", invoice_id=entry.target_id, amount=str(half), date="2026-11-15")
    worlds.act(live.qbo, "receive_payment", invoice_id=entry.target_id, date="2026-11-20")
    owners.notice_payments()
    amounts = [received for received, _, _ in owners.received(live, contract)]
    assert (len(amounts), sum(amounts)) == (2, money(900))


def _add_taxed_contract(live: Any) -> tuple[int, Decimal]:
    """A contract beside the first one of the demo, with a taxed line. Answers it and the tax of 900."""
    contracts, projects, codes = worlds.in_procore(live, "prime_contracts", "projects", "tax_codes")
    first = contracts[0]
    project = next(row for row in projects if row["name"] == first["title"])
    line = first["line_items"][0]
    code = next(row for row in codes if Decimal(row["rate1"]) > 0)
    made = worlds.act(
        live.procore,
        "add_prime_contract",
        project_id=project["id"],
        vendor_id=first["vendor"]["id"],
        title=first["title"],
        number="PC-TAX",
        lines=[
            {
                "cost_code_id": line["cost_code"]["id"],
                "line_item_type_id": line["line_item_type"]["id"],
                "amount": "5000.00",
                "description": "Taxed work",
                "tax_code_id": code["id"],
            }
        ],
    )
    return int(made["id"]), money(Decimal(code["rate1"]) * 9)


REFUSALS = [
    ("6140", "rejected", "number_refused"),
    ("6210", "rejected", "books_closed"),
    ("2500", "rejected", "reference_refused"),
    ("610", "rejected", "reference_refused"),
    ("6070", "rejected", "amount_refused"),
    ("2050", "rejected", "text_refused"),
    ("6000", "rejected", "rejected"),
    ("120", "blocked", "no_permission"),
    ("6190", "rejected", "subscription_ended"),
]


def test_what_quickbooks_refuses_is_said_and_can_be_tried_again(live: Any) -> None:
    first = owners.applications_of(live)[0]
    (entry,) = owners.post(live, first)
    worlds.act(live.qbo, "delete_document", entity="Invoice", record_id=entry.target_id)
    Entry.objects.filter(pk=entry.pk).update(target_id="", target_type="", fingerprint="", facts={})
    for code, state, said in REFUSALS:
        fault(live.qbo, method="POST", path="/invoice", code=code)
        Entry.objects.filter(pk=entry.pk).update(source_fingerprint="", tries=0)
        owners.queue(live, first)
        owners.run()
        found = owners.entry_of(first)
        assert (found.state, codes_of(found), found.target_id) == (state, [said], ""), code
        assert owners.sales_of(live) == [], code
    owners.queue(live, first)
    owners.run()
    assert owners.entry_of(first).state == "posted"
    assert len(owners.sales_of(live)) == 1


def test_an_edit_follows_until_something_is_paid(live: Any) -> None:
    first = owners.applications_of(live)[0]
    (entry,) = owners.post(live, first)
    before = entry.target_total
    worlds.act(live.procore, "edit_owner_invoice_line", application_id=first["id"], work="100.00", retained="0")
    owners.queue(live, first)
    owners.run()
    (changed,) = owners.applications_of(live)[:1]
    due = money(changed["g702"]["current_payment_due"])
    assert owners.entry_of(first).target_total == due != before
    (sale,) = owners.sales_of(live)
    assert money(sale["TotalAmt"]) == due
    worlds.act(live.qbo, "receive_payment", invoice_id=entry.target_id, amount="10.00", date="2026-09-15")
    worlds.act(live.procore, "edit_owner_invoice_line", application_id=first["id"], work="200.00")
    owners.queue(live, first)
    owners.run()
    assert codes_of(owners.entry_of(first)) == ["paid_and_changed"]
    assert money(owners.sales_of(live)[0]["TotalAmt"]) == due


def test_a_prime_contract_becomes_an_estimate_that_follows_its_change_orders(live: Any) -> None:
    RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key).delete()
    FlowSetting.objects.create(flow="estimates", is_on=True)
    first = owners.applications_of(live)[0]
    contract_id = first["contract"]["id"]
    owners.claims.map_project_of({"project_id": owners.project_of(live, contract_id)})
    owners.look_at_contracts(live, contract_id)
    entry = Entry.objects.get(flow="estimates")
    (contract,) = (row for row in worlds.in_procore(live, "prime_contracts") if row["id"] == contract_id)
    assert (entry.state, entry.target_type) == ("posted", "Estimate")
    assert owners.estimates_of(live) == [("PC-26101", money(contract["revised_contract_amount"]))]
    # The project's own cost codes, which were not known before, are by then.
    assert [line["source_code"] for line in entry.planned["document"]["lines"]] == ["01", "03", "07", "09", "21"]
    worlds.act(live.procore, "add_prime_change_order", prime_contract_id=contract_id, title="Canopy", amount="1234.50")
    owners.look_at_contracts(live, contract_id)
    revised = money(contract["revised_contract_amount"]) + money("1234.50")
    assert owners.estimates_of(live) == [("PC-26101", revised)]
    assert Entry.objects.get(flow="estimates").state == "posted"


def test_payments_of_an_invoice_linked_later_are_received_too(live: Any) -> None:
    """Somebody entered and got paid an invoice by hand, and says afterwards that it is ours."""
    first = owners.applications_of(live)[0]
    (entry,) = owners.post(live, first)
    Entry.objects.filter(pk=entry.pk).update(target_id="")
    worlds.act(live.qbo, "receive_payment", invoice_id=entry.target_id, amount="100.00", date="2026-09-15")
    assert owners.notice_payments() == []
    Entry.objects.filter(pk=entry.pk).update(target_id=entry.target_id, posted_at=timezone.now())
    Outgoing.objects.filter(entry=entry).delete()
    (receipt,) = owners.notice_payments()
    assert (receipt.state, receipt.target_total) == ("posted", money(100))
