"""The pages that the addresses of single records lead to: what stands in the document, and where to do something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.desk import Desk
from connectors.sandbox.pages import Column, write_amount, write_card, write_date, write_table
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record

RECORD_RULES = (Rule("/app/<page>", endpoint="page_record", methods=["GET"]),)
# The last word of the address: the kind, what it is called, and the list where it can be paid, changed or deleted.
PAGES = {
    "bill": ("Bill", "Bill", "bills"),
    "vendorcredit": ("VendorCredit", "Vendor credit", ""),
    "invoice": ("Invoice", "Invoice", "invoices"),
    "creditmemo": ("CreditMemo", "Credit memo", ""),
    "purchaseorder": ("PurchaseOrder", "Purchase order", ""),
    "estimate": ("Estimate", "Estimate", ""),
    "expense": ("Purchase", "Expense", "feed"),
    "journal": ("JournalEntry", "Journal entry", ""),
    "timeactivity": ("TimeActivity", "Time activity", ""),
    "recvpayment": ("Payment", "Payment received", ""),
    "billpayment": ("BillPayment", "Bill payment", "bills"),
}
# Names have no page of their own, they are found in a list.
NAMES = {"vendordetail": "Vendor", "customerdetail": "Customer"}
PARTIES = ("VendorRef", "CustomerRef", "EntityRef", "EmployeeRef")
DATES = (("TxnDate", "Date"), ("DueDate", "Due"))
TEXTS = (("PrivateNote", "Memo"), ("CustomerMemo", "Message"), ("Description", "Description"))
AMOUNTS = (("TotalAmt", "Total"), ("Balance", "Open"))
LINE_COLUMNS = (
    Column("Description"), Column("Account or item"), Column("Customer"), Column("Class"),
    Column("Amount", is_amount=True),
)  # fmt: skip
FACT_COLUMNS = (Column(""), Column(""))


class RecordPages(Desk):
    def find_book(self, realm: str = "") -> Book:
        raise NotImplementedError

    def page_record(self, request: Request, page: str) -> Response:
        """A document by its address, a name or an account in its list, the first page for anything else."""
        book = self.find_book()
        if page in NAMES:
            name = book.records[NAMES[page]].get(request.args.get("nameId", ""), {}).get("DisplayName", "")
            return redirect(f"/?{urlencode({'view': 'names', 'q': name})}", 303)
        if page == "register":
            return redirect("/?view=accounts", 303)
        entity, label, view = PAGES.get(page, ("", "", ""))
        row = book.records.get(entity, {}).get(request.args.get("txnId", ""))
        if row is None:
            return redirect("/", 303)
        title = f"{label} {row.get('DocNumber', '')}".strip()
        body = write_card(title, _write_facts(row), _lead_to(row, view))
        lines = list(_list_lines(row))
        if lines:
            body += write_card("Lines", write_table(LINE_COLUMNS, lines, empty=""))
        files = list(_list_files(book, entity, row["Id"]))
        if files:
            body += write_card("Attachments", write_table((Column("File"), Column("Bytes")), files, empty=""))
        return self.write_page(title, body, key=view)


def _write_facts(row: Record) -> Markup:
    facts: list[tuple[str, Any]] = [("Name", row[party].get("name", "")) for party in PARTIES if party in row]
    facts += [(label, write_date(row[name])) for name, label in DATES if row.get(name)]
    facts += [(label, _say(row[name])) for name, label in TEXTS if row.get(name)]
    facts += [(label, write_amount(row[name])) for name, label in AMOUNTS if name in row]
    return write_table(FACT_COLUMNS, facts, empty="")


def _say(value: Any) -> str:
    return str(value.get("value", "")) if isinstance(value, dict) else str(value)


def _lead_to(row: Record, view: str) -> Markup:
    if not view:
        return Markup()
    query = {"view": view} if view == "feed" else {"view": view, "q": row.get("DocNumber", "")}
    return Markup('<p><a href="/?{}">Pay, change or delete it</a></p>').format(urlencode(query))


def _list_lines(row: Record) -> Iterator[tuple[Any, ...]]:
    for line in row.get("Line", ()):
        detail = line.get(line.get("DetailType", ""), {})
        target = detail.get("AccountRef") or detail.get("ItemRef")
        if target is None and "LinkedTxn" not in line:
            continue
        side = f" ({detail['PostingType']})" if "PostingType" in detail else ""
        linked = ", ".join(f"{each['TxnType']} {each['TxnId']}" for each in line.get("LinkedTxn", ()))
        names = [detail.get(member, {}).get("name", "") for member in ("CustomerRef", "ClassRef")]
        text = line.get("Description", "") or linked
        yield text, f"{(target or {}).get('name', '')}{side}", *names, write_amount(line.get("Amount", 0))


def _list_files(book: Book, entity: str, record_id: str) -> Iterator[tuple[str, str]]:
    for row in book.all("Attachable"):
        refs = [link.get("EntityRef", {}) for link in row.get("AttachableRef", ())]
        if any(ref.get("type") == entity and ref.get("value") == record_id for ref in refs):
            yield row.get("FileName", ""), f"{row.get('Size', 0):,}"
