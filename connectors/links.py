"""Addresses of records in the vendors' own web pages, for a person to click.

All shapes here are unverified: neither vendor documents them and both have changed them. A wrong one leads to the
vendor's start page, never to another record.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from django.conf import settings

# An id never adds a level to the path.
_part = partial(quote, safe="")
_QBO_PAGES = {
    "Bill": "bill?txnId={id}",
    "VendorCredit": "vendorcredit?txnId={id}",
    "Vendor": "vendordetail?nameId={id}",
    "Customer": "customerdetail?nameId={id}",
    "Account": "register?accountId={id}",
}


def procore_company_url(company_id: str) -> str:
    return f"{settings.PROCORE_WEB_URL}/{_part(company_id)}/company/home"


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


def qbo_txn_url(entity: str, record_id: str) -> str:
    """The page of a transaction or of a name; of the company when the entity has no page we know."""
    page = _QBO_PAGES.get(entity, "homepage")
    return f"{settings.QBO_WEB_URL}/app/{page.format(id=_part(record_id))}"
