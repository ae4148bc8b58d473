"""The addresses of an entry's two documents in Procore and in QuickBooks, empty where there is none to open."""

from __future__ import annotations

from collections.abc import Callable

from connectors.links import (
    procore_commitment_url,
    procore_direct_cost_url,
    procore_owner_invoice_url,
    procore_prime_contract_url,
    procore_project_url,
    procore_requisition_url,
    procore_vendor_url,
    qbo_txn_url,
)
from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.procore.records_owner import prime_id
from connectors.qbo import resources as qbo
from sync.models import Entry
from sync.targets.contact_changes import ENTITIES as CHANGED_CONTACTS

COMPANIES = frozenset({"vendor", "company_change"})
Address = Callable[[Connection, Entry], str]
# What a change was written to, where it has a name of its own here.
NAMES = {"JobChange": "Customer", **CHANGED_CONTACTS}

SOURCES: dict[str, Address] = {
    procore.REQUISITIONS.key: lambda connection, entry: procore_requisition_url(
        connection.account_id, entry.project_id, entry.group, entry.source_id
    ),
    procore.OWNER_INVOICES.key: lambda connection, entry: procore_owner_invoice_url(
        connection.account_id, entry.project_id, prime_id(entry.group), entry.source_id
    ),
    procore.PRIME_CONTRACTS.key: lambda connection, entry: procore_prime_contract_url(
        entry.project_id, entry.source_id
    ),
    procore.DIRECT_COSTS.key: lambda connection, entry: procore_direct_cost_url(entry.project_id, entry.source_id),
    procore.PURCHASE_ORDER_CONTRACTS.key: lambda connection, entry: procore_commitment_url(
        entry.project_id, entry.source_id, kind="PurchaseOrderContract"
    ),
    procore.WORK_ORDER_CONTRACTS.key: lambda connection, entry: procore_commitment_url(
        entry.project_id, entry.source_id
    ),
    procore.PROJECTS.key: lambda connection, entry: procore_project_url(entry.source_id),
    procore.VENDORS.key: lambda connection, entry: procore_vendor_url(connection.account_id, entry.source_id),
    qbo.VENDORS.key: lambda connection, entry: qbo_txn_url("Vendor", entry.source_id),
    qbo.CUSTOMERS.key: lambda connection, entry: qbo_txn_url("Customer", entry.source_id),
    qbo.BILLS.key: lambda connection, entry: qbo_txn_url("Bill", entry.source_id),
    qbo.VENDOR_CREDITS.key: lambda connection, entry: qbo_txn_url("VendorCredit", entry.source_id),
    qbo.PURCHASES.key: lambda connection, entry: qbo_txn_url("Purchase", entry.source_id),
    qbo.JOURNAL_ENTRIES.key: lambda connection, entry: qbo_txn_url("JournalEntry", entry.source_id),
    qbo.TIME_ACTIVITIES.key: lambda connection, entry: qbo_txn_url("TimeActivity", entry.source_id),
    # A file has no page of its own: the document it hangs on opens.
    qbo.ATTACHABLES.key: lambda connection, entry: qbo_txn_url(*entry.part.split(":")[:2]),
}


def source_url(entry: Entry, connection: Connection | None) -> str:
    address = SOURCES.get(entry.source_type)
    return address(connection, entry) if address and connection and entry.source_id else ""


def target_url(entry: Entry, connection: Connection | None) -> str:
    if not entry.target_id or connection is None:
        return ""
    planned = entry.planned.get("document") or {}
    if entry.target_type == "Attachable":
        return qbo_txn_url(str(planned.get("document_type")), str(planned.get("document_id")))
    if entry.target_type == "cost_file":
        return procore_direct_cost_url(str(planned.get("project_id")), str(planned.get("direct_cost_id")))
    if entry.target_type == "invoice_file":
        named = (str(planned.get(name)) for name in ("project_id", "commitment_id", "invoice_id"))
        return procore_requisition_url(connection.account_id, *named)
    if connection.vendor == "qbo":
        return qbo_txn_url(NAMES.get(entry.target_type, entry.target_type), entry.target_id)
    if entry.target_type == "commitment_invoice":
        return procore_requisition_url(connection.account_id, entry.project_id, entry.group, entry.target_id)
    if entry.target_type == "direct_cost":
        return procore_direct_cost_url(entry.project_id, entry.target_id)
    return procore_vendor_url(connection.account_id, entry.target_id) if entry.target_type in COMPANIES else ""
