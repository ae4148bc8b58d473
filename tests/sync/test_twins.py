"""Which documents of a vendor stand in the way of a new bill, and how often the ledger is asked which are ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.procore.documents_costs import CostLine, DirectCost
from connectors.procore.documents_payments import ContractPayment
from connectors.procore.records_costs import ListedCost
from connectors.procore.records_payments import ListedPayment
from connectors.qbo.documents import Bill, BillLine
from connectors.qbo.records import PostedDocument
from sync import work as works
from sync.models import Entry, Outgoing
from sync.targets import payments
from sync.targets.direct_costs import DirectCosts
from sync.targets.documents import BooksDocuments
from sync.work import Work
from tests.factories import make_entry, make_outgoing

pytestmark = pytest.mark.django_db

DAY, AMOUNT = date(2026, 3, 31), Decimal("1800.00")
LINE = BillLine(AMOUNT, "Works", "account", "63", "Job materials", "77", "code")
BILL = Bill("56", "Front Range Mechanical", "FRM-900", DAY, (LINE,), "Smoothx 1")


def stand(work: Work, *documents: tuple[str, str, Decimal, int]) -> None:
    """Vendor 56 has these in the books: id, number, total, days before the new bill."""
    work._documents["Bill", "56"] = [
        PostedDocument(each, "0", number, "56", DAY - timedelta(days=days), total, total, "")
        for each, number, total, days in documents
    ]


def find(work: Work, entry: Entry) -> list[tuple[str, str]]:
    return [(twin.code, twin.id) for twin in BooksDocuments().twins(work, entry, BILL)]


@pytest.fixture
def entry(scope: Any) -> Entry:
    return make_entry("queued")


def test_of_equal_claims_month_after_month_only_what_is_not_ours_stands_in_the_way(entry: Entry) -> None:
    for number in ("1", "2", "4"):
        make_entry(target_id=number)
    work = Work()
    stand(
        work,
        ("1", "FRM-101", AMOUNT, 29),
        ("2", "FRM-201", AMOUNT, 60),
        ("3", "A-77", AMOUNT, 30),
        # A slip away, and a few cents: each is looked at once the kind before has nothing.
        ("4", "FRM-90", AMOUNT, 80),
        ("5", "FRM-908", AMOUNT, 89),
        ("6", "B-1", AMOUNT + Decimal("0.40"), 6),
    )
    assert find(work, entry) == [("possible_duplicate", "3")]
    make_entry(target_id="3")
    assert find(work, entry) == [("similar_document", "5")]
    make_entry(target_id="5")
    assert find(work, entry) == [("similar_document", "6")]
    make_entry(target_id="6")
    assert find(work, entry) == []


@pytest.mark.parametrize(("memo", "stands_in_the_way"), [("Smoothx 0", ["3"]), (BILL.memo, ["2", "3"])])
def test_what_another_worker_has_made_and_not_settled_yet_is_ours(
    entry: Entry, memo: str, stands_in_the_way: list[str]
) -> None:
    """But one with the memo of this very bill is this bill: its answer was lost."""
    write = make_outgoing(
        make_entry("sending"), state="sending", body={"DocNumber": "FRM-800", "PrivateNote": memo}, closed_at=None
    )

    def find_again() -> list[str]:
        work = Work()
        stand(work, ("2", "FRM-800", AMOUNT, 3), ("3", "A-77", AMOUNT, 30))
        made, strange = work._documents["Bill", "56"]
        work._documents["Bill", "56"] = [replace(made, memo=memo), strange]
        found = find(work, entry)
        assert {code for code, _ in found} == {"possible_duplicate"}
        return [each for _, each in found]

    assert find_again() == stands_in_the_way
    # A copy of a document that was settled long ago has its memo as well.
    Outgoing.objects.filter(pk=write.pk).update(state="done")
    assert find_again() == ["2", "3"]


def test_a_number_in_use_stands_in_the_way_whosever_it_is(entry: Entry) -> None:
    make_entry(target_id="1")
    work = Work()
    stand(work, ("1", "frm-900", Decimal("5.00"), 700))
    assert find(work, entry) == [("duplicate_number", "1")]
    stand(work, ("1", "FRM 0900", Decimal("5.00"), 700))
    assert find(work, entry) == [("similar_document", "1")]


def test_the_ledger_is_asked_once_for_the_documents_of_a_vendor(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = make_entry(target_id="1")
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr(works, "time", clock)
    work = Work()
    stand(work, ("1", "FRM-101", AMOUNT, 10))
    with CaptureQueriesContext(connection) as asked:
        assert [find(work, entry) for _ in range(3)] == [[], [], []]
    assert len(asked) == 1
    # Somebody let go of it: after a moment it is a stranger's.
    Entry.objects.filter(pk=ours.pk).update(target_id="")
    clock.monotonic = lambda: 110.0
    assert find(work, entry) == [("possible_duplicate", "1")]


COST = DirectCost(
    "501", "Larimer Lofts", "expense", "88", "Shell", "", DAY,
    (CostLine("1", Decimal("45.00"), "Fuel", "71", "3", "", "01-500", "code"),), "Fuel", "Smoothx 7", False,
)  # fmt: skip
PAYMENT = ContractPayment(
    "issued", "501", "9", "SC-09", Decimal("45.00"), DAY, "Paid", "Smoothx 7", False, None, "", "3"
)


@pytest.mark.parametrize("state", ["sending", "uncertain", "done"])
def test_equal_costs_and_payments_that_others_make_in_procore_are_ours(
    entry: Entry, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Two fills of the tank on one day, carried side by side. Only what is under way tells that both are ours."""
    for entity in ("direct_cost", "payment_issued"):
        body = {"mark": "Smoothx 6"}
        make_outgoing(make_entry("sending"), target_type=entity, state=state, body=body, closed_at=None)
    amount, work = Decimal("45.00"), Work()
    costs = [
        ListedCost("61", "expense", "", "88", DAY, amount, "Fuel, Smoothx 6", "", ""),
        ListedCost("62", "expense", "", "88", DAY, amount, "By hand", "", ""),
    ]
    paid = [
        ListedPayment("63", "1", amount, DAY, "", "", "3", "Smoothx 6", "", ""),
        ListedPayment("64", "2", amount, DAY, "", "", "3", "By hand", "", ""),
    ]
    work.direct_costs["501"] = costs
    monkeypatch.setattr(payments, "list_payments", lambda *_, **__: paid)
    strange = [twin.id for twin in DirectCosts().twins(work, entry, COST)]
    strange += [twin.id for twin in payments.ContractPayments().twins(work, entry, PAYMENT)]
    assert strange == (["61", "62", "63", "64"] if state == "done" else ["62", "64"])
