"""Which reader makes a directory row of each vendor list's records. Lists of one project have theirs apart."""

from __future__ import annotations

from collections.abc import Callable

from connectors.models import Connection
from connectors.procore import lists as procore_lists
from connectors.procore import records as procore_records
from connectors.procore import resources as procore
from connectors.qbo import lists as qbo_lists
from connectors.qbo import records as qbo_records
from connectors.qbo import resources as qbo
from mapping.directory.items import procore as procore_rows
from mapping.directory.items import procore_lists as procore_list_rows
from mapping.directory.items import quickbooks as qbo_rows
from mapping.directory.items import quickbooks_lists as qbo_list_rows
from mapping.directory.items.rows import DirectoryRow, ReadItem, Wire


def _plain(read: Callable[[Wire], DirectoryRow]) -> ReadItem:
    """A reader that need not know whose record it is."""
    return lambda connection, wire: read(wire)


def _read_inactive_company(wire: Wire) -> DirectoryRow:
    # The list of inactive vendors does not promise to carry the flag itself.
    return procore_rows.company_item(procore_records.Company.from_wire({**wire, "is_active": False}))


def _read_project(connection: Connection, wire: Wire) -> DirectoryRow:
    field = connection.facts.get("customer_field")
    return procore_rows.project_item(procore_records.Project.from_wire(wire, customer_field=field))


def _read_standard_code(wire: Wire) -> DirectoryRow:
    code = procore_records.CostCode.from_standard(wire)
    return procore_rows.standard_code_item(code, is_active=not wire.get("deleted_at"))


def _read_inactive_employee(wire: Wire) -> DirectoryRow:
    contact = {**(wire.get("contact") or {}), "is_active": False}
    return procore_list_rows.employee_item(procore_lists.Person.from_wire({**wire, "contact": contact}))


READERS: dict[str, ReadItem] = {
    procore.VENDORS.key: _plain(lambda wire: procore_rows.company_item(procore_records.Company.from_wire(wire))),
    procore.INACTIVE_VENDORS.key: _plain(_read_inactive_company),
    procore.PROJECTS.key: _read_project,
    procore.STANDARD_COST_CODES.key: _plain(_read_standard_code),
    procore.COST_TYPES.key: _plain(
        lambda wire: procore_list_rows.cost_type_item(procore_lists.CostType.from_wire(wire))
    ),
    procore.TAX_CODES.key: _plain(lambda wire: procore_list_rows.tax_code_item(procore_lists.TaxCode.from_wire(wire))),
    procore.DEPARTMENTS.key: _plain(
        lambda wire: procore_list_rows.department_item(procore_lists.Department.from_wire(wire))
    ),
    procore.EMPLOYEES.key: _plain(lambda wire: procore_list_rows.employee_item(procore_lists.Person.from_wire(wire))),
    procore.INACTIVE_EMPLOYEES.key: _plain(_read_inactive_employee),
    procore.TIME_TYPES.key: _plain(
        lambda wire: procore_list_rows.time_type_item(procore_lists.TimeType.from_wire(wire))
    ),
    qbo.VENDORS.key: _plain(lambda wire: qbo_rows.contact_item(qbo_records.Contact.from_wire(wire, role="vendor"))),
    qbo.CUSTOMERS.key: _plain(
        lambda wire: qbo_rows.contact_item(qbo_records.Contact.from_wire(wire, role="customer"))
    ),
    qbo.ACCOUNTS.key: _plain(lambda wire: qbo_rows.account_item(qbo_records.Account.from_wire(wire))),
    qbo.ITEMS.key: _plain(lambda wire: qbo_rows.product_item(qbo_records.Item.from_wire(wire))),
    qbo.CLASSES.key: _plain(lambda wire: qbo_list_rows.sorting_item(qbo_lists.Sorting.from_wire(wire))),
    qbo.DEPARTMENTS.key: _plain(lambda wire: qbo_list_rows.sorting_item(qbo_lists.Sorting.from_wire(wire))),
    qbo.EMPLOYEES.key: _plain(lambda wire: qbo_list_rows.employee_item(qbo_lists.Employee.from_wire(wire))),
    qbo.TERMS.key: _plain(lambda wire: qbo_list_rows.term_item(qbo_lists.Term.from_wire(wire))),
}


def read_project_code(connection: Connection, wire: Wire, *, project_id: str, project_name: str = "") -> DirectoryRow:
    code = procore_records.CostCode.from_project(wire, project_id=project_id)
    return procore_rows.project_code_item(code, project_name=project_name, is_active=not wire.get("deleted_at"))
