"""Addresses of records in the vendors' own web pages, for a person to click.

All shapes here are unverified: neither vendor documents them and both have changed them. A wrong one leads to the
vendor's start page, never to another record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Literal
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from django.conf import settings

# An id never adds a level to the path.
_part = partial(quote, safe="")
_QBO_PAGES = {
    "Bill": "bill?txnId={id}",
    "VendorCredit": "vendorcredit?txnId={id}",
    "Invoice": "invoice?txnId={id}",
    "CreditMemo": "creditmemo?txnId={id}",
    "PurchaseOrder": "purchaseorder?txnId={id}",
    "Estimate": "estimate?txnId={id}",
    "Purchase": "expense?txnId={id}",
    "JournalEntry": "journal?txnId={id}",
    "TimeActivity": "timeactivity?txnId={id}",
    "Payment": "recvpayment?txnId={id}",
    "BillPayment": "billpayment?txnId={id}",
    "Vendor": "vendordetail?nameId={id}",
    "Customer": "customerdetail?nameId={id}",
    "Account": "register?accountId={id}",
}


# What each page of a Procore project is about, the most exact first. Both the older and the newer addresses.
_PROCORE_PAGES: tuple[tuple[str, str], ...] = (
    ("requisition", r"/(?:subcontractor-invoices|requisitions|invoices)/(\d+)"),
    ("payment_application", r"/(?:owner-invoices|payment_applications|payment-applications)/(\d+)"),
    ("direct_cost", r"/(?:direct_costs|direct-costs)/(?:\w+/)?(\d+)"),
    ("commitment", r"/commitments/(?:\w+/)?(\d+)"),
)
_PROJECT = re.compile(r"/projects/(\d+)|^/(\d+)/project(?:/|$)")
_COMPANY = re.compile(r"/companies/(\d+)")
# Prime contracts have invoices of their own under the same last word.
_OWNER_SIDE = re.compile(r"/prime[-_]contracts?/")
_QBO_TYPES = {page.split("?")[0]: entity for entity, page in _QBO_PAGES.items() if "txnId" in page} | {
    "check": "Purchase",
    "cardcharge": "Purchase",
}
What = Literal["requisition", "payment_application", "direct_cost", "commitment", "project", "transaction"]


class NotARecord(ValueError):
    """The address names no record we know how to find; the text says why, for its reader."""


@dataclass(frozen=True, slots=True)
class PastedRecord:
    """What an address of a vendor's web page names. `entity` is the kind of a QuickBooks transaction.

    `company_id` and `project_id` are empty where the address does not say them.
    """

    vendor: Literal["procore", "qbo"]
    what: What
    id: str
    company_id: str = ""
    project_id: str = ""
    entity: str = ""


def read_record_url(text: str) -> PastedRecord:
    """The record of a pasted address. Raises NotARecord."""
    url = urlsplit(text.strip())
    host = (url.hostname or "").lower()
    if url.scheme not in ("http", "https") or not host or not _has_port(url):
        message = "This is not an address. Copy it from the browser while the record is open."
        raise NotARecord(message)
    if _is_of(url, settings.PROCORE_WEB_URL, "procore.com"):
        return _read_procore(url.path)
    if _is_of(url, settings.QBO_WEB_URL, "intuit.com"):
        return _read_qbo(url.path, parse_qs(url.query))
    message = f"{host} is neither Procore nor QuickBooks. Copy the address of a record in one of them."
    raise NotARecord(message)


def _is_of(url: SplitResult, configured: str, domain: str) -> bool:
    """Whether a vendor's page is meant. Stand-ins of both on one machine differ by their port."""
    own, host = urlsplit(configured), (url.hostname or "").lower()
    return (host, url.port) == (own.hostname, own.port) or host == domain or host.endswith(f".{domain}")


def _has_port(url: SplitResult) -> bool:
    """False for a port that is none, which only asking for it tells."""
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def _read_procore(path: str) -> PastedRecord:
    project, company = _PROJECT.search(path), _COMPANY.search(path)
    if project is None:
        message = "The address names no project. Open the record itself in Procore and copy its address."
        raise NotARecord(message)
    project_id, company_id = project[1] or project[2], company[1] if company else ""
    for what, pattern in _PROCORE_PAGES:
        found = re.search(pattern, path)
        if found is not None:
            named = "payment_application" if what == "requisition" and _OWNER_SIDE.search(path) else what
            return PastedRecord("procore", named, found[1], company_id, project_id)  # type: ignore[arg-type]
    return PastedRecord("procore", "project", project_id, company_id, project_id)


def _read_qbo(path: str, query: dict[str, list[str]]) -> PastedRecord:
    page = path.rstrip("/").rsplit("/", 1)[-1].lower()
    record_id = next((value[0] for name, value in query.items() if name.lower() == "txnid"), "")
    if page not in _QBO_TYPES or not record_id.isdigit():
        message = "The address names no transaction. Open the bill, invoice or expense and copy its address."
        raise NotARecord(message)
    return PastedRecord("qbo", "transaction", record_id, entity=_QBO_TYPES[page])


def procore_direct_cost_url(project_id: str, direct_cost_id: str) -> str:
    return f"{settings.PROCORE_WEB_URL}/{_part(project_id)}/project/direct_costs/{_part(direct_cost_id)}"


def procore_vendor_url(company_id: str, vendor_id: str) -> str:
    return f"{settings.PROCORE_WEB_URL}/{_part(company_id)}/company/directory/vendors/{_part(vendor_id)}"


def procore_project_url(project_id: str) -> str:
    return f"{settings.PROCORE_WEB_URL}/{_part(project_id)}/project/home"


def procore_commitment_url(project_id: str, commitment_id: str, *, kind: str = "WorkOrderContract") -> str:
    """`kind` is the requisition's commitment_type: WorkOrderContract or PurchaseOrderContract."""
    page = "purchase_order_contracts" if kind == "PurchaseOrderContract" else "work_order_contracts"
    return f"{settings.PROCORE_WEB_URL}/{_part(project_id)}/project/commitments/{page}/{_part(commitment_id)}"


def procore_requisition_url(company_id: str, project_id: str, commitment_id: str, requisition_id: str) -> str:
    return (
        f"{settings.PROCORE_WEB_URL}/webclients/host/companies/{_part(company_id)}/projects/{_part(project_id)}"
        f"/tools/contracts/commitments/{_part(commitment_id)}/subcontractor-invoices/{_part(requisition_id)}"
    )


def procore_prime_contract_url(project_id: str, contract_id: str) -> str:
    return f"{settings.PROCORE_WEB_URL}/{_part(project_id)}/project/prime_contracts/{_part(contract_id)}"


def procore_owner_invoice_url(company_id: str, project_id: str, contract_id: str, invoice_id: str) -> str:
    return (
        f"{settings.PROCORE_WEB_URL}/webclients/host/companies/{_part(company_id)}/projects/{_part(project_id)}"
        f"/tools/contracts/prime-contracts/{_part(contract_id)}/owner-invoices/{_part(invoice_id)}"
    )


def qbo_txn_url(entity: str, record_id: str) -> str:
    """The page of a transaction or of a name; of the company when the entity has no page we know."""
    page = _QBO_PAGES.get(entity, "homepage")
    return f"{settings.QBO_WEB_URL}/app/{page.format(id=_part(record_id))}"
