"""Contacts as the directory keeps them, as records that rules read: for what is planned without asking a vendor."""

from __future__ import annotations

from connectors.procore.records import Address, Company
from connectors.qbo.records import Contact
from mapping.models import RemoteItem


def company_of(row: RemoteItem) -> Company:
    facts = row.data
    names = ("street", "city", "state_code", "zip", "country_code")
    address = Address(**{name: str(facts.get(name) or "") for name in names})
    return Company(
        id=row.remote_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        address=address,
        is_active=row.is_active,
        mobile=str(facts.get("mobile") or ""),
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
