"""How a vendor's record becomes a row of the directory, as values that are not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from connectors.models import Connection
from connectors.procore import records as procore_records
from connectors.procore import resources as procore
from connectors.qbo import records as qbo_records
from connectors.qbo import resources as qbo
from mapping.normalize import normal_name

Wire = Mapping[str, Any]

# Subtype of a cost code that only projects have: it stands among the standard codes so that it can be mapped.
PROJECT_ONLY = "project_only"
PROJECT_ONLY_PREFIX = "code:"


class DirectoryRow(TypedDict):
    """What a vendor's record puts into RemoteItem, by field. A list has thousands of these: a model instance for each
    would cost more than reading the list."""

    remote_id: str
    name: str
    normal_name: str
    code: str
    email: str
    phone: str
    parent_id: str
    project_id: str
    subtype: str
    is_active: bool
    data: dict[str, Any]


ReadItem = Callable[[Connection, Wire], DirectoryRow]


def company_item(company: procore_records.Company) -> DirectoryRow:
    address = company.address
    return _item(
        remote_id=company.id,
        name=company.name,
        email=company.email,
        phone=company.phone,
        is_active=company.is_active,
        data={
            "street": address.street,
            "city": address.city,
            "state_code": address.state_code,
            "zip": address.zip,
            "country_code": address.country_code,
        },
    )


def project_item(project: procore_records.Project) -> DirectoryRow:
    address = project.address
    return _item(
        remote_id=project.id,
        name=project.name,
        code=project.number,
        is_active=project.is_active,
        data={
            "customer_id": project.customer_id or "",
            "street": address.street,
            "city": address.city,
            "state_code": address.state_code,
            "zip": address.zip,
            "country_code": address.country_code,
        },
    )


def standard_code_item(code: procore_records.CostCode, *, is_active: bool = True) -> DirectoryRow:
    return _item(
        remote_id=code.id,
        name=code.name or code.full_code,
        code=code.full_code,
        parent_id=code.parent_id or "",
        is_active=is_active,
    )


def project_code_item(code: procore_records.CostCode, *, is_active: bool = True) -> DirectoryRow:
    """A project's own copy. `data` says which standard code it is a copy of; None for one made on the project."""
    return _item(
        remote_id=code.id,
        name=code.name or code.full_code,
        code=code.full_code,
        parent_id=code.parent_id or "",
        project_id=code.project_id or "",
        is_active=is_active,
        data={"standard_id": code.standard_id, "full_code": code.full_code},
    )


def project_only_code_item(*, key: str, code: str, name: str, parent_key: str) -> DirectoryRow:
    """The row under which a code without a standard code is mapped, once for all projects that have it."""
    return _item(
        remote_id=key,
        name=name or code,
        code=code,
        parent_id=parent_key,
        subtype=PROJECT_ONLY,
        is_active=True,
    )


def contact_item(contact: qbo_records.Contact) -> DirectoryRow:
    """A QuickBooks vendor or customer. A customer below another is a "job", or a "project" where the books say so."""
    subtype = "project" if contact.is_project else "job" if contact.parent_id else ""
    return _item(
        remote_id=contact.id,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        parent_id=contact.parent_id,
        subtype=subtype,
        is_active=contact.is_active,
        data={
            "full_name": contact.full_name,
            "company_name": contact.company_name,
            "sync_token": contact.sync_token,
            "street": contact.street,
            "city": contact.city,
            "state_code": contact.region,
            "zip": contact.postal_code,
            "country_code": contact.country,
        },
    )


def account_item(account: qbo_records.Account) -> DirectoryRow:
    return _item(
        remote_id=account.id,
        name=account.name,
        code=account.number,
        subtype=account.account_type,
        is_active=account.is_active,
        data={
            "full_name": account.full_name,
            "sub_type": account.account_sub_type,
            "balance": str(account.balance),
        },
    )


def product_item(item: qbo_records.Item) -> DirectoryRow:
    return _item(
        remote_id=item.id,
        name=item.name,
        subtype=item.item_type,
        is_active=item.is_active,
        data={
            "full_name": item.full_name,
            "income_account_id": item.income_account_id,
            "expense_account_id": item.expense_account_id,
        },
    )


def _item(
    *,
    remote_id: str,
    name: str,
    is_active: bool,
    code: str = "",
    email: str = "",
    phone: str = "",
    parent_id: str = "",
    project_id: str = "",
    subtype: str = "",
    data: dict[str, Any] | None = None,
) -> DirectoryRow:
    """Texts are cut to their columns: what is cut is shown, never sent."""
    return {
        "remote_id": remote_id,
        "name": name[:500],
        "normal_name": normal_name(name)[:500],
        "code": code[:100],
        "email": email[:200],
        "phone": phone[:60],
        "parent_id": parent_id,
        "project_id": project_id,
        "subtype": subtype,
        "is_active": is_active,
        "data": data or {},
    }


def _read_company(connection: Connection, wire: Wire) -> DirectoryRow:
    return company_item(procore_records.Company.from_wire(wire))


def _read_inactive_company(connection: Connection, wire: Wire) -> DirectoryRow:
    # The list of inactive vendors does not promise to carry the flag itself.
    return company_item(procore_records.Company.from_wire({**wire, "is_active": False}))


def _read_project(connection: Connection, wire: Wire) -> DirectoryRow:
    field = connection.facts.get("customer_field")
    return project_item(procore_records.Project.from_wire(wire, customer_field=field))


def _read_standard_code(connection: Connection, wire: Wire) -> DirectoryRow:
    code = procore_records.CostCode.from_standard(wire)
    return standard_code_item(code, is_active=not wire.get("deleted_at"))


def _read_qbo_vendor(connection: Connection, wire: Wire) -> DirectoryRow:
    return contact_item(qbo_records.Contact.from_wire(wire, role="vendor"))


def _read_qbo_customer(connection: Connection, wire: Wire) -> DirectoryRow:
    return contact_item(qbo_records.Contact.from_wire(wire, role="customer"))


def _read_account(connection: Connection, wire: Wire) -> DirectoryRow:
    return account_item(qbo_records.Account.from_wire(wire))


def _read_product(connection: Connection, wire: Wire) -> DirectoryRow:
    return product_item(qbo_records.Item.from_wire(wire))


READERS: dict[str, ReadItem] = {
    procore.VENDORS.key: _read_company,
    procore.INACTIVE_VENDORS.key: _read_inactive_company,
    procore.PROJECTS.key: _read_project,
    procore.STANDARD_COST_CODES.key: _read_standard_code,
    qbo.VENDORS.key: _read_qbo_vendor,
    qbo.CUSTOMERS.key: _read_qbo_customer,
    qbo.ACCOUNTS.key: _read_account,
    qbo.ITEMS.key: _read_product,
}


def read_project_code(connection: Connection, wire: Wire, *, project_id: str) -> DirectoryRow:
    code = procore_records.CostCode.from_project(wire, project_id=project_id)
    return project_code_item(code, is_active=not wire.get("deleted_at"))
