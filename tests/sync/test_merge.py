from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.procore.documents import DirectoryCompany
from connectors.procore.documents_costs import CostLine, DirectCost
from connectors.procore.records import Company
from connectors.qbo.documents import Bill, BillLine, Contact, PostalAddress
from connectors.qbo.records import Contact as QboContact
from sync.merge import Change, find_changes, fingerprint
from tests.sync.flows.contracts import Billed, Contract

LINE = BillLine(
    amount=Decimal("100.00"),
    description="03-300 Concrete - Footings",
    coding="account",
    code_id="211",
    code_name="Concrete",
    customer_id="97",
    chosen_by="Code",
)
BILL = Bill(
    vendor_id="56", vendor_name="Example", number="A-1", date=date(2026, 7, 31), lines=(LINE,), memo="SC-1, invoice 1"
)


def stored(document: Any, amounts: type = str) -> dict[str, Any]:
    """The wire form as a JSON column gives it back."""
    return json.loads(json.dumps(document.to_wire(), default=amounts))


def test_equal_documents_have_equal_marks_on_every_machine() -> None:
    assert fingerprint(BILL) == fingerprint(replace(BILL, lines=(replace(LINE, amount=Decimal("100")),)))
    assert fingerprint(BILL) == "fadec4613be8bcc57b58c68a83f0e15e63f29571748762e1cf656d2473cb3b2d"


@pytest.mark.parametrize(
    "other",
    [
        replace(BILL, number="A-2"),
        replace(BILL, vendor_id="57"),
        replace(BILL, date=date(2026, 8, 1)),
        replace(BILL, memo=""),
        replace(BILL, is_credit=True),
        replace(BILL, lines=(LINE, LINE)),
        replace(BILL, lines=(replace(LINE, amount=Decimal("100.01")),)),
        replace(BILL, lines=(replace(LINE, code_id="212"),)),
        replace(BILL, lines=(replace(LINE, coding="item"),)),
    ],
)
def test_what_is_sent_counts(other: Bill) -> None:
    assert fingerprint(other) != fingerprint(BILL)


@pytest.mark.parametrize(
    "same",
    [replace(BILL, vendor_name="Renamed"), replace(BILL, lines=(replace(LINE, code_name="Renamed", chosen_by="x"),))],
)
def test_what_is_only_shown_does_not(same: Bill) -> None:
    assert fingerprint(same) == fingerprint(BILL)


def test_a_credit_of_nothing_is_another_document() -> None:
    zero = replace(BILL, lines=())
    assert fingerprint(zero) != fingerprint(replace(zero, is_credit=True))


def test_a_record_that_was_only_touched_is_the_same() -> None:
    contract = Contract()
    wire = contract.wire([Billed("A", work=100)])
    claim = Contract().bill(Billed("A", work=100))
    touched = replace(claim, updated_at=datetime(2026, 8, 1, tzinfo=UTC))
    assert claim == type(claim).from_wire(wire)
    assert fingerprint(touched) == fingerprint(claim)
    assert fingerprint(replace(claim, status="draft")) != fingerprint(claim)
    longer = replace(claim.lines[0], description="Something else")
    assert fingerprint(replace(claim, lines=(longer,))) != fingerprint(claim)


def test_records_of_both_sides_can_be_marked() -> None:
    company = Company.from_wire({"id": 1, "name": "Aspen"})
    assert fingerprint(company) != fingerprint(replace(company, phone="1"))
    contact = QboContact.from_wire({"Id": "1", "DisplayName": "Aspen", "SyncToken": "3"}, role="vendor")
    assert fingerprint(contact) == fingerprint(replace(contact, sync_token="4"))
    assert fingerprint(contact) != fingerprint(replace(contact, role="customer"))


@dataclass(frozen=True)
class Pair:
    first: str
    second: str


def test_a_value_does_not_move_between_fields() -> None:
    assert fingerprint(Pair("a", "b")) != fingerprint(Pair("b", "a"))
    assert fingerprint(Pair("ab", "")) != fingerprint(Pair("a", "b"))


@pytest.mark.parametrize("amounts", [str, float])
def test_nothing_changed_since_it_was_sent(amounts: type) -> None:
    sent = stored(BILL, amounts) | {"Id": "4471", "SyncToken": "3", "sparse": True}
    assert find_changes(sent, BILL) == ()


def test_changes_are_named_for_a_reader() -> None:
    item = replace(LINE, coding="item", code_id="77", amount=Decimal("-5.00"))
    changed = replace(BILL, number="A-2", lines=(replace(LINE, amount=Decimal("1250.00")), item))
    assert find_changes(stored(BILL), changed) == (
        Change("number", "A-1", "A-2"),
        Change("line 1, amount", "100.00", "1250.00"),
        Change("line 2, amount", "", "-5.00"),
        Change("line 2, description", "", "03-300 Concrete - Footings"),
        Change("line 2, kind", "", "ItemBasedExpenseLineDetail"),
        Change("line 2, customer", "", "97"),
        Change("line 2, billable", "", "NotBillable"),
        Change("line 2, product or service", "", "77"),
    )


def test_a_line_that_is_gone_shows_what_it_was() -> None:
    two = replace(BILL, lines=(LINE, LINE))
    changes = find_changes(stored(two), BILL)
    assert Change("line 2, amount", "100.00", "") in changes
    assert {change.after for change in changes} == {""}


def test_changes_of_contacts() -> None:
    contact = Contact("vendor", "Aspen", email="a@b.co", address=PostalAddress("1 Main St", region="CO"))
    moved = replace(contact, email="c@b.co", address=PostalAddress("2 Main St", region="CO"), phone="1")
    assert find_changes(stored(contact), moved) == (
        Change("e-mail", "a@b.co", "c@b.co"),
        Change("phone", "", "1"),
        Change("address, street", "1 Main St", "2 Main St"),
    )
    company = DirectoryCompany("Aspen", zip="80401")
    assert find_changes(stored(company), replace(company, zip="80402")) == (Change("postal code", "80401", "80402"),)


def test_what_follows_from_the_rest_is_no_change() -> None:
    """A budget code that was made as the cost was sent is known only from then on."""
    line = CostLine("1", Decimal("5.00"), "Rental", "801", "31", "", "03-300", "")
    cost = DirectCost(
        "1", "Lofts", "invoice", "9", "Vendor", "B-1", date(2026, 7, 1), (line,), "memo", "mark", is_locked=True
    )
    known = replace(cost, lines=(replace(line, wbs_code_id="77"),))
    assert fingerprint(known) == fingerprint(cost)
    assert find_changes(cost.to_wire(), known) == ()
    moved = replace(cost, lines=(replace(line, cost_code_id="802"),))
    assert fingerprint(moved) != fingerprint(cost)
