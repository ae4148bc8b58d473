from __future__ import annotations

from typing import Any

import pytest

from connectors.links import (
    NotARecord,
    procore_commitment_url,
    procore_owner_invoice_url,
    procore_project_url,
    procore_requisition_url,
    qbo_txn_url,
    read_record_url,
)


def test_links_lead_into_the_vendors_pages(settings: Any) -> None:
    settings.PROCORE_WEB_URL, settings.QBO_WEB_URL = "https://us02.procore.com", "https://qbo.intuit.com"
    assert qbo_txn_url("Bill", "145") == "https://qbo.intuit.com/app/bill?txnId=145"
    assert qbo_txn_url("VendorCredit", "9") == "https://qbo.intuit.com/app/vendorcredit?txnId=9"
    assert qbo_txn_url("Nothing", "9") == "https://qbo.intuit.com/app/homepage"
    assert procore_project_url("12") == "https://us02.procore.com/12/project/home"
    assert procore_commitment_url("12", "3", kind="PurchaseOrderContract").endswith("/purchase_order_contracts/3")
    assert procore_requisition_url("1", "2", "3", "4/../5") == (
        "https://us02.procore.com/webclients/host/companies/1/projects/2"
        "/tools/contracts/commitments/3/subcontractor-invoices/4%2F..%2F5"
    )


def test_the_address_of_an_owner_invoice_is_read_back(settings: Any) -> None:
    read = read_record_url(procore_owner_invoice_url("1", "2", "3", "4"))
    assert (read.vendor, read.what, read.id, read.company_id, read.project_id) == (
        "procore",
        "payment_application",
        "4",
        "1",
        "2",
    )


def test_stand_ins_on_one_machine_are_told_apart_by_their_port(settings: Any) -> None:
    settings.PROCORE_WEB_URL, settings.QBO_WEB_URL = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
    read = read_record_url("http://127.0.0.1:8002/app/bill?txnId=123")
    assert (read.vendor, read.entity, read.id) == ("qbo", "Bill", "123")
    assert read_record_url("http://127.0.0.1:8001/12/project/direct_costs/3").vendor == "procore"
    for text in ("http://127.0.0.1:8003/app/bill?txnId=1", "http://127.0.0.1:99999/app/bill?txnId=1"):
        with pytest.raises(NotARecord):
            read_record_url(text)
