"""Bills entered from purchase orders of ours, carried to their commitment over real HTTP and never back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from mapping.choices import choose
from mapping.models import Link, RemoteItem
from sync import actions
from sync.addresses import target_url
from sync.intake import poll_one_list
from sync.made_watch import look_at_made
from sync.models import Entry, Outgoing
from sync.pages.frame import Frame, target_name
from sync.pages.retention import load_retention
from sync.pages.sums import lines_of, sum_of
from sync.polls import POLLS
from sync.registry import flow
from sync.switching import switch
from sync.targets import requisitions
from sync.work import Work
from tests import worlds
from tests.kept import bring
from tests.sync.claims import codes_of, fault, make_due_now, queue, state_of
from tests.sync.orders import (
    DAY,
    add_commitment,
    bill_order,
    change,
    look_at_books,
    look_at_commitments,
    open_for_orders,
    order_in_books,
    run,
)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def order(live: Any) -> dict[str, Any]:
    """An order of 9,000.00 and 1,000.00 in the books, and both flows on."""

    def make() -> None:
        worlds.switch_on(*worlds.COSTS_OF_THE_BOOKS)
        open_for_orders(live, "purchase_orders", "order_bills")
        look_at_commitments(add_commitment(live, "9000", "1000"))
        choose_costs()
        look_at_books()
        Entry.objects.filter(flow__in=["expenses", "order_bills"]).delete()

    bring("an order in the books", live, make)
    return order_in_books(live, Entry.objects.get(flow="purchase_orders"))


def choose_costs() -> None:
    """What direct costs ask for, since some lines of the bills are such."""
    worlds.read_section("cost-types")
    codes = RemoteItem.objects.filter(resource="procore.standard_cost_codes", is_active=True).exclude(parent_id="")
    choose("procore_bill_code", codes.order_by("code")[0].remote_id, None)
    types = RemoteItem.objects.filter(resource="procore.line_item_types")
    choose("default_cost_type", types.order_by("name")[0].remote_id, None)


def claims_of(pair: Any) -> list[dict[str, Any]]:
    """The invoices on the order's commitment, with what each of their lines says of this period."""
    commitment = int(Entry.objects.get(flow="purchase_orders").source_id)
    app = pair.procore.app
    with app.lock:
        rows = [app.shape_requisition(row, "extended") for row in app.chain_of(commitment)]
    names = ("work_completed_this_period", "work_completed_retainage_retained_this_period")
    return [
        {
            "number": row["invoice_number"],
            "status": row["status"],
            "items": [tuple(f"{Decimal(item[name]):.2f}" for name in names) for item in row["items"]],
            "due": f"{Decimal(row['summary']['current_payment_due']):.2f}",
        }
        for row in rows
    ]


def entry(flow: str = "order_bills") -> Entry:
    return Entry.objects.get(flow=flow)


def paid(pair: Any) -> list[tuple[int, str]]:
    rows = worlds.in_procore(pair, "contract_payments")
    commitment = Entry.objects.get(flow="purchase_orders").source_id
    return sorted((row["requisition_id"], row["amount"]) for row in rows if str(row["contract_id"]) == commitment)


def look_at_claims(made: Entry) -> None:
    work = Work()
    poll = next(each for each in POLLS if each.flow == "bills")
    poll_one_list(work, poll, work.procore, made.project_id, timezone.now(), is_complete=True)


