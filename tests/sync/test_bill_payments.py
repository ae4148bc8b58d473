"""Bill payments carried to Procore over real HTTP: made, changed, voided, found again, and never made twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Cursor
from connectors.procore import resources as procore
from sync import actions, books, paid_documents
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry, FlowSetting, Outgoing
from sync.registry import all_flows
from sync.switching import switch
from sync.work import Work
from tests import worlds
from tests.kept import bring
from tests.sync.claims import Claim, codes_of, entry_of, fault, make_due_now, post, worked_example

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def claims(live: Any) -> list[Claim]:
    """Two invoices of one contract, posted as bills of 21,600.00 and 29,700.00; a poll has looked since."""
    found = worked_example(live)[:2]

    def make() -> None:
        post(*found)
        poll_books(Work())

    bring("two bills of a contract, looked at", live, make)
    return found


def bill_of(claim: Claim) -> str:
    return str(entry_of(claim).target_id)


def carry() -> None:
    poll_books(Work())
    Engine().run_due()


def payments_on(live: Any, claim: Claim) -> list[tuple[int, str, str | None, bool]]:
    """(invoice, amount, check number, locked) of what Procore has on the claim's contract."""
    rows = worlds.in_procore(live, "contract_payments")
    return sorted(
        (row["requisition_id"], row["amount"], row["check_number"], row["origin_id"] is not None)
        for row in rows
        if row["contract_id"] == claim["commitment_id"]
    )


def entries() -> dict[str, Entry]:
    return {entry.part: entry for entry in Entry.objects.filter(flow="bill_payments")}


def change_payment(payment: dict[str, Any], **members: Any) -> None:
    work = Work()
    current = work.qbo.get_entity("BillPayment", payment["Id"])
    work.qbo.update("BillPayment", {**current, **members}, key=f"test-change-{payment['Id']}-{current['SyncToken']}")


def enter_bill(live: Any, like: str) -> dict[str, Any]:
    """A bill of the same vendor that never was in Procore."""
    bill = next(each for each in worlds.in_books(live, "Bill") if each["Id"] == like)
    line = {name: value for name, value in bill["Line"][0].items() if name not in ("Id", "LineNum")} | {"Amount": 100}
    wire = {"VendorRef": bill["VendorRef"], "DocNumber": "OWN-1", "Line": [line]}
    made: dict[str, Any] = Work().qbo.create("Bill", wire, key="test-own-bill")
    return made


def writes_to_procore(live: Any) -> int:
    calls = worlds.control(live.procore, "calls", method="GET")
    return sum(call["method"] in ("POST", "PATCH", "DELETE") and "contract_payments" in call["path"] for call in calls)


def test_a_payment_of_two_bills_is_carried_changed_and_voided(live: Any, claims: list[Claim]) -> None:
    first, second = claims
    bills = [bill_of(first), bill_of(second)]
    made = worlds.act(live.qbo, "pay_bills", bill_ids=bills, amounts=["21600.00", "10000.00"], date="2026-10-05")
    (payment,) = made["BillPayment"]
    worlds.act(live.qbo, "pay_bill", bill_id=enter_bill(live, bills[0])["Id"])
    carry()
    number = payment.get("DocNumber") or ""
    whole = (first["id"], "21600.00", number, True)
    assert payments_on(live, first) == [whole, (second["id"], "10000.00", number, True)]
    assert {part: (entry.state, entry.target_total) for part, entry in entries().items()} == {
        f"Bill:{bills[0]}": ("posted", Decimal("21600.00")),
        f"Bill:{bills[1]}": ("posted", Decimal("10000.00")),
    }
    before = writes_to_procore(live)
    carry()
    assert writes_to_procore(live) == before

    lines = [{"Amount": 21600, "LinkedTxn": [{"TxnId": bills[0], "TxnType": "Bill"}]}]
    lines.append({"Amount": 12000, "LinkedTxn": [{"TxnId": bills[1], "TxnType": "Bill"}]})
    change_payment(payment, Line=lines, TotalAmt=33600)
    carry()
    assert payments_on(live, first) == [whole, (second["id"], "12000.00", number, True)]

    worlds.act(live.qbo, "void_bill_payment", payment_id=payment["Id"])
    carry()
    assert payments_on(live, first) == []
    assert {(entry.state, *codes_of(entry), entry.target_id) for entry in entries().values()} == {
        ("ineligible", "payment_voided", "")
    }


