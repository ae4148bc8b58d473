"""The rows of the bookkeeper's lists, each with the buttons for what can be done to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from connectors.sandbox.pages import Input, write_amount, write_context, write_date, write_form
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.desk.acts_purchases import UNCATEGORISED

# The form that the ticks beside open bills belong to.
PAY_FORM = "pay-bills"
PAID = Markup('<span class="tag">Paid</span> ')
PAYMENT_LABELS = {"Cash": "Expense", "Check": "Check", "CreditCard": "Card charge"}


def is_uncategorised(purchase: Record) -> bool:
    details = [line.get(line["DetailType"], {}) for line in purchase["Line"]]
    return any(detail.get("AccountRef", {}).get("name") == UNCATEGORISED for detail in details)


def list_purchase_cells(
    purchase: Record, choices: Mapping[str, Sequence[tuple[str, str]]], back: str
) -> tuple[Any, ...]:
    labels = (("account_id", "Account"), ("item_id", "or item"), ("customer_id", "Job"), ("class_id", "Class"))
    form = write_form(
        "categorise_expense",
        "Save",
        *(Input(name, label, choices=[("", "None"), *choices[name]], is_required=False) for name, label in labels),
        fixed={"purchase_id": purchase["Id"]},
        back=back,
    )
    delete = write_form(
        "delete_document", "Delete", fixed={"entity": "Purchase", "record_id": purchase["Id"]}, back=back
    )
    opened = Markup("<details{}><summary>{}</summary>{}{}</details>").format(
        Markup(" open") if is_uncategorised(purchase) else "", "Categorise or delete", form, delete
    )
    kind = "Card refund" if purchase.get("Credit") else PAYMENT_LABELS[purchase["PaymentType"]]
    payee = purchase.get("EntityRef", {}).get("name", "No payee")
    return (
        write_context(payee, purchase.get("PrivateNote", "")),
        write_date(purchase["TxnDate"]),
        kind,
        write_amount(purchase["TotalAmt"]),
        name_categories(purchase["Line"]),
        opened,
    )


def name_categories(lines: Iterable[Record]) -> Markup:
    names = []
    for line in lines:
        detail = line.get(line["DetailType"], {})
        target = detail.get("AccountRef") or detail.get("ItemRef") or {}
        tags = [detail[member].get("name", "") for member in ("CustomerRef", "ClassRef") if member in detail]
        names.append(write_context(target.get("name", "None"), ", ".join(tags)))
    return Markup("<br>").join(names)


def list_bill_cells(bill: Record, back: str) -> tuple[Any, ...]:
    fixed = {"bill_id": bill["Id"]}
    balance = bill["Balance"]
    amount = Input("amount", "Amount to pay", "number", str(balance), is_labelled=False)
    memo = Input("memo", "Memo", value=bill.get("PrivateNote", ""), is_required=False, is_labelled=False)
    tick = Markup('<input type="checkbox" name="bill_ids" value="{}" form="{}" aria-label="Pay with others">').format(
        bill["Id"], PAY_FORM
    )
    pay = tick + write_form("pay_bill", "Pay", amount, fixed=fixed, back=back, is_inline=True)
    forms = (
        pay if balance else PAID,
        write_form("edit_bill", "Save memo", memo, fixed=fixed, back=back, is_inline=True),
        write_form("delete_bill", "Delete", fixed=fixed, back=back, is_inline=True),
    )
    return (*list_document_cells(bill, bill["VendorRef"]), Markup().join(forms))


def list_payment_cells(payment: Record, back: str) -> tuple[Any, ...]:
    fixed = {"entity": "BillPayment", "record_id": payment["Id"]}
    is_voided = not payment["TotalAmt"]
    forms = (
        Markup('<span class="tag">Voided</span> ')
        if is_voided
        else write_form("void_document", "Void", fixed=fixed, back=back, is_inline=True),
        write_form("delete_document", "Delete", fixed=fixed, back=back, is_inline=True),
    )
    return (
        payment["VendorRef"].get("name", ""),
        write_date(payment["TxnDate"]),
        payment["PayType"],
        write_amount(payment["TotalAmt"]),
        Markup().join(forms),
    )


def list_invoice_cells(invoice: Record, back: str) -> tuple[Any, ...]:
    balance, fixed = invoice["Balance"], {"invoice_id": invoice["Id"]}
    amount = Input("amount", "Amount received", "number", str(balance), is_labelled=False)
    receive = write_form("receive_payment", "Receive", amount, fixed=fixed, back=back, is_inline=True)
    forms = (
        receive if balance else PAID,
        write_form("void_invoice", "Void", fixed=fixed, back=back, is_inline=True),
        write_form(
            "delete_document",
            "Delete",
            fixed={"entity": "Invoice", "record_id": invoice["Id"]},
            back=back,
            is_inline=True,
        ),
    )
    return (*list_document_cells(invoice, invoice["CustomerRef"]), Markup().join(forms))


def list_document_cells(record: Record, party: Record) -> tuple[Any, ...]:
    return (
        write_context(record.get("DocNumber", "No number"), party.get("name", "")),
        write_date(record["TxnDate"]),
        write_date(record.get("DueDate")),
        write_amount(record["TotalAmt"]),
        write_amount(record["Balance"]),
    )


def list_party_cells(kind: str, party: Record, choices: Sequence[tuple[str, str]], back: str) -> tuple[Any, ...]:
    others = [choice for choice in choices if choice[0] != party["Id"]]
    rename = Input("name", "New name", value=party["DisplayName"], is_labelled=False)
    other = Input("lost_id", "Merge with", choices=[("", "Choose"), *others], is_labelled=False)
    fixed = {f"{kind.lower()}_id": party["Id"]}
    forms = [write_form(f"rename_{kind.lower()}", "Rename", rename, fixed=fixed, back=back, is_inline=True)]
    if party.get("Active", True) and others:
        forms.append(
            write_form(
                "merge",
                "Merge into this",
                other,
                fixed={"entity": kind, "kept_id": party["Id"]},
                back=back,
                is_inline=True,
            )
        )
    name = party.get("FullyQualifiedName") or party["DisplayName"]
    return name, kind, write_amount(party["Balance"]), Markup().join(forms)


def list_account_cells(account: Record, back: str) -> tuple[Any, ...]:
    rename = write_form(
        "rename_account",
        "Rename",
        Input("name", "New name", value=account["Name"], is_labelled=False),
        fixed={"account_id": account["Id"]},
        back=back,
        is_inline=True,
    )
    name = write_context(account["FullyQualifiedName"], account.get("AcctNum", ""))
    return name, account["AccountType"], write_amount(account.get("CurrentBalance", 0)), rename


def write_switch(book: Book, group: str, name: str, label: str, back: str) -> tuple[Any, ...]:
    is_on = bool(book.preference(group, name))
    form = write_form(
        "set_preference",
        "Turn off" if is_on else "Turn on",
        fixed={"group": group, "name": name, "value": "false" if is_on else "true"},
        back=back,
        is_inline=True,
    )
    return label, "On" if is_on else "Off", form
