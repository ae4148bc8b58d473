"""Customer payments to payments received: what counts of a payment, per invoice of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.qbo.records_payments import Applied
from connectors.qbo.records_sales import CustomerPayment
from mapping.defaults import LOCK_OUR_RECORDS, RECEIPT_CREDITS, RECEIPT_WITHOUT_TAX, Choice, Defaults
from mapping.maps import Maps
from sync.flows._paid import PaidInvoice, PaidPart, Settled, TaxedDocument
from sync.flows.receipts import FLOW, SIDE, payment_received_for
from tests.sync.flows.contracts import ZERO, amount, codes_of

INVOICE = PaidInvoice("2001", "501", "9001", "PC-2417", "1", "LL-01", "Invoice 1043")
DAY = date(2026, 9, 15)


def payment(*applied: tuple[str, str, str | int], total: str | int = 1000, **more: Any) -> CustomerPayment:
    rows = tuple(Applied(kind, id_, amount(value)) for kind, id_, value in applied)
    made = CustomerPayment("83", "0", "97", "Larimer Lofts", DAY, amount(total), "70210", "USD", rows)
    return replace(made, **more)


WHOLE = payment(("Invoice", "15", 1000))


def part(paid: CustomerPayment | None = WHOLE, *, of: str = "Invoice:15", **more: Any) -> PaidPart[CustomerPayment]:
    return PaidPart("83", of, paid, more.pop("invoice", INVOICE), **more)


def plan(receipt: PaidPart[CustomerPayment], **choices: str) -> Any:
    kinds = {"tax": RECEIPT_WITHOUT_TAX, "credits": RECEIPT_CREDITS, "lock": LOCK_OUR_RECORDS}
    chosen = {kinds[name].key: Choice(value, value) for name, value in choices.items()}
    return payment_received_for(receipt, Maps(), Defaults(chosen))


def taxed(*settled: tuple[str, str | int], total: str | int = 1080, tax: str | int = 80) -> TaxedDocument:
    rows = tuple(Settled(DAY, payment_id, amount(value)) for payment_id, value in settled)
    return TaxedDocument(amount(total), amount(tax), rows)


def test_the_amount_applied_to_the_invoice_is_received() -> None:
    document = plan(part(payment(("Invoice", "15", 400), ("Invoice", "16", 600)))).document
    mark = SIDE.make_mark("83", "Invoice:15")
    assert document.to_wire() == {
        "project_id": "501",
        "contract_id": "9001",
        "mark": mark,
        "is_locked": True,
        "payment": {
            "date": "2026-09-15",
            "amount": amount(400),
            "check_number": "70210",
            "notes": f"QuickBooks payment 70210. {mark}",
            "invoice_number": "LL-01",
            "draw_request_number": 1,
        },
    }
    assert document.entity == "payment_received"


def test_one_part_for_each_invoice_and_credit_memo() -> None:
    paid = payment(("Invoice", "15", 400), ("CreditMemo", "9", 50), ("JournalEntry", "3", 20), ("Invoice", "15", 1))
    assert SIDE.split(paid) == ("Invoice:15", "CreditMemo:9")
    assert plan(part(paid)).document.amount == amount(401)


def test_records_are_locked_unless_the_firm_says_otherwise() -> None:
    assert plan(part(), lock="no").document.is_locked is False


@pytest.mark.parametrize(
    ("receipt", "code"),
    [
        (part(None), "payment_deleted"),
        (part(payment(total=0)), "payment_voided"),
        (part(invoice=None), "paid_document_not_ours"),
        (part(payment(("Invoice", "16", 1000))), "payment_not_applied"),
    ],
)
def test_what_must_not_be_there(receipt: PaidPart[CustomerPayment], code: str) -> None:
    planned = plan(receipt)
    assert planned.document is None
    assert planned.removal.code == code


def test_another_currency_is_for_a_person() -> None:
    assert codes_of(plan(part(replace(WHOLE, currency="CAD")))) == ["payment_currency_differs"]


class TestCredits:
    PAID = payment(("Invoice", "15", 1000), ("CreditMemo", "9", 300), total=700)
    OURS = ("Invoice:15", "CreditMemo:9")

    def test_a_credit_of_ours_counts_on_both(self) -> None:
        invoice = plan(part(self.PAID, ours=self.OURS)).document
        credit = plan(part(self.PAID, of="CreditMemo:9", ours=self.OURS)).document
        assert (invoice.amount, credit.amount) == (amount(1000), amount(-300))
        assert invoice.memo.startswith("QuickBooks payment 70210. 300.00 of it by credit memo.")
        assert credit.memo.startswith("QuickBooks payment 70210. Taken back: this credit memo settled an invoice.")

    def test_or_on_neither(self) -> None:
        invoice = plan(part(self.PAID, ours=self.OURS), credits="neither").document
        assert (invoice.amount, "credit memo" in invoice.memo) == (amount(700), False)
        credit = plan(part(self.PAID, of="CreditMemo:9", ours=self.OURS), credits="neither")
        assert credit.removal.code == "credit_memo_not_counted"

    def test_a_credit_that_may_settle_a_journal_too_takes_no_more_than_its_share(self) -> None:
        paid = payment(("Invoice", "15", 100), ("JournalEntry", "3", 300), ("CreditMemo", "9", 200), total=200)
        assert plan(part(paid, ours=self.OURS), credits="neither").document.amount == amount(50)

    def test_a_credit_of_others_always_counts_as_paid(self) -> None:
        document = plan(part(self.PAID, ours=("Invoice:15",)), credits="neither").document
        assert document.amount == amount(1000)
        assert "300.00 of it by credit memo" in document.memo


class TestTax:
    def test_the_share_of_tax_is_left_off(self) -> None:
        half = payment(("Invoice", "15", 540))
        planned = plan(part(half, taxed=taxed(("83", 540), ("84", 540))))
        assert planned.document.amount == amount(500)
        assert " 40.00 of tax is left off." in planned.document.memo
        assert planned.facts["tax_left_off"] == "40.00"

    def test_unless_the_firm_keeps_it(self) -> None:
        half = payment(("Invoice", "15", 540))
        assert plan(part(half, taxed=taxed(("83", 540))), tax="no").document.amount == amount(540)

    @given(st.lists(st.integers(1, 50_000), min_size=1, max_size=6), st.integers(0, 3000))
    @settings(max_examples=60)
    def test_an_invoice_paid_in_full_is_received_to_the_cent(self, cents: list[int], rate: int) -> None:
        amounts = [Decimal(each) / 100 for each in cents]
        total = sum(amounts, ZERO)
        tax = (total * rate / 20_000).quantize(ZERO)
        document = taxed(*((str(n), str(each)) for n, each in enumerate(amounts)), total=str(total), tax=str(tax))
        received = ZERO
        for number, each in enumerate(amounts):
            paid = replace(payment(("Invoice", "15", str(each))), id=str(number))
            planned = payment_received_for(
                PaidPart(str(number), "Invoice:15", paid, INVOICE, taxed=document), Maps(), Defaults()
            )
            received += planned.document.amount if planned.document else ZERO
        assert received == total - tax


def test_how_it_is_listed() -> None:
    described = SIDE.describe(part())
    assert (described.title, described.amount) == ("Larimer Lofts, Invoice 1043, payment 70210", amount(1000))
    gone = SIDE.describe(part(None, title="Larimer Lofts, payment 70210"))
    assert (gone.title, gone.number) == ("Larimer Lofts, payment 70210", "83")
    assert (FLOW.source, FLOW.target) == ("qbo", "procore")