def check_page(made: Entry) -> None:
    """How the document page adds it up, names the two sides and leads to both."""
    summed, lines, frame = sum_of(made), lines_of(made), Frame()
    assert summed is not None
    assert lines is not None
    assert (summed["left_label"], summed["right_label"], summed["verdict"]) == (
        "Bill from an order",
        "Commitment invoice",
        "Both sides agree, difference 0.00",
    )
    assert [(row.label, row.left, row.right) for row in summed["rows"]] == [
        ("Lines", Decimal("2500.00"), Decimal("2500.00")),
        ("Retention held", Decimal("250.00"), Decimal("250.00")),
        ("Total", Decimal("2250.00"), Decimal("2250.00")),
    ]
    assert (lines["target_label"], [row["amount"] for row in lines["rows"]]) == (
        "Line of the commitment",
        [Decimal("2250.00"), Decimal("250.00"), Decimal("-225.00"), Decimal("-25.00")],
    )
    assert lines["rows"][0]["detail"].endswith("25.0 % of 9,000.00, 25.0 % to date")
    assert lines["rows"][2]["name"] == "Retention held"
    assert target_name(made) == "Commitment invoice 4402"
    assert target_url(made, frame.connections[made.target_connection_id]).endswith(made.target_id)
    (held,) = (each for each in load_retention().contracts if each.group == made.group)
    assert (held.balance, held.books_balance) == (Decimal("250.00"), Decimal("250.00"))


def check_file(pair: Any, made: Entry) -> None:
    """On the invoice and on the direct cost of the bill's other line, once each."""
    rows = worlds.in_procore(pair, "requisitions")
    (hung,) = (row["attachments"] for row in rows if str(row["id"]) == made.target_id)
    assert [each["filename"] for each in hung] == ["ticket.pdf"]
    files = Entry.objects.filter(flow="attachments_to_procore").order_by("part")
    assert [(each.state, each.part.split(":")[2].split(" ")[0]) for each in files] == [
        ("posted", job_of(made)),
        ("posted", "order"),
    ]
    connection = files[1].target_connection
    assert target_url(files[1], connection) == target_url(made, connection)


def retention_line(amount: int) -> dict[str, Any]:
    account = RemoteItem.objects.get(resource="qbo.accounts", name="Retention Payable").remote_id
    detail = {"AccountRef": {"value": account}, "BillableStatus": "NotBillable"}
    kind = "AccountBasedExpenseLineDetail"
    return {"Amount": amount, "DetailType": kind, kind: detail}


def job_of(made: Entry) -> str:
    return str(Link.objects.get(kind="project", left_id=made.project_id).right_id)


def cost_line(amount: int) -> dict[str, Any]:
    kind = "AccountBasedExpenseLineDetail"
    customer = Link.objects.get(kind="project", left_id=Entry.objects.get(flow="purchase_orders").project_id)
    account = Link.objects.filter(kind="cost_code_account").order_by("pk")[0]
    detail = {"AccountRef": {"value": account.right_id}, "CustomerRef": {"value": customer.right_id}}
    return {"Amount": amount, "DetailType": kind, kind: {**detail, "BillableStatus": "NotBillable"}}


