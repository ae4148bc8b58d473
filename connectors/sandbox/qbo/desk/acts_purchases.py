"""What the bookkeeper does with money: bills, card charges, payments and what the bank feed is matched to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import delete, save, void
from connectors.sandbox.qbo.desk.acts_base import (
    ActBase,
    find_account,
    find_document_kind,
    find_record,
    refer,
    refusing,
    set_other,
    to_amount,
    to_date,
)
from connectors.sandbox.qbo.purchases.expenses import ACCOUNT_LINE, ITEM_LINE

UNCATEGORISED = "Uncategorized Expense"
# How the loose preference list names the account.
UNCATEGORISED_PREFERENCE = "UncategorizedExpenseAccountId"


class PurchaseActs(ActBase):
    """Mixed into the sandbox. Amounts are numbers or their text."""

    def act_enter_bill(
        self,
        vendor_id: str,
        amount: Any,
        account_id: Any = None,
        customer_id: Any = None,
        class_id: Any = None,
        number: Any = None,
        memo: Any = None,
        date: Any = None,
        realm: str = "",
    ) -> dict[str, Any]:
        """A bill of one line; without an account it goes to the uncategorised expenses."""
        tags = {"CustomerRef": refer(customer_id), "ClassRef": refer(class_id)}
        book = self.find_book(realm)
        with book.atomic():
            account = account_id or self._find_uncategorised(book)["Id"]
            body = {
                "VendorRef": refer(vendor_id),
                "DocNumber": number,
                "PrivateNote": memo,
                "TxnDate": to_date(date) if date else None,
                "Line": [_make_line(to_amount(amount), {"AccountRef": refer(account), **tags})],
            }
            return self.add_record("Bill", body, realm)

    def act_enter_costs(
        self,
        entity: str,
        lines: list[dict[str, Any]],
        vendor_id: Any = None,
        number: Any = None,
        date: Any = None,
        pay_type: str = "CreditCard",
        is_credit: bool = False,
        realm: str = "",
    ) -> dict[str, Any]:
        """A Bill, VendorCredit or Purchase of several lines, `{"amount", "account_id", "customer_id", "class_id",
        "tax_code_id", "description"}`. A purchase is paid at once, by card or check; one by card may be a credit."""
        book = self.find_book(realm)
        body: dict[str, Any] = {
            "DocNumber": number,
            "TxnDate": to_date(date) if date else None,
            "Line": [read_line(line) for line in lines],
        }
        if entity != "Purchase":
            return self.add_record(entity, body | {"VendorRef": refer(vendor_id)}, realm)
        source = "Credit Card" if pay_type == "CreditCard" else "Bank"
        body |= {
            "PaymentType": pay_type,
            "AccountRef": refer(find_account(book, source)["Id"]),
            "EntityRef": {**(refer(vendor_id) or {}), "type": "Vendor"} if vendor_id else None,
            "Credit": bool(is_credit),
        }
        return self.add_record(entity, body, realm)

    def act_pay_bill(self, bill_id: str, amount: Any = None, date: Any = None, realm: str = "") -> dict[str, Any]:
        """Pay a bill by check from the first bank account, whole unless an amount is given."""
        book = self.find_book(realm)
        bill = find_record(book, "Bill", bill_id)
        paid = Decimal(bill["Balance"]) if amount in (None, "") else to_amount(amount)
        if paid <= 0:
            raise ActRefused("nothing is owed on this bill")
        body = _make_payment(bill["VendorRef"]["value"], [(bill, paid)], find_account(book, "Bank"), date)
        return self.add_record("BillPayment", body, realm)

    def act_pay_bills(
        self, bill_ids: Any, amounts: Any = None, account_id: Any = None, date: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """Pay several bills by check, one payment per vendor. `amounts` (one per bill) pays parts of them."""
        book = self.find_book(realm)
        bills = [find_record(book, "Bill", bill_id) for bill_id in _to_list(bill_ids)]
        paid = [to_amount(each) for each in _to_list(amounts)] or [Decimal(bill["Balance"]) for bill in bills]
        if not bills or len(paid) != len(bills) or any(each <= 0 for each in paid):
            raise ActRefused("every bill needs an amount above zero that is still owed")
        bank = find_account(book, "Bank", account_id)
        by_vendor: dict[str, list[tuple[Record, Decimal]]] = {}
        for bill, amount in zip(bills, paid, strict=True):
            by_vendor.setdefault(bill["VendorRef"]["value"], []).append((bill, amount))
        with refusing(), book.atomic():
            kind = book.kinds["BillPayment"]
            made = [save(book, kind, _make_payment(vendor, pairs, bank, date)) for vendor, pairs in by_vendor.items()]
        return {"BillPayment": made}

    def act_apply_vendor_credit(
        self, credit_id: str, bill_id: str, amount: Any = None, date: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """Settle a bill with a vendor credit, as far as both reach unless an amount is given; no money moves."""
        book = self.find_book(realm)
        credit, bill = find_record(book, "VendorCredit", credit_id), find_record(book, "Bill", bill_id)
        both = min(Decimal(credit["Balance"]), Decimal(bill["Balance"]))
        applied = both if amount in (None, "") else to_amount(amount)
        if applied <= 0:
            raise ActRefused("nothing is left of the credit, or nothing is owed on the bill")
        body = _make_payment(bill["VendorRef"]["value"], [(bill, applied)], find_account(book, "Bank"), date)
        link = {"Amount": applied, "LinkedTxn": [{"TxnId": credit["Id"], "TxnType": "VendorCredit"}]}
        return self.add_record("BillPayment", body | {"TotalAmt": 0, "Line": [*body["Line"], link]}, realm)

    def act_add_card_expense(
        self,
        amount: Any,
        vendor_id: Any = None,
        memo: Any = None,
        date: Any = None,
        account_id: Any = None,
        tax_code_id: Any = None,
        realm: str = "",
    ) -> dict[str, Any]:
        """A card charge as the bank feed brings it, not categorised yet; a negative amount is a refund. Books with VAT
        need a tax code."""
        book = self.find_book(realm)
        charged = to_amount(amount)
        with book.atomic():
            account = refer(self._find_uncategorised(book)["Id"])
            detail = {"AccountRef": account, "TaxCodeRef": refer(tax_code_id)}
            body = {
                "PaymentType": "CreditCard",
                "AccountRef": refer(find_account(book, "Credit Card", account_id)["Id"]),
                "EntityRef": {**(refer(vendor_id) or {}), "type": "Vendor"} if vendor_id else None,
                "Credit": charged < 0,
                "PrivateNote": memo,
                "TxnDate": to_date(date) if date else None,
                "Line": [{**_make_line(abs(charged), detail), "Description": memo}],
            }
            return self.add_record("Purchase", body, realm)

    def act_categorise_expense(
        self,
        purchase_id: str,
        account_id: Any = None,
        item_id: Any = None,
        customer_id: Any = None,
        class_id: Any = None,
        tax_code_id: Any = None,
        line_id: Any = None,
        realm: str = "",
    ) -> dict[str, Any]:
        """Say what a purchase was for: every line of it, or one; what is not given stays as it is."""
        book = self.find_book(realm)
        purchase = find_record(book, "Purchase", purchase_id)
        given = {
            "CustomerRef": refer(customer_id),
            "ClassRef": refer(class_id),
            "TaxCodeRef": refer(tax_code_id),
        }
        tags = {name: reference for name, reference in given.items() if reference is not None}
        target = {"AccountRef": refer(account_id)} if account_id else {"ItemRef": refer(item_id)} if item_id else {}
        lines = [
            _categorise(line, target, tags) if line_id in (None, "", line["Id"]) else line for line in purchase["Line"]
        ]
        changes = {"PaymentType": purchase["PaymentType"], "AccountRef": purchase["AccountRef"], "Line": lines}
        return self.change_record("Purchase", purchase_id, changes, realm)

    def act_receive_payment(
        self, invoice_id: str, amount: Any = None, date: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """A customer pays an invoice, whole unless an amount is given."""
        return self.act_receive_payments([invoice_id], None if amount in (None, "") else [amount], date, realm)

    def act_receive_payments(
        self, invoice_ids: Any, amounts: Any = None, date: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """One payment of a customer over several invoices; `amounts` (one per invoice) pays parts of them."""
        book = self.find_book(realm)
        invoices = [find_record(book, "Invoice", invoice_id) for invoice_id in _to_list(invoice_ids)]
        paid = [to_amount(each) for each in _to_list(amounts)] or [Decimal(each["Balance"]) for each in invoices]
        if not invoices or len(paid) != len(invoices) or any(each <= 0 for each in paid):
            raise ActRefused("nothing is owed on this invoice")
        body = {
            "CustomerRef": refer(invoices[0]["CustomerRef"]["value"]),
            "CurrencyRef": refer(invoices[0]["CurrencyRef"]["value"]),
            "TxnDate": to_date(date) if date else None,
            "TotalAmt": sum(paid, Decimal(0)),
            "Line": [
                {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
                for invoice, amount in zip(invoices, paid, strict=True)
            ],
        }
        return self.add_record("Payment", body, realm)

    def act_delete_document(self, entity: str, record_id: str, realm: str = "") -> dict[str, Any]:
        book = self.find_book(realm)
        kind = find_document_kind(book, entity)
        record = find_record(book, kind.name, record_id)
        if not kind.is_deletable:
            raise ActRefused(f"a {kind.name} cannot be deleted")
        with refusing():
            return {kind.name: delete(book, kind, {"Id": record["Id"], "SyncToken": record["SyncToken"]})}

    def act_void_document(self, entity: str, record_id: str, realm: str = "") -> dict[str, Any]:
        book = self.find_book(realm)
        kind = find_document_kind(book, entity)
        record = find_record(book, kind.name, record_id)
        if kind.void is None:
            raise ActRefused(f"a {kind.name} cannot be voided")
        with refusing():
            return {kind.name: void(book, kind, {"Id": record["Id"], "SyncToken": record["SyncToken"]})}

    def act_delete_bill(self, bill_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_delete_document("Bill", bill_id, realm)

    def act_void_invoice(self, invoice_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_void_document("Invoice", invoice_id, realm)

    def act_void_payment(self, payment_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_void_document("Payment", payment_id, realm)

    def act_void_bill_payment(self, payment_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_void_document("BillPayment", payment_id, realm)

    def act_match_bank_transaction(
        self, entity: str, record_id: str, is_matched: bool = True, realm: str = ""
    ) -> dict[str, Any]:
        """Match a transaction to the bank feed, or undo that; while it is matched callers cannot change it (6480)."""
        book = self.find_book(realm)
        record = find_record(book, find_document_kind(book, entity).name, record_id)
        is_undone = str(is_matched).lower() in ("false", "")
        (book.matched.discard if is_undone else book.matched.add)(record["Id"])
        return {"matched": sorted(book.matched, key=int)}

    def _find_uncategorised(self, book: Book) -> Record:
        """The account is made the first time something is not categorised."""
        for account in book.all("Account"):
            if account["Name"] == UNCATEGORISED:
                return account
        body = {"Name": UNCATEGORISED, "AccountType": "Expense", "AccountSubType": "OtherMiscellaneousServiceCost"}
        with refusing():
            account = save(book, book.kinds["Account"], body)
        preferences = next(book.all("Preferences"))
        other = preferences.get("OtherPrefs", {})
        pairs = set_other(other, UNCATEGORISED_PREFERENCE, account["Id"])
        book.amend(book.kinds["Preferences"], preferences["Id"], {"OtherPrefs": {**other, "NameValue": pairs}})
        return account


def _make_line(amount: Decimal, detail: Record) -> Record:
    return {"Amount": amount, "DetailType": ACCOUNT_LINE, ACCOUNT_LINE: {"BillableStatus": "NotBillable", **detail}}


def read_line(given: dict[str, Any]) -> Record:
    """A line of a document by the names that acts take."""
    names = {
        "AccountRef": "account_id",
        "CustomerRef": "customer_id",
        "ClassRef": "class_id",
        "TaxCodeRef": "tax_code_id",
    }
    detail = {name: refer(given.get(key)) for name, key in names.items()}
    return {**_make_line(to_amount(given.get("amount")), detail), "Description": given.get("description")}


def _make_payment(vendor_id: str, pairs: list[tuple[Record, Decimal]], bank: Record, day: Any = None) -> Record:
    lines = [{"Amount": paid, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]} for bill, paid in pairs]
    return {
        "VendorRef": refer(vendor_id),
        "TxnDate": to_date(day) if day else None,
        "CurrencyRef": refer(pairs[0][0]["CurrencyRef"]["value"]),
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": refer(bank["Id"])},
        "TotalAmt": sum((paid for _, paid in pairs), Decimal(0)),
        "Line": lines,
    }


def _categorise(line: Record, target: Record, tags: Record) -> Record:
    """The same line on another account or item."""
    kind_of_line = line["DetailType"]
    if kind_of_line not in (ACCOUNT_LINE, ITEM_LINE):
        return line
    detail = line[kind_of_line]
    if target:
        kind_of_line = ITEM_LINE if "ItemRef" in target else ACCOUNT_LINE
        replaced = ("AccountRef", "ItemRef", "Qty", "UnitPrice")
        detail = {name: value for name, value in detail.items() if name not in replaced} | target
    rest = {name: value for name, value in line.items() if name not in (ACCOUNT_LINE, ITEM_LINE)}
    return {**rest, "DetailType": kind_of_line, kind_of_line: {**detail, **tags}}


def _to_list(value: Any) -> list[Any]:
    """A list, or its items parted by commas in one text; empty for nothing."""
    if isinstance(value, list | tuple):
        return list(value)
    return [part.strip() for part in str(value).split(",") if part.strip()] if value not in (None, "") else []
