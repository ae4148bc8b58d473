"""The library python-quickbooks against the sandbox: what is sold, and what customers pay."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from quickbooks import QuickBooks
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Account,
    Address,
    CreditMemo,
    Customer,
    CustomerMemo,
    DetailLine,
    DiscountLineDetail,
    EmailAddress,
    Estimate,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PaymentMethod,
    Ref,
    RefundReceipt,
    SalesItemLineDetail,
    SalesReceipt,
    TxnTaxDetail,
)
from quickbooks.objects.refundreceipt import RefundReceiptCheckPayment

from tests.connectors.sandbox.qbo.library import make_sales_line, open_library


@pytest.fixture
def client() -> Iterator[QuickBooks]:
    with open_library() as library:
        yield library


def first_customer(client: QuickBooks) -> Customer:
    return Customer.all(max_results=1, qb=client)[0]


def first_item(client: QuickBooks) -> Item:
    return Item.all(max_results=1, qb=client)[0]


def make_memo(text: str) -> CustomerMemo:
    memo = CustomerMemo()
    memo.value = text
    return memo


def create_invoice(client: QuickBooks, amount: float = 100, request_id: str | None = None) -> Invoice:
    invoice = Invoice()
    invoice.Line.append(make_sales_line(first_item(client), amount, "description"))
    invoice.CustomerRef = first_customer(client).to_ref()
    invoice.CustomerMemo = make_memo("Customer Memo")
    return invoice.save(qb=client, request_id=request_id)


def test_invoice_is_created_numbered_and_read(client: QuickBooks) -> None:
    invoice = create_invoice(client)

    read = Invoice.get(invoice.Id, qb=client)
    assert (read.Id, read.DocNumber, read.CustomerRef.name) == ("266", "1043", "Amy's Bird Sanctuary")
    assert (read.CustomerMemo.value, read.Line[0].Description, read.Line[0].Amount) == (
        *("Customer Memo", "description", 100.0),
    )
    assert (read.TotalAmt, read.Balance, len(read.Line)) == (100.0, 100.0, 2)
    assert Customer.get("1", qb=client).Balance == 739.0


def test_invoice_of_one_request_id_is_created_once(client: QuickBooks) -> None:
    key = str(uuid4())
    assert create_invoice(client, request_id=key).Id == create_invoice(client, request_id=key).Id
    assert Invoice.count("Id IN ('266', '267')", qb=client) == 1


def test_whole_invoice_goes_back_with_its_memo_changed(client: QuickBooks) -> None:
    invoice = Invoice.get("130", qb=client)
    invoice.PrivateNote = "Checked"
    invoice.save(qb=client)

    again = Invoice.get("130", qb=client)
    assert (again.PrivateNote, again.TotalAmt, again.Balance, again.SyncToken) == ("Checked", 362.07, 362.07, "1")
    assert [line.Id for line in again.Line if line.Id] == ["1"]


def test_whole_paid_invoice_goes_back_with_its_links(client: QuickBooks) -> None:
    """The library writes a line id of 0 beside every link and empty lists on every line."""
    before = client.get_single_object("Invoice", "67")["Invoice"]
    invoice = Invoice.get("67", qb=client)
    invoice.PrivateNote = "Checked"
    invoice.save(qb=client)

    after = client.get_single_object("Invoice", "67")["Invoice"]
    assert (after["PrivateNote"], after["Balance"]) == ("Checked", 239.0)
    assert (after["LinkedTxn"], after["Line"]) == (before["LinkedTxn"], before["Line"])
    assert after["LinkedTxn"] == [{"TxnId": "85", "TxnType": "Payment"}]


def test_deleted_invoice_is_gone_from_lists_and_reads(client: QuickBooks) -> None:
    invoice = create_invoice(client)
    answer = invoice.delete(qb=client)

    assert answer["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": invoice.Id}
    assert Invoice.filter(Id=invoice.Id, qb=client) == []
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=client)
    assert Customer.get("1", qb=client).Balance == 639.0


def test_voided_invoice_stays_without_amounts(client: QuickBooks) -> None:
    invoice = create_invoice(client)
    invoice.void(qb=client)

    read = Invoice.get(invoice.Id, qb=client)
    assert (read.TotalAmt, read.Balance) == (0, 0)
    assert "Voided" in read.PrivateNote
    assert Customer.get("1", qb=client).Balance == 639.0


def make_estimate(client: QuickBooks) -> Estimate:
    estimate = Estimate()
    estimate.TotalAmt, estimate.ApplyTaxAfterDiscount = 31.5, False
    estimate.PrintStatus, estimate.EmailStatus = "NeedToPrint", "NotSet"
    estimate.BillAddr, estimate.ShipAddr = Address(), Address()
    for address in (estimate.BillAddr, estimate.ShipAddr):
        address.Line1, address.City, address.CountrySubDivisionCode = "65 Ocean Dr.", "Half Moon Bay", "CA"
        address.PostalCode, address.Lat, address.Long = "94213", "37.4300318", "-122.4336537"
    estimate.ShipAddr.Id = "2191532"
    estimate.BillEmail = EmailAddress()
    estimate.BillEmail.Address = "cool.cars@example.com"
    estimate.CustomerMemo = make_memo("Thank you!")
    estimate.CustomerRef = first_customer(client).to_ref()
    estimate.TxnTaxDetail = TxnTaxDetail()
    estimate.TxnTaxDetail.TotalTax = 0
    return estimate


def make_discount(amount: float, percent: float) -> DetailLine:
    line = DetailLine()
    line.Amount, line.DetailType = amount, "DiscountLineDetail"
    line.DiscountLineDetail = DiscountLineDetail()
    line.DiscountLineDetail.PercentBased, line.DiscountLineDetail.DiscountPercent = True, percent
    line.DiscountLineDetail.DiscountAccountRef = Ref()
    line.DiscountLineDetail.DiscountAccountRef.value = "86"
    line.DiscountLineDetail.DiscountAccountRef.name = "Discounts given"
    return line


def test_estimate_with_a_discount_has_its_subtotal_between(client: QuickBooks) -> None:
    estimate = make_estimate(client)
    line = make_sales_line(Item.filter(Name="Pest Control", qb=client)[0], 35.0, "Pest Control Services")
    line.SalesItemLineDetail.UnitPrice, line.SalesItemLineDetail.Qty = 35, 1
    line.SalesItemLineDetail.TaxCodeRef = Ref()
    line.SalesItemLineDetail.TaxCodeRef.value = "NON"
    estimate.Line.extend([line, make_discount(3.5, 10)])
    estimate.save(qb=client)

    read = Estimate.get(estimate.Id, qb=client)
    assert (read.TotalAmt, read.PrintStatus, read.EmailStatus) == (31.5, "NeedToPrint", "NotSet")
    assert (read.BillAddr.Line1, read.ShipAddr.City) == ("65 Ocean Dr.", "Half Moon Bay")
    assert (read.BillEmail.Address, read.CustomerMemo.value) == ("cool.cars@example.com", "Thank you!")
    assert [line.DetailType for line in read.Line] == [
        "SalesItemLineDetail",
        "SubTotalLineDetail",
        "DiscountLineDetail",
    ]
    assert (read.Line[0].SalesItemLineDetail.UnitPrice, read.Line[0].SalesItemLineDetail.Qty) == (35, 1)
    assert (read.Line[2].Amount, read.Line[2].DiscountLineDetail.DiscountPercent) == (3.5, 10)
    assert read.Line[2].DiscountLineDetail.DiscountAccountRef.name == "Discounts given"
    assert read.TxnTaxDetail.TotalTax == 0


def test_sales_receipt_is_created_and_voided(client: QuickBooks) -> None:
    receipt = SalesReceipt()
    receipt.TotalAmt = 100.0
    receipt.CustomerRef = first_customer(client).to_ref()
    line = make_sales_line(first_item(client), 100.0)
    line.SalesItemLineDetail.Qty, line.SalesItemLineDetail.UnitPrice = 1, 100.0
    line.SalesItemLineDetail.ServiceDate = "2026-01-15"
    receipt.Line = [line]
    saved = receipt.save(qb=client)

    read = SalesReceipt.get(saved.Id, qb=client)
    assert (read.TotalAmt, read.Line[0].Amount) == (100.0, 100.0)
    assert (read.Line[0].SalesItemLineDetail["Qty"], read.Line[0].SalesItemLineDetail["UnitPrice"]) == (1, 100.0)
    assert "Voided" not in read.PrivateNote

    saved.void(qb=client)
    read = SalesReceipt.get(saved.Id, qb=client)
    assert read.TotalAmt == 0
    assert "Voided" in read.PrivateNote


def test_credit_memo_is_created_and_changed(client: QuickBooks) -> None:
    memo = CreditMemo()
    memo.CustomerRef = first_customer(client).to_ref()
    memo.Line.append(make_sales_line(first_item(client), 100, "Test Description"))
    memo.save(qb=client)

    read = CreditMemo.get(memo.Id, qb=client)
    assert (read.CustomerRef.value, read.RemainingCredit, read.Line[0].LineNum) == ("1", 100.0, 1)
    assert (read.Line[0].Description, read.Line[0].SalesItemLineDetail.ItemRef.value) == ("Test Description", "3")

    first = CreditMemo.all(max_results=1, qb=client)[0]
    first.PrivateNote = "Test"
    first.save(qb=client)
    assert CreditMemo.get(first.Id, qb=client).PrivateNote == "Test"


def test_refund_receipt_takes_its_account_and_memo(client: QuickBooks) -> None:
    refund = RefundReceipt()
    refund.DocNumber, refund.TotalAmt, refund.Balance = "DocNum123", 100, 100
    refund.PrivateNote, refund.PaymentType = "Private Note", "Check"
    refund.CustomerMemo = make_memo("Customer Memo")
    refund.CheckPayment = RefundReceiptCheckPayment()
    refund.CheckPayment.CheckNum, refund.CheckPayment.NameOnAcct = "1001", "John Smith"
    refund.CheckPayment.AcctNum, refund.CheckPayment.BankName = "0000000000", "Bank"
    line = DetailLine()
    line.DetailType, line.Amount = "SalesItemLineDetail", 200
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = first_item(client).to_ref()
    refund.Line.append(line)
    account = Account.where("Name = 'checking'", max_results=1, qb=client)[0]
    refund.DepositToAccountRef = account.to_ref()
    refund.save(qb=client)

    read = RefundReceipt.get(refund.Id, qb=client)
    assert (read.DocNumber, read.Line[0].Amount, read.TotalAmt) == ("DocNum123", 200, 200)
    assert (read.DepositToAccountRef.value, read.CustomerMemo.value) == (account.Id, "Customer Memo")


def make_payment(client: QuickBooks, amount: float, *invoices: Invoice) -> Payment:
    payment = Payment()
    payment.TotalAmt = amount
    payment.CustomerRef = first_customer(client).to_ref()
    payment.PaymentMethodRef = PaymentMethod.filter(Name="Check", qb=client)[0].to_ref()
    for invoice in invoices:
        line = PaymentLine()
        line.Amount = invoice.Balance
        line.LinkedTxn.append(invoice.to_linked_txn())
        payment.Line.append(line)
    return payment.save(qb=client)


def test_payments_are_listed(client: QuickBooks) -> None:
    payments = Payment.all(max_results=5, qb=client)
    assert len(payments) == 5
    assert len({payment.Id for payment in payments}) == 5


def test_unapplied_payment_is_voided(client: QuickBooks) -> None:
    payment = make_payment(client, 140.0)
    read = Payment.get(payment.Id, qb=client)
    assert (read.CustomerRef.name, read.TotalAmt, read.UnappliedAmt) == ("Amy's Bird Sanctuary", 140.0, 140.0)
    assert read.PaymentMethodRef.value == "2"

    payment.void(qb=client)
    read = Payment.get(payment.Id, qb=client)
    assert (read.TotalAmt, read.UnappliedAmt) == (0, 0)
    assert "Voided" in read.PrivateNote


def test_payment_of_an_invoice_closes_it_and_its_deletion_opens_it(client: QuickBooks) -> None:
    invoice = create_invoice(client, 250)
    payment = make_payment(client, 250, invoice)
    paid = Invoice.get(invoice.Id, qb=client)
    assert (paid.Balance, paid.LinkedTxn[0].TxnId, paid.LinkedTxn[0].TxnType) == (0, payment.Id, "Payment")
    assert Payment.get(payment.Id, qb=client).UnappliedAmt == 0

    payment.delete(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 250.0


def test_stale_invoice_is_refused(client: QuickBooks) -> None:
    invoice = create_invoice(client)
    stale = Invoice.get(invoice.Id, qb=client)
    invoice.PrivateNote = "first"
    invoice.save(qb=client)
    stale.PrivateNote = "second"
    with pytest.raises(QuickbooksException) as refusal:
        stale.save(qb=client)
    assert refusal.value.error_code == 5010
    assert Invoice.get(invoice.Id, qb=client).PrivateNote == "first"