def test_a_bill_from_first_to_last(live: Any, order: dict[str, Any]) -> None:
    switch(flow("attachments_to_procore"), None, is_on=True)
    first = bill_order(order, "2250", "250", key="4402", more=[retention_line(-250), cost_line(70)])
    worlds.act(live.qbo, "attach_file", entity="Bill", record_id=first["Id"], name="ticket.pdf")
    look_at_books()
    made = entry()
    assert (made.state, made.notices, made.target_total) == ("posted", [], Decimal("2250.00"))
    claim = {"number": "4402", "status": "under_review", "due": "2250.00"}
    assert claims_of(live) == [{**claim, "items": [("2250.00", "225.00"), ("250.00", "25.00")]}]
    look_at_books()
    writes = Outgoing.objects.count()
    look_at_books()
    assert Outgoing.objects.count() == writes
    check_page(made)
    check_file(live, made)

    # Approved by a person it does not go back as a bill, and what changes is for that person.
    worlds.act(live.procore, "approve_claim", requisition_id=int(made.target_id))
    look_at_claims(made)
    assert not Entry.objects.filter(flow="bills", source_id=made.target_id).exists()
    queue({"id": made.target_id, "project_id": made.project_id})
    run()
    assert state_of({"id": made.target_id}) == ("ineligible", ["invoice_from_books"])
    lines = Work().qbo.get_entity("Bill", first["Id"])["Line"]
    change("Bill", first["Id"], Line=[{**lines[0], "Amount": 4500}, *lines[1:]])
    look_at_books()
    made.refresh_from_db()
    assert (made.state, codes_of(made)) == ("held", ["claim_approved_and_changed"])
    worlds.act(live.procore, "unapprove_claim", requisition_id=int(made.target_id))
    actions.retry(made, None)
    run()
    made.refresh_from_db()
    assert (made.state, made.target_total) == ("posted", Decimal("4500.00"))
    (only,) = claims_of(live)
    assert (only["due"], only["items"]) == ("4500.00", [("4500.00", "236.84"), ("250.00", "13.16")])

    # The line without the order is a direct cost, and a payment counts for the invoice's part of the bill.
    assert [(each.state, each.target_total) for each in Entry.objects.filter(flow="expenses")] == [
        ("posted_with_warnings", Decimal("70.00"))
    ]
    one = worlds.act(live.qbo, "pay_bill", bill_id=first["Id"], amount="1000")["BillPayment"]
    look_at_books()
    assert paid(live) == [(int(made.target_id), "984.68")]
    rest = worlds.act(live.qbo, "pay_bill", bill_id=first["Id"])["BillPayment"]
    look_at_books()
    assert paid(live) == [(int(made.target_id), "3515.32"), (int(made.target_id), "984.68")]
    for each in (one, rest):
        worlds.act(live.qbo, "void_bill_payment", payment_id=each["Id"])
    look_at_books()
    assert paid(live) == []

    # Retention is let go by a bill that QuickBooks can link to no order; what else is due to the vendor is none of it.
    release = {**retention_line(200)}
    release[release["DetailType"]] = {**release[release["DetailType"]], "CustomerRef": {"value": job_of(made)}}
    body = {"VendorRef": order["VendorRef"], "TxnDate": DAY, "DocNumber": "4402-R", "Line": [release]}
    let_go = Work().qbo.create("Bill", body, key="4402-R")
    Work().qbo.create("Bill", {**body, "DocNumber": "rent", "Line": [cost_line(5)]}, key="rent")
    look_at_books()
    freed = Entry.objects.get(flow="order_bills", source_id=let_go["Id"])
    assert (freed.state, freed.part, freed.target_total) == ("posted", made.part, Decimal("200.00"))
    assert [claim["due"] for claim in claims_of(live)] == ["4500.00", "200.00"]
    assert Entry.objects.filter(flow="order_bills").count() == 2
    worlds.act(live.qbo, "delete_bill", bill_id=let_go["Id"])
    look_at_books()
    assert [claim["due"] for claim in claims_of(live)] == ["4500.00"]

    # A second bill comes after the first; the first cannot be taken out from under it.
    bill_order(order, "3000", key="4403")
    look_at_books()
    assert [claim["due"] for claim in claims_of(live)] == ["4500.00", "3000.00"]
    worlds.act(live.qbo, "delete_bill", bill_id=first["Id"])
    look_at_books()
    made.refresh_from_db()
    assert (made.state, codes_of(made)) == ("held", ["claim_not_removable"])


def test_an_invoice_entered_in_procore_counts_on_from_one_made_of_a_bill(live: Any, order: dict[str, Any]) -> None:
    bill_order(order, "900", key="4409", more=[retention_line(-90)])
    look_at_books()
    commitment = int(entry().group)
    lines = [{"line": 0, "work": "1000", "retained": "100"}]
    claim = worlds.act(
        live.procore, "add_claim", commitment_id=commitment, invoice_number="2", lines=lines, status="approved"
    )
    queue({"id": claim["id"], "project_id": entry().project_id})
    run()
    billed = Entry.objects.get(flow="bills", source_id=str(claim["id"]))
    assert (billed.state, codes_of(billed), billed.target_total) == ("posted", [], Decimal("900.00"))
    # Its number is not taken a second time, and what it bills remains no more for a bill.
    bill_order(order, "", "10", key="2")
    look_at_books()
    assert codes_of(Entry.objects.get(flow="order_bills", number="Bill 2")) == ["duplicate_number"]
    bill_order(order, "7100.01", key="4410")
    look_at_books()
    later = Entry.objects.get(flow="order_bills", number="Bill 4410")
    assert (codes_of(later), later.notices[0]["detail"]["remaining"]) == (["order_overbilled"], "7100.00")


