"""A company and the vendor it is linked to, in step, and how a planned change of either reads."""

from __future__ import annotations

from typing import Any

from connectors.procore.records import Address, Company
from connectors.qbo.records import Contact
from mapping.defaults import CONTACT_RENAME, Choice, Defaults
from sync.flows import _contact_fields as details
from sync.flows._contact_pairs import LinkedPair, Role
from sync.plan import Plan

HERE = Address(street="12 Ridge Rd", city="Golden", state_code="CO", zip="80401", country_code="US")
COMPANY = Company("518", "Aspen Roofing LLC", email="office@aspen.example", phone="(303) 555-0119", address=HERE)
CONTACT = Contact(
    "56",
    "vendor",
    "Aspen Roofing LLC",
    "Aspen Roofing LLC",
    "4",
    company_name="Aspen Roofing LLC",
    email="office@aspen.example",
    phone="303-555-0119",
    street="12 Ridge Rd.",
    city="Golden",
    region="Colorado",
    postal_code="80401",
    country="USA",
)
PLAIN = Defaults()
RENAMING = Defaults(choices={CONTACT_RENAME.key: Choice("yes", "Yes")})


def pair(company: Company | None = COMPANY, contact: Contact | None = CONTACT, **more: Any) -> LinkedPair:
    role: Role = contact.role if contact else "vendor"
    return LinkedPair(role=role, company_id="518", company=company, contact=contact, **more)


def agreed(company: Company = COMPANY, contact: Contact = CONTACT, *, target: str) -> dict[str, str]:
    """What is kept in mind of a pair in step, from the side `target` is not on."""
    ours = details.read_company(company, role=contact.role, home="US")
    theirs = details.read_contact(contact, home="US")
    if target == company.id:
        ours, theirs = theirs, ours
    found = {"target": target}
    for field in details.FIELDS:
        found |= details.agree(field, ours[field], theirs[field])
    return found


def wire_of(plan: Plan[Any]) -> dict[str, Any]:
    assert plan.document is not None, plan.blockers
    own = ("Id", "SyncToken", "sparse", "id")
    return {key: value for key, value in plan.document.to_wire().items() if key not in own}
