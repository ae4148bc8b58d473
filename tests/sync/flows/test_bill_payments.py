"""What a bill payment pays of an invoice: per bill, without tax, with credits, and when there must be nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.documents_payments import ContractPayment
from connectors.qbo.records_payments import BillPayment
from mapping.defaults import LOCK_OUR_RECORDS, PAYMENT_CREDITS, PAYMENT_WITHOUT_TAX, Choice, Defaults
from mapping.maps import Maps
from smoothx.lib.money import ZERO
from sync.codes import CODES
from sync.flows._paid import PaidInvoice, PaidPart, Settled, TaxedDocument, share_without_tax
from sync.flows.bill_payments import FLOW, SIDE, payment_issued_for
from tests.sync.flows.contracts import amount

INVOICE = PaidInvoice("1002", "123456", "786001", "SC-2417-014", "2", "EC-1002", "Bill EC-1002")
CREDITED = PaidInvoice("1003", "123456", "786002", "SC-2417-015", "3", "EC-1003", "Vendor credit EC-1003")


def payment(*lines: tuple[str, str, str], id: str = "118", total: str = "0", **wire: Any) -> BillPayment:
    """`lines` are (kind, id, amount)."""
    return BillPayment.from_wire(
        {
            "Id": id,
            "SyncToken": "0",
            "VendorRef": {"value": "56", "name": "Example Concrete LLC"},
            "TxnDate": "2026-09-15",
            "TotalAmt": total,
            "PayType": "Check",
            "DocNumber": "1044",
            "CurrencyRef": {"value": "USD"},
            "Line": [
                {"Amount": value, "LinkedTxn": [{"TxnType": kind, "TxnId": txn_id}]} for kind, txn_id, value in lines
            ],
            **wire,
        }
    )


def part_of(paid: BillPayment | None, part: str = "Bill:234", *ours: str, **more: Any) -> PaidPart[BillPayment]:
    return PaidPart("118", part, paid, more.pop("invoice", INVOICE), tuple(sorted({part, *ours})), **more)


def plan(part: PaidPart[BillPayment], **choices: str) -> Any:
    defaults = Defaults({key: Choice(value, value) for key, value in choices.items()})
    return payment_issued_for(part, Maps(), defaults)


def planned(part: PaidPart[BillPayment], **choices: str) -> ContractPayment:
    found = plan(part, **choices)
    assert found.document is not None, found
    document: ContractPayment = found.document
    return document


def test_what_is_applied_to_the_bill_is_paid_and_not_the_whole_payment() -> None:
    paid = payment(("Bill", "234", "600.00"), ("Bill", "235", "400.00"), total="1000.00")
    document = planned(part_of(paid))
    mark = SIDE.make_mark("118", "Bill:234")
    assert document == ContractPayment(
        direction="issued",
        project_id="123456",
        contract_id="786001",
        contract_name="SC-2417-014",
        amount=amount(600),
        date=date(2026, 9, 15),
        memo=f"QuickBooks bill payment 1044. {mark}",
        mark=mark,
        is_locked=True,
        method="check",
        check_number="1044",
        requisition_id="1002",
        invoice_number="EC-1002",
    )
    assert (document.entity, document.party_id, document.total) == ("payment_issued", "786001", amount(600))
    assert document.to_wire() == {
        "project_id": "123456",
        "contract_id": "786001",
        "mark": mark,
        "is_locked": True,
        "payment": {
            "date": "2026-09-15",
            "amount": amount(600),
            "check_number": "1044",
            "notes": f"QuickBooks bill payment 1044. {mark}",
            "payment_method": "check",
            "invoice_number": "EC-1002",
            "requisition_id": 1002,
        },
    }
    assert planned(part_of(paid, "Bill:235")).amount == amount(400)
    assert plan(part_of(paid)).facts == {"applied": "600.00", "tax_left_off": "0.00", "contract": "SC-2417-014"}


@pytest.mark.parametrize(
    ("wire", "method"),
    [
        ({"PayType": "CreditCard"}, "credit_card"),
        ({"DocNumber": ""}, "electronic"),
        ({"DocNumber": "", "CheckPayment": {"PrintStatus": "NeedToPrint"}}, "check"),
        ({}, "check"),
    ],
)
def test_how_it_was_paid(wire: dict[str, Any], method: str) -> None:
    assert planned(part_of(payment(("Bill", "234", "10.00"), total="10.00", **wire))).method == method


def test_a_payment_splits_into_the_bills_and_credits_it_settles() -> None:
    paid = payment(("Bill", "1", "5"), ("VendorCredit", "2", "2"), ("JournalEntry", "3", "1"), ("Bill", "4", "6"))
    assert SIDE.split(paid) == ("Bill:1", "VendorCredit:2", "Bill:4")
    assert SIDE.split(payment(total="0")) == ()


@pytest.mark.parametrize(
    ("part", "choices", "code"),
    [
        (part_of(None), {}, "payment_deleted"),
        (part_of(payment(total="0", PrivateNote="Voided")), {}, "payment_voided"),
        (part_of(payment(("Bill", "999", "10.00"))), {}, "payment_not_applied"),
        (part_of(payment(("Bill", "234", "10.00")), invoice=None), {}, "paid_document_not_ours"),
        (
            part_of(payment(("Bill", "234", "9"), ("VendorCredit", "11", "9")), "VendorCredit:11", invoice=CREDITED),
            {PAYMENT_CREDITS.key: "neither"},
            "credit_not_counted",
        ),
        (
            part_of(payment(("Bill", "234", "9"), ("VendorCredit", "11", "9")), "Bill:234", "VendorCredit:11"),
            {PAYMENT_CREDITS.key: "neither"},
            "nothing_paid",
        ),
    ],
)
def test_when_there_must_be_no_payment(part: PaidPart[BillPayment], choices: dict[str, str], code: str) -> None:
    found = plan(part, **choices)
    assert (found.document, found.blockers) == (None, ())
    assert found.removal is not None
    assert found.removal.code == code
    assert CODES[code].state == "ineligible"


def test_another_currency_is_for_a_person() -> None:
    found = plan(part_of(payment(("Bill", "234", "10.00"), CurrencyRef={"value": "EUR"})))
    assert [(n.code, n.subject, dict(n.detail)) for n in found.blockers] == [
        ("payment_currency_differs", "EUR", {"home": "USD"})
    ]


class TestCredits:
    """A payment of 8,000 settles a bill of 10,000 with a credit of 2,000."""

    PAID = payment(("Bill", "234", "10000.00"), ("VendorCredit", "11", "2000.00"), total="8000.00")

    def test_a_credit_of_others_counts_and_is_labelled(self) -> None:
        document = planned(part_of(self.PAID))
        assert document.amount == amount(10000)
        assert "2,000.00 of it by vendor credit." in document.memo

    def test_a_credit_of_ours_counts_on_the_paid_invoice_and_is_taken_back_on_its_own(self) -> None:
        bill = planned(part_of(self.PAID, "Bill:234", "VendorCredit:11"))
        credit = planned(part_of(self.PAID, "VendorCredit:11", "Bill:234", invoice=CREDITED))
        assert (bill.amount, credit.amount) == (amount(10000), amount(-2000))
        assert (credit.contract_id, credit.requisition_id) == ("786002", "1003")
        assert "Taken back" in credit.memo

    def test_a_credit_that_may_settle_a_journal_too_takes_no_more_than_its_share(self) -> None:
        lines = ("Bill", "234", "100.00"), ("JournalEntry", "3", "300.00"), ("VendorCredit", "11", "200.00")
        part = part_of(payment(*lines, total="200.00"), "Bill:234", "VendorCredit:11")
        assert planned(part, payment_credits="neither").amount == amount(50)

    def test_or_on_neither(self) -> None:
        bill = planned(part_of(self.PAID, "Bill:234", "VendorCredit:11"), payment_credits="neither")
        assert bill.amount == amount(8000)
        assert "by vendor credit" not in bill.memo

    def test_without_money_there_is_no_method(self) -> None:
        paid = payment(("Bill", "234", "50.00"), ("VendorCredit", "11", "50.00"), total="0")
        assert planned(part_of(paid)).method is None
        assert "payment_method" not in planned(part_of(paid)).to_wire()["payment"]

    @given(
        bills=st.lists(st.integers(1, 500_000), min_size=1, max_size=5),
        used=st.integers(1, 100),
    )
    def test_either_way_comes_to_the_money_that_was_paid(self, bills: list[int], used: int) -> None:
        """All documents of the payment are ours: what counts in Procore is the money."""
        amounts = [Decimal(value) / 100 for value in bills]
        credit = (sum(amounts, ZERO) * used / 100).quantize(Decimal("0.01"))
        lines = [("Bill", str(number), str(value)) for number, value in enumerate(amounts)]
        paid = payment(*lines, ("VendorCredit", "11", str(credit)), total=str(sum(amounts, ZERO) - credit))
        parts = SIDE.split(paid)
        for choice in ("both", "neither"):
            plans = [plan(part_of(paid, part, *parts), payment_credits=choice) for part in parts]
            assert sum((found.document.amount for found in plans if found.document), ZERO) == paid.amount


class TestTax:
    """A bill of 1,200 with 200 of tax: Procore counts 1,000."""

    def taxed(self, *settled: tuple[str, str, str], total: str = "1200.00", tax: str = "200.00") -> TaxedDocument:
        rows = [Settled(date.fromisoformat(day), txn_id, amount(value)) for day, txn_id, value in settled]
        return TaxedDocument(amount(total), amount(tax), tuple(rows))

    def test_its_share_is_left_off(self) -> None:
        paid = payment(("Bill", "234", "600.00"), total="600.00")
        taxed = self.taxed(("2026-09-15", "118", "600.00"))
        document = planned(part_of(paid, taxed=taxed))
        assert document.amount == amount(500)
        assert "100.00 of tax is left off." in document.memo
        assert planned(part_of(paid, taxed=taxed), **{PAYMENT_WITHOUT_TAX.key: "no"}).amount == amount(600)

    def test_the_last_one_by_date_and_then_id_takes_what_rounding_left(self) -> None:
        document = self.taxed(
            ("2026-09-02", "9", "333.33"), ("2026-09-02", "10", "333.33"), ("2026-09-01", "40", "533.34")
        )
        assert [share_without_tax(document, each) for each in ("40", "9", "10")] == [
            amount("444.45"), amount("277.78"), amount("277.77"),
        ]  # fmt: skip

    @given(
        total=st.integers(1, 10_000_000),
        tax_percent=st.integers(1, 30),
        cuts=st.lists(st.integers(1, 99), max_size=6),
    )
    def test_a_bill_paid_in_full_pays_its_invoice_to_the_cent(
        self, total: int, tax_percent: int, cuts: list[int]
    ) -> None:
        whole = Decimal(total) / 100
        tax = (whole * tax_percent / 100).quantize(Decimal("0.01"))
        left, settled = whole, []
        for number, cut in enumerate(cuts):
            value = (left * cut / 100).quantize(Decimal("0.01"))
            settled.append(Settled(date(2026, 9, 1) + timedelta(days=cut % 7), str(90 + number), value))
            left -= value
        settled.append(Settled(date(2026, 10, 1), "7", left))
        document = TaxedDocument(whole, tax, tuple(reversed(settled)))
        shares = {each.payment_id: share_without_tax(document, each.payment_id) for each in settled}
        assert sum(shares.values(), ZERO) == whole - tax

    def test_a_credit_leaves_off_its_tax_too(self) -> None:
        paid = payment(("Bill", "234", "120.00"), ("VendorCredit", "11", "120.00"))
        taxed = self.taxed(("2026-09-15", "118", "120.00"), total="120.00", tax="20.00")
        credit = planned(part_of(paid, "VendorCredit:11", invoice=CREDITED, taxed=taxed))
        assert credit.amount == amount(-100)


def test_locking_is_a_choice() -> None:
    document = planned(part_of(payment(("Bill", "234", "10.00"))), **{LOCK_OUR_RECORDS.key: "no"})
    assert document.is_locked is False


def test_description() -> None:
    found = SIDE.describe(part_of(payment(("Bill", "234", "600.00"), total="600.00")))
    assert (found.number, found.title, found.party) == (
        "1044", "Example Concrete LLC, Bill EC-1002, payment 1044", "Example Concrete LLC",
    )  # fmt: skip
    assert (found.amount, found.document_date, found.project_id) == (amount(600), date(2026, 9, 15), "123456")
    gone = SIDE.describe(replace(part_of(None), title="Known before"))
    assert (gone.number, gone.title) == ("118", "Known before")


def test_flow_declares_what_it_uses() -> None:
    assert (FLOW.key, FLOW.source, FLOW.target, FLOW.trigger) == ("bill_payments", "qbo", "procore", "event")
    assert (FLOW.after, FLOW.screen) == (("bills", "order_bills"), "payments")
