"""Owner invoices and what is paid on them, with both sandboxes over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.models import Attempt, Entry
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
    items = [row["Name"] for row in worlds.books_of(live)["Item"]]
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
