"""The library python-quickbooks against the sandbox: what is bought and paid, journals, bank transfers and time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from quickbooks import QuickBooks
from quickbooks.helpers import qb_datetime_utc_offset_format
from quickbooks.objects import (
    Account,
    Bill,
    BillPayment,
    BillPaymentLine,
    CheckPayment,
    CreditCardPayment,
    Customer,
    Deposit,
    DepositLine,
    DepositLineDetail,
    Employee,
    Entity,
    Item,
    ItemBasedExpenseLine,
    ItemBasedExpenseLineDetail,
    JournalEntry,
    JournalEntryLine,
    JournalEntryLineDetail,
    Purchase,
    PurchaseOrder,
    TaxCode,
    TimeActivity,
    Transfer,
    Vendor,
    VendorCredit,
)
from quickbooks.objects.creditcardpayment_entity import CreditCardPayment as CreditCardPaymentEntity

from tests.connectors.sandbox.qbo.library import make_expense_line, open_library


@pytest.fixture
def client() -> Iterator[QuickBooks]:
    with open_library() as library:
        yield library


def first_vendor(client: QuickBooks) -> Vendor:
    return Vendor.all(max_results=1, qb=client)[0]


def create_bill(client: QuickBooks, amount: float = 200) -> Bill:
    bill = Bill()
    bill.Line.append(make_expense_line("1", amount))
    bill.VendorRef = first_vendor(client).to_ref()
    return bill.save(qb=client)


def make_item_line(client: QuickBooks, amount: float) -> ItemBasedExpenseLine:
    line = ItemBasedExpenseLine()
    line.Amount = amount
    line.ItemBasedExpenseLineDetail = detail = ItemBasedExpenseLineDetail()
    detail.BillableStatus, detail.UnitPrice, detail.Qty = "NotBillable", amount, 1
    detail.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    detail.TaxCodeRef = TaxCode.all(max_results=1, qb=client)[0].to_ref()
    detail.ItemRef = Item.filter(Type="Inventory", max_results=1, qb=client)[0].to_ref()
    return line


def check_item_line(line: ItemBasedExpenseLine, amount: float) -> None:
    detail = line.ItemBasedExpenseLineDetail
    assert (line.Amount, detail.UnitPrice, detail.Qty) == (amount, amount, 1)
    assert (detail.CustomerRef.value, detail.TaxCodeRef.value, detail.ItemRef.value) == ("1", "TAX", "11")


def test_bill_is_created_changed_and_deleted(client: QuickBooks) -> None:
    bill = create_bill(client)
    read = Bill.get(bill.Id, qb=client)
    assert (read.Id, len(read.Line), read.Line[0].Amount) == ("266", 1, 200.0)
    assert (read.TotalAmt, read.Balance, read.APAccountRef.value) == (200.0, 200.0, "33")

    read.PrivateNote = "Checked"
    read.save(qb=client)
    again = Bill.get(bill.Id, qb=client)
    assert (again.PrivateNote, again.TotalAmt, again.SyncToken) == ("Checked", 200.0, "1")

    again.delete(qb=client)
    assert Bill.filter(Id=bill.Id, qb=client) == []
    assert Vendor.get("56", qb=client).Balance == 0


def pay(client: QuickBooks, bill: Bill) -> BillPayment:
    payment = BillPayment()
    payment.PayType, payment.TotalAmt, payment.PrivateNote = "Check", 200, "Private Note"
    payment.VendorRef = first_vendor(client).to_ref()
    payment.CheckPayment = CheckPayment()
    payment.CheckPayment.BankAccountRef = Account.where("AccountSubType = 'Checking'", qb=client)[0].to_ref()
    payment.APAccountRef = Account.where("AccountSubType = 'AccountsPayable'", qb=client)[0].to_ref()
    line = BillPaymentLine()
    line.LinkedTxn.append(bill.to_linked_txn())
    line.Amount = 200
    payment.Line.append(line)
    return payment.save(qb=client)


def test_bill_payment_closes_the_bill_until_it_is_voided(client: QuickBooks) -> None:
    bill = create_bill(client)
    payment = pay(client, bill)
    read = BillPayment.get(payment.Id, qb=client)
    assert (read.PayType, read.TotalAmt, read.PrivateNote) == ("Check", 200.0, "Private Note")
    assert [line.Amount for line in read.Line] == [200.0]
    paid = Bill.get(bill.Id, qb=client)
    assert (paid.Balance, paid.LinkedTxn[0].TxnType) == (0, "BillPaymentCheck")
    paid.PrivateNote = "Paid"
    paid.save(qb=client)
    assert (Bill.get(bill.Id, qb=client).Balance, Bill.get(bill.Id, qb=client).PrivateNote) == (0, "Paid")

    payment.void(qb=client)
    read = BillPayment.get(payment.Id, qb=client)
    assert read.TotalAmt == 0
    assert "Voided" in read.PrivateNote
    assert Bill.get(bill.Id, qb=client).Balance == 200.0


def test_vendor_credit_is_created_and_deleted(client: QuickBooks) -> None:
    credit = VendorCredit()
    credit.VendorRef = first_vendor(client).to_ref()
    credit.Line.append(make_expense_line("13", 50))
    saved = credit.save(qb=client)
    assert VendorCredit.get(saved.Id, qb=client).TotalAmt == 50.0
    saved.delete(qb=client)
    assert VendorCredit.count(qb=client) in (0, None)


def test_card_purchase_keeps_its_number_and_lines(client: QuickBooks) -> None:
    card = Account()
    card.FullyQualifiedName, card.Id = "Visa", "42"
    purchase = Purchase()
    purchase.DocNumber, purchase.PaymentType, purchase.TotalAmt = "Doc123", "CreditCard", 100
    purchase.AccountRef = card.to_ref()
    purchase.Line.append(make_item_line(client, 100))
    purchase.save(qb=client, params={"include": "allowduplicatedocnum"})

    read = Purchase.get(purchase.Id, qb=client)
    assert (read.AccountRef.value, read.DocNumber, read.TotalAmt) == ("42", "Doc123", 100)
    check_item_line(read.Line[0], 100)
    # An echo of the whole body, PurchaseEx included, is refused by the vendor: it is left out.
    del read.PurchaseEx
    read.PrivateNote = "Checked"
    read.save(qb=client)
    assert Purchase.get(purchase.Id, qb=client).PrivateNote == "Checked"
    Purchase.get(purchase.Id, qb=client).delete(qb=client)
    assert Purchase.filter(Id=purchase.Id, qb=client) == []


def test_purchase_order_is_created_and_closed(client: QuickBooks) -> None:
    order = PurchaseOrder()
    order.Line.append(make_item_line(client, 100))
    order.VendorRef = first_vendor(client).to_ref()
    order.APAccountRef = Account.all(max_results=1, qb=client)[0].to_ref()
    order.TotalAmt = 100
    order.save(qb=client)

    read = PurchaseOrder.get(order.Id, qb=client)
    assert (read.VendorRef.value, read.APAccountRef.value, read.TotalAmt) == ("56", "33", 100)
    check_item_line(read.Line[0], 100)
    read.POStatus = "Closed"
    read.save(qb=client)
    assert PurchaseOrder.get(order.Id, qb=client).POStatus == "Closed"


def make_journal_line(kind: str, account: str, amount: float, vendor: str = "") -> JournalEntryLine:
    line = JournalEntryLine()
    line.Amount = amount
    line.JournalEntryLineDetail = JournalEntryLineDetail()
    line.JournalEntryLineDetail.PostingType = kind
    line.JournalEntryLineDetail.AccountRef = {"value": account}
    if vendor:
        line.JournalEntryLineDetail.Entity = Entity()
        line.JournalEntryLineDetail.Entity.Type = "Vendor"
        line.JournalEntryLineDetail.Entity.EntityRef = {"value": vendor}
    return line


def test_journal_moves_both_accounts(client: QuickBooks) -> None:
    entry = JournalEntry()
    entry.Line = [make_journal_line("Debit", "35", 75), make_journal_line("Credit", "36", 75)]
    saved = entry.save(qb=client)

    read = JournalEntry.get(saved.Id, qb=client)
    assert [line.JournalEntryLineDetail.PostingType for line in read.Line] == ["Debit", "Credit"]
    assert [Account.get(number, qb=client).CurrentBalance for number in ("35", "36")] == [1051.0, 725.0]
    read.delete(qb=client)
    assert [Account.get(number, qb=client).CurrentBalance for number in ("35", "36")] == [976.0, 800.0]


def test_deposit_and_transfer_move_money_between_accounts(client: QuickBooks) -> None:
    source, target = Account.filter(AccountType="Bank", max_results=2, qb=client)
    deposit = Deposit()
    line = DepositLine()
    line.Amount, line.DetailType = 20.00, "DepositLineDetail"
    line.DepositLineDetail = DepositLineDetail()
    line.DepositLineDetail.AccountRef = source.to_ref()
    deposit.DepositToAccountRef = target.to_ref()
    deposit.Line.append(line)
    deposit.save(qb=client)
    assert Deposit.get(deposit.Id, qb=client).TotalAmt == 20.0

    transfer = Transfer()
    transfer.Amount = 100
    transfer.FromAccountRef, transfer.ToAccountRef = source.to_ref(), target.to_ref()
    transfer.save(qb=client)
    read = Transfer.get(transfer.Id, qb=client)
    assert (read.Amount, read.FromAccountRef.value, read.ToAccountRef.value) == (100, "35", "36")
    assert [Account.get(each.Id, qb=client).CurrentBalance for each in (source, target)] == [856.0, 920.0]

    first = Transfer.all(max_results=1, qb=client)[0]
    first.Amount += 1
    first.save(qb=client)
    assert Transfer.get(first.Id, qb=client).Amount == 101


def test_card_balance_is_paid_from_the_bank(client: QuickBooks) -> None:
    payment = CreditCardPaymentEntity()
    payment.Amount = 100
    payment.BankAccountRef = Account.get("35", qb=client).to_ref()
    payment.CreditCardAccountRef = Account.get("41", qb=client).to_ref()
    payment.save(qb=client)

    read = CreditCardPaymentEntity.get(payment.Id, qb=client)
    assert (read.Amount, read.BankAccountRef.value, read.CreditCardAccountRef.value) == (100, "35", "41")
    assert [Account.get(number, qb=client).CurrentBalance for number in ("35", "41")] == [876.0, -57.72]
    first = CreditCardPaymentEntity.all(max_results=1, qb=client)[0]
    first.Amount += 1
    first.save(qb=client)
    assert CreditCardPaymentEntity.get(first.Id, qb=client).Amount == 101
    # The class of a card-paid bill payment shares the name and is no entity of its own.
    assert CreditCardPayment is not CreditCardPaymentEntity


def test_time_of_an_employee_is_entered_and_changed(client: QuickBooks) -> None:
    employee = Employee.all(max_results=1, qb=client)[0]
    work = TimeActivity()
    work.NameOf = "Employee"
    work.EmployeeRef = employee.to_ref()
    work.Description, work.CostRate = "Test description", 50.0
    work.StartTime = qb_datetime_utc_offset_format(datetime(2016, 7, 22, 10, 0), "-07:00")  # noqa: DTZ001
    work.EndTime = qb_datetime_utc_offset_format(datetime(2016, 7, 22, 11, 0), "-07:00")  # noqa: DTZ001
    work.save(qb=client)

    read = TimeActivity.get(work.Id, qb=client)
    assert (read.NameOf, read.Description, read.EmployeeRef.value) == ("Employee", "Test description", employee.Id)
    assert read.CostRate == 50.0

    first = TimeActivity.all(max_results=1, qb=client)[0]
    first.Description, first.CostRate = "Updated", 75.0
    first.save(qb=client)
    again = TimeActivity.get(first.Id, qb=client)
    assert (again.Description, again.CostRate) == ("Updated", 75.0)
    again.delete(qb=client)
    assert TimeActivity.filter(Id=first.Id, qb=client) == []