def test_a_part_that_is_taken_out_is_removed_and_a_deleted_payment_too(live: Any, claims: list[Claim]) -> None:
    first, second = claims
    bills = [bill_of(first), bill_of(second)]
    (payment,) = worlds.act(live.qbo, "pay_bills", bill_ids=bills, amounts=["600", "400"])["BillPayment"]
    carry()
    lines = [{"Amount": 600, "LinkedTxn": [{"TxnId": bills[0], "TxnType": "Bill"}]}]
    change_payment(payment, Line=lines, TotalAmt=600)
    carry()
    number = payment.get("DocNumber") or ""
    assert payments_on(live, first) == [(first["id"], "600.00", number, True)]
    assert codes_of(entries()[f"Bill:{bills[1]}"]) == ["payment_not_applied"]
    current = Work().qbo.get_entity("BillPayment", payment["Id"])
    Work().qbo.delete("BillPayment", payment["Id"], current["SyncToken"], key="test-delete")
    carry()
    assert payments_on(live, first) == []
    assert codes_of(entries()[f"Bill:{bills[0]}"]) == ["payment_deleted"]


def test_a_lost_answer_makes_no_second_payment_and_a_change_that_stopped_midway_is_done(
    live: Any, claims: list[Claim]
) -> None:
    first, _ = claims
    payment = worlds.act(live.qbo, "pay_bill", bill_id=bill_of(first), amount="500")["BillPayment"]
    fault(live.procore, method="POST", path="contract_payments", when="after", drop=True)
    carry()
    (entry,) = entries().values()
    assert entry.state == "uncertain"
    make_due_now()
    Engine().run_due()
    (entry,) = entries().values()
    assert entry.state == "posted"
    assert [row[1] for row in payments_on(live, first)] == ["500.00"]

    lines = [{"Amount": 750, "LinkedTxn": [{"TxnId": bill_of(first), "TxnType": "Bill"}]}]
    change_payment(payment, Line=lines, TotalAmt=750)
    # The origin id is cleared, and that is not answered: the change itself is still to come.
    fault(live.procore, method="PATCH", path="contract_payments", when="after", drop=True)
    carry()
    for _ in range(3):
        Outgoing.objects.filter(entry=entry).update(sent_at=None)
        make_due_now()
        Engine().run_due()
    assert [row[1:2] + row[3:] for row in payments_on(live, first)] == [("750.00", True)]
    assert entries()[entry.part].state == "posted"


def test_payments_of_a_bill_that_becomes_ours_later_are_found_through_it(live: Any, claims: list[Claim]) -> None:
    first, _ = claims
    worlds.act(live.qbo, "pay_bill", bill_id=bill_of(first), amount="500")
    # As if somebody had linked the bill to its invoice, long after it was paid.
    Outgoing.objects.filter(entry=entry_of(first)).delete()
    Cursor.objects.filter(resource=books.RESOURCE).delete()
    Cursor.objects.filter(resource=paid_documents.BILLS.cursor).delete()
    books.first_look(Work())
    Cursor.objects.filter(resource=books.RESOURCE).update(read_until="2099-01-01T00:00:00Z")
    carry()
    assert [row[1] for row in payments_on(live, first)] == ["500.00"]


def test_a_payment_entered_by_hand_is_shown_linked_and_not_doubled(live: Any, claims: list[Claim], owner: Any) -> None:
    first, _ = claims
    work = Work()
    contract = {"project_id": str(first["project_id"]), "contract_id": str(first["commitment_id"])}
    worlds.act(live.qbo, "pay_bill", bill_id=bill_of(first), amount="500", date="2026-10-05")
    body = {"amount": "500.00", "date": "2026-10-06", "requisition_id": first["id"]}
    by_hand = str(work.procore.create(procore.CONTRACT_PAYMENTS, body, **contract)["id"])
    carry()
    (entry,) = entries().values()
    assert (entry.state, codes_of(entry)) == ("held", ["possible_duplicate"])
    assert entry.notices[0]["detail"]["target_id"] == by_hand
    actions.link_existing(entry, owner, target_id=by_hand)
    carry()
    (entry,) = entries().values()
    assert (entry.state, entry.target_id, entry.target_total) == ("posted", by_hand, Decimal("500.00"))
    assert len(payments_on(live, first)) == 1


@pytest.mark.parametrize("days", [0, 60])
def test_what_was_paid_while_payments_were_off_is_carried_once_they_are_on(
    live: Any, claims: list[Claim], days: int
) -> None:
    """However long ago they were switched off, beyond what the change feed remembers too."""
    flow = all_flows()["bill_payments"]
    switch(flow, None, is_on=False)
    FlowSetting.objects.filter(flow=flow.key).update(changed_at=timezone.now() - timedelta(days=days))
    worlds.act(live.qbo, "pay_bill", bill_id=bill_of(claims[0]))
    carry()
    # So much later that no overlap of two looks has it.
    feed = Cursor.objects.filter(resource=books.RESOURCE)
    feed.update(read_until=timezone.now() + timedelta(minutes=10))
    assert (payments_on(live, claims[0]), entries()) == ([], {})
    switch(flow, None, is_on=True)
    carry()
    assert [row[:2] for row in payments_on(live, claims[0])] == [(claims[0]["id"], "21600.00")]
    assert feed.get().read_until <= timezone.now()