def test_what_somebody_changes_in_procore_is_told_and_not_written_over(live: Any, order: dict[str, Any]) -> None:
    bill = bill_order(order, "100", key="4408")
    look_at_books()
    made = entry()
    worlds.act(live.procore, "edit_claim_line", requisition_id=int(made.target_id), line=0, work="120")
    look_at_made(Work(), timezone.now())
    made.refresh_from_db()
    (notice,) = made.notices
    assert (made.state, notice["code"], notice["detail"]["what"]) == (
        "changed_by_hand",
        "changed_by_hand",
        "line 1 amount",
    )
    lines = Work().qbo.get_entity("Bill", bill["Id"])["Line"]
    change("Bill", bill["Id"], Line=[{**lines[0], "Amount": 130}])
    look_at_books()
    assert [claim["items"][0][0] for claim in claims_of(live)] == ["120.00"]


def test_above_what_remains_nothing_is_billed_until_the_order_grows(live: Any, order: dict[str, Any]) -> None:
    bill_order(order, "", "1000.01", key="4404")
    look_at_books()
    held = entry()
    assert (held.state, codes_of(held), claims_of(live)) == ("held", ["order_overbilled"], [])
    assert held.notices[0]["detail"] == {"amount": "1000.01", "remaining": "1000.00", "ordered": "1000.00"}


def come_back(made: Entry) -> None:
    """Procore knows no keys, so a write in doubt is repeated only once the first one must have ended."""
    Outgoing.objects.filter(entry=made).update(sent_at=timezone.now() - timedelta(minutes=5))
    make_due_now()
    run()
    made.refresh_from_db()


def test_a_lost_answer_is_found_and_a_bill_that_goes_takes_its_invoice_with_it(
    live: Any, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = bill_order(order, "100", "30", key="4405")
    fault(live.procore, method="POST", path="requisitions", when="after", drop=True)
    look_at_books()
    made = entry()
    assert made.state == "uncertain"
    assert [(claim["status"], claim["due"]) for claim in claims_of(live)] == [("draft", "0.00")]
    # The draft stands there; its lines are written in several calls, the first of which is not answered.
    monkeypatch.setattr(requisitions, "MOST_ITEMS", 1)
    fault(live.procore, method="PATCH", path="requisitions", when="after", drop=True)
    come_back(made)
    assert (made.state, [claim["due"] for claim in claims_of(live)]) == ("posted", ["130.00"])
    assert [claim["status"] for claim in claims_of(live)] == ["under_review"]
    worlds.act(live.qbo, "delete_bill", bill_id=bill["Id"])
    look_at_books()
    made.refresh_from_db()
    assert (made.state, codes_of(made), claims_of(live)) == ("ineligible", ["deleted_in_quickbooks"], [])


def test_while_the_flow_is_off_a_bill_of_an_order_is_told_of_and_no_direct_cost(
    live: Any, order: dict[str, Any]
) -> None:
    switch(flow("order_bills"), None, is_on=False)
    bill_order(order, "100", key="4406")
    bill_order(order, "200", key="4407", more=[cost_line(30)])
    look_at_books()
    found = {each.number: each for each in Entry.objects.filter(flow="expenses")}
    assert {name: (each.state, codes_of(each)[:1], each.target_total) for name, each in found.items()} == {
        "Bill 4406": ("waiting", ["cost_of_order_not_carried"], None),
        "Bill 4407": ("posted_with_warnings", ["order_lines_not_carried"], Decimal("30.00")),
    }
    switch(flow("order_bills"), None, is_on=True)
    look_at_books()
    assert [claim["due"] for claim in claims_of(live)] == ["100.00", "200.00"]
    first = Entry.objects.get(flow="expenses", number="Bill 4406")
    assert (first.state, codes_of(first)) == ("ineligible", ["cost_of_order"])
