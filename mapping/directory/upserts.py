"""Taking rows we were shown, or made ourselves, into the directory without reading their whole list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.models import Connection
from connectors.procore import records as procore_records
from connectors.procore import resources as procore
from connectors.qbo import lists as qbo_lists
from connectors.qbo import records as qbo_records
from connectors.qbo import resources as qbo
from mapping.directory.items.procore import company_item, project_item
from mapping.directory.items.quickbooks import contact_item, product_item
from mapping.directory.items.quickbooks_lists import employee_item, sorting_item
from mapping.directory.items.rows import DirectoryRow
from mapping.directory.rows import save_rows, take_rows

# What a created or found record of this kind is kept under. "vendor" is a company of Procore's directory.
RESOURCES = {
    "vendor": procore.VENDORS,
    "Vendor": qbo.VENDORS,
    "Customer": qbo.CUSTOMERS,
    "Employee": qbo.EMPLOYEES,
    "Item": qbo.ITEMS,
    "Class": qbo.CLASSES,
}


def upsert_companies(connection: Connection, companies: Sequence[procore_records.Company]) -> None:
    take_rows(connection, procore.VENDORS.key, [company_item(company) for company in companies])


def upsert_projects(connection: Connection, projects: Sequence[procore_records.Project]) -> None:
    save_rows(connection, procore.PROJECTS.key, [project_item(project) for project in projects])


def upsert_contacts(connection: Connection, contacts: Sequence[qbo_records.Contact]) -> None:
    for role, resource in (("vendor", qbo.VENDORS), ("customer", qbo.CUSTOMERS)):
        take_rows(connection, resource.key, [contact_item(each) for each in contacts if each.role == role])


def upsert_records(connection: Connection, entity: str, wires: Sequence[Mapping[str, Any]]) -> None:
    """Records as the vendor sent them, all of one kind of RESOURCES."""
    save_rows(connection, RESOURCES[entity].key, [_read(entity, wire) for wire in wires])


def _read(entity: str, wire: Mapping[str, Any]) -> DirectoryRow:
    match entity:
        case "vendor":
            return company_item(procore_records.Company.from_wire(wire))
        case "Vendor":
            return contact_item(qbo_records.Contact.from_wire(wire, role="vendor"))
        case "Customer":
            return contact_item(qbo_records.Contact.from_wire(wire, role="customer"))
        case "Employee":
            return employee_item(qbo_lists.Employee.from_wire(wire))
        case "Item":
            return product_item(qbo_records.Item.from_wire(wire))
        case _:
            return sorting_item(qbo_lists.Sorting.from_wire(wire))
