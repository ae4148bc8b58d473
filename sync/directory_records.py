"""Rows of the directory as records that rules read: for what is planned without asking a vendor."""

from __future__ import annotations

from connectors.procore.records import Address, Company, Project
from connectors.qbo.records import Contact
from mapping.models import RemoteItem


def project_of(row: RemoteItem) -> Project:
    """A row that was read before it was kept whether there is a Customer field says so by the customer alone."""
    facts = row.data
    customer_id = str(facts.get("customer_id") or "") or None
    return Project(
        id=row.remote_id,
        name=row.name,
        number=row.code,
        customer_id=customer_id,
        customer_label=str(facts.get("customer_label") or ""),
        has_customer_field=bool(facts.get("has_customer_field", True)),
        address=address_of(row),
        is_active=row.is_active,
    )


def address_of(row: RemoteItem) -> Address:
    names = ("street", "city", "state_code", "zip", "country_code")
    return Address(**{name: str(row.data.get(name) or "") for name in names})


def company_of(row: RemoteItem) -> Company:
    return Company(
        id=row.remote_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        address=address_of(row),
        is_active=row.is_active,
        mobile=str(row.data.get("mobile") or ""),
    )


def contact_of(row: RemoteItem, *, is_customer: bool) -> Contact:
    facts = {name: str(value or "") for name, value in row.data.items()}
    return Contact(
        id=row.remote_id,
        role="customer" if is_customer else "vendor",
        name=row.name,
        full_name=facts.get("full_name", row.name),
        sync_token=facts.get("sync_token", ""),
        company_name=facts.get("company_name", ""),
        email=row.email,
        phone=row.phone,
        street=facts.get("street", ""),
        city=facts.get("city", ""),
        region=facts.get("state_code", ""),
        postal_code=facts.get("zip", ""),
        country=facts.get("country_code", ""),
        parent_id=row.parent_id,
        is_project=row.subtype == "project",
        is_active=row.is_active,
        mobile=facts.get("mobile", ""),
        more_lines=tuple(row.data.get("more_lines") or ()),
    )
