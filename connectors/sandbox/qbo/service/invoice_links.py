"""The address where a customer pays an invoice, shown to those who ask with `include=invoiceLink`."""

from __future__ import annotations

import hashlib

from werkzeug.wrappers import Request

from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.service.operations import read_options

OPTION = "invoicelink"
# Where the links of the vendor's sandbox companies lead; the form of the key is unverified.
PAGE = "https://developer.intuit.com/comingSoonview/scs-v1-"
ONLINE = ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")


def show_links(request: Request, body: Record) -> Record:
    """The body with a link on every invoice in it that can be paid online and has somebody to send it to."""
    if OPTION not in read_options(request.args.get("include", "")):
        return body
    shown = dict(body)
    if "QueryResponse" in body:
        shown["QueryResponse"] = _link_member(body["QueryResponse"])
    return _link_member(shown)


def _link_member(holder: Record) -> Record:
    invoices = holder.get("Invoice")
    if isinstance(invoices, list):
        return {**holder, "Invoice": [_link(invoice) for invoice in invoices]}
    return {**holder, "Invoice": _link(invoices)} if isinstance(invoices, dict) else holder


def _link(invoice: Record) -> Record:
    is_payable = "BillEmail" in invoice and any(invoice.get(name) is True for name in ONLINE)
    if not is_payable:
        return invoice
    key = hashlib.sha256(f"{invoice['Id']} {invoice['MetaData']['CreateTime']}".encode()).hexdigest()
    return {**invoice, "InvoiceLink": f"{PAGE}{key[:64]}?locale=en_US"}
