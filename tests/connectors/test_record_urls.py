"""Addresses people paste: what each names, and what is refused. The shapes are those of connectors.links."""

from __future__ import annotations

import pytest

from connectors import links
from connectors.links import NotARecord, PastedRecord, read_record_url

PROCORE, BOOKS = "https://us02.procore.com", "https://qbo.intuit.com/app"
TOOLS = f"{PROCORE}/webclients/host/companies/9/projects/501/tools"


@pytest.mark.parametrize(
    ("address", "what", "record_id"),
    [
        (f"{TOOLS}/contracts/commitments/88/subcontractor-invoices/7001", "requisition", "7001"),
        (f"{TOOLS}/contracts/commitments/88/subcontractor-invoices/7001?tab=detail#lines", "requisition", "7001"),
        (f"{PROCORE}/501/project/commitments/work_order_contracts/88/requisitions/7001", "requisition", "7001"),
        (f"{TOOLS}/contracts/prime-contracts/44/invoices/31", "payment_application", "31"),
        (f"{PROCORE}/501/project/prime_contracts/44/payment_applications/31", "payment_application", "31"),
        (f"{PROCORE}/501/project/direct_costs/12", "direct_cost", "12"),
        (f"{TOOLS}/direct-costs/12", "direct_cost", "12"),
        (f"{PROCORE}/501/project/commitments/purchase_order_contracts/88", "commitment", "88"),
        (f"{TOOLS}/contracts/commitments/88", "commitment", "88"),
        (f"{PROCORE}/501/project/home", "project", "501"),
    ],
)
def test_procore_addresses(address: str, what: str, record_id: str) -> None:
    company = "9" if address.startswith(TOOLS) else ""
    assert read_record_url(f" {address} ") == PastedRecord("procore", what, record_id, company, "501")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "entity"),
    [
        ("bill?txnId=77", "Bill"), ("vendorcredit?txnId=77", "VendorCredit"), ("invoice?txnId=77", "Invoice"),
        ("creditmemo?txnid=77", "CreditMemo"), ("expense?txnId=77&x=1", "Purchase"), ("check?txnId=77", "Purchase"),
        ("recvpayment?txnId=77", "Payment"), ("billpayment?txnId=77", "BillPayment"),
    ],
)  # fmt: skip
def test_quickbooks_addresses(page: str, entity: str) -> None:
    assert read_record_url(f"{BOOKS}/{page}") == PastedRecord("qbo", "transaction", "77", entity=entity)
    assert read_record_url(f"https://app.qbo.intuit.com/app/{page}").entity == entity


def test_the_addresses_we_make_are_read_back(settings: object) -> None:
    made = links.procore_requisition_url("9", "501", "88", "7001")
    assert read_record_url(made) == PastedRecord("procore", "requisition", "7001", "9", "501")
    assert read_record_url(links.procore_project_url("501")).what == "project"
    assert read_record_url(links.procore_commitment_url("501", "88")).id == "88"
    assert read_record_url(links.qbo_txn_url("Invoice", "12")) == PastedRecord(
        "qbo", "transaction", "12", entity="Invoice"
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "not an address"), ("Bill 4471", "not an address"), ("javascript:alert(1)", "not an address"),
        ("https://example.com/501/project/home", "neither"),
        ("https://procore.com.evil.example/501/project/home", "neither"),
        ("https://evilprocore.com/501/project/home", "neither"), (f"{PROCORE}/9/company/home", "no project"),
        (f"{BOOKS}/homepage", "no transaction"), (f"{BOOKS}/bill", "no transaction"),
        (f"{BOOKS}/bill?txnId=7x", "no transaction"), (f"{BOOKS}/customerdetail?nameId=5", "no transaction"),
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address: str, why: str) -> None:
    with pytest.raises(NotARecord, match=why):
        read_record_url(address)
