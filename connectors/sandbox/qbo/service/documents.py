"""A transaction as the customer or vendor gets it: printed, or sent by mail. Mixed into the sandbox."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import find
from connectors.sandbox.qbo.service.gateway import finish, unsupported
from connectors.sandbox.qbo.service.mail import PRINTABLE, send_document
from connectors.sandbox.qbo.service.service import Service

TITLES = {"SalesReceipt": "Sales Receipt", "CreditMemo": "Credit Memo", "RefundReceipt": "Refund Receipt"} | {
    "PurchaseOrder": "Purchase Order"
}


class Documents(Service):
    def api_pdf(self, request: Request, realm_id: str, segment: str, record_id: str) -> Response:
        """A small document naming what it is of."""
        try:
            kind = self._demand_printable(request, realm_id, segment)
            lines = describe_document(self.books[realm_id], kind, find(self.books[realm_id], kind, record_id))
        except QboFault as fault:
            return self.spell_fault(request, fault)
        return finish(Response(write_pdf(lines), content_type="application/pdf"))

    def api_send(self, request: Request, realm_id: str, segment: str, record_id: str) -> Response:
        """Mail it to `sendTo`, else to the address it carries. The body is not read."""

        def run() -> Record:
            kind = self._demand_printable(request, realm_id, segment, is_write=True)
            return {kind.name: send_document(self.books[realm_id], kind, record_id, request.args.get("sendTo", ""))}

        return self.answer_once(request, realm_id, run)

    def _demand_printable(self, request: Request, realm_id: str, segment: str, *, is_write: bool = False) -> Kind:
        kind = self._demand_kind(request, realm_id, segment, is_write=is_write)
        if kind.name not in PRINTABLE:
            raise unsupported(request)
        return kind


def describe_document(book: Book, kind: Kind, record: Record) -> list[str]:
    """The lines of the print, top to bottom."""
    company = next(book.all("CompanyInfo"), {}).get("CompanyName", "")
    title = TITLES.get(kind.name, kind.name)
    party = record.get("CustomerRef") or record.get("VendorRef") or {}
    lines = [str(company), f"{title} {record.get('DocNumber', record['Id'])}", f"Date {record.get('TxnDate', '')}"]
    if party:
        lines.append(str(party.get("name", party.get("value", ""))))
    for line in record.get("Line", []):
        text = line.get("Description") or line.get(line.get("DetailType", ""), {}).get("ItemRef", {}).get("name")
        if text:
            lines.append(f"{text}  {line.get('Amount', '')}".rstrip())
    lines.append(f"Total {record.get('TotalAmt', 0)} {record.get('CurrencyRef', {}).get('value', '')}".rstrip())
    return lines
